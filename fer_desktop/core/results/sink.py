"""Takes the results of a running analysis into its file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2

from fer_desktop.core.frame_source import SourceInfo
from fer_desktop.core.model import crop_face
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile
from fer_desktop.core.results.video_identity import source_facts
from fer_desktop.core.types import Face, Frame, FrameResult

COMMIT_S = 1.0
COMMIT_FRAMES = 1000
THUMBNAIL_PX = 96
THUMBNAIL_MARGIN = 0.25
BETTER = 1.2
"""A later picture of a face replaces its thumbnail when it is better by so much."""


class ResultSink:
    """A Sink (see core.recording) that is never behind by more than COMMIT_S seconds.

    path: a file that does not exist. facts: what stands in the file about model and settings.
    The file has its final name from the start, since it is whole at every moment; its fact ``state`` is
    "running" until ``close`` makes it "complete" or "stopped". clock: seconds, for tests.
    """

    def __init__(
        self,
        path: Path,
        facts: Mapping[str, Any],
        *,
        thumbnails: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.warnings: list[str] = []
        self._path = path
        self._facts = facts
        self._with_thumbnails = thumbnails
        self._clock = clock
        self._waiting: list[FrameResult] = []
        self._best: dict[int, float] = {}
        self._pictures: dict[int, bytes] = {}

    def open(self, info: SourceInfo) -> None:
        self._file = ResultFile.create(
            self._path, {**self._facts, "source": source_facts(info, self._path), "state": "running"}
        )
        self._committed_at = self._clock()

    def write(self, frame: Frame, result: FrameResult) -> None:
        self._waiting.append(result)
        if self._with_thumbnails:
            for face in result.faces:
                self._consider(frame, face)
        if len(self._waiting) >= COMMIT_FRAMES or self._clock() - self._committed_at >= COMMIT_S:
            self._commit()

    def close(self, *, complete: bool) -> Path | None:
        try:
            self._commit()
            self._file.set_facts({"state": "complete" if complete else "stopped"})
        finally:
            self._file.close()
        return self._path

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        pictures, self._pictures = self._pictures, {}
        self._committed_at = self._clock()
        if waiting:
            self._file.append(FaceTable.of(waiting), pictures)

    def _consider(self, frame: Frame, face: Face) -> None:
        """Keeps the picture of a face that is the largest and surest so far."""
        worth = face.detection_score * face.box.area**0.5
        if worth < BETTER * self._best.get(face.id, 0.0):
            return
        self._best[face.id] = worth
        crop = crop_face(frame.image, face.box, THUMBNAIL_MARGIN)
        small = cv2.resize(crop, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
        whole, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
        if whole:
            self._pictures[face.id] = data.tobytes()
