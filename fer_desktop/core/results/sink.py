"""Writes the results of a running analysis to its file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2

from fer_desktop.core.models import crop_face
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.file import ResultFile, delete_results
from fer_desktop.core.results.recording_identity import source_facts
from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Face, Frame, FrameResult

COMMIT_S = 1.0
COMMIT_FRAMES = 1000
THUMBNAIL_PX = 96
THUMBNAIL_MARGIN = 0.25
BETTER = 1.2
"""A later picture of a face replaces its thumbnail when it is better by this factor."""


class ResultSink:
    """A Sink (see core.sinks) that writes at least every COMMIT_S seconds.

    path: a file that does not exist. With ``replace`` an existing file is deleted on opening.
    facts: the file's facts about model and settings. clock: seconds, for tests.
    The file has its final name from the start, since it is consistent at every moment. Its fact ``state`` is
    "running" until ``close`` makes it "complete" or "stopped".
    """

    def __init__(
        self,
        path: Path,
        facts: Mapping[str, Any],
        *,
        thumbnails: bool = True,
        replace: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.warnings: list[str] = []
        self._path = path
        self._facts = facts
        self._with_thumbnails = thumbnails
        self._replace = replace
        self._clock = clock
        self._waiting: list[FrameResult] = []
        self._best: dict[int, float] = {}
        self._pictures: dict[int, bytes] = {}
        self._holds_frames = False

    def open(self, info: SourceInfo) -> None:
        if self._replace:
            delete_results(self._path)
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
        finally:
            is_complete = complete and not self._waiting
            is_kept = is_complete or self._holds_frames
            try:
                self._file.set_facts({"state": "complete" if is_complete else "stopped"})
            finally:
                self._file.close()
                if not is_kept:
                    with suppress(OSError):
                        self._path.unlink()
        return self._path if is_kept else None

    def _commit(self) -> None:
        """Writes what is waiting. Raises OutputError; the data then waits for the next time or the end."""
        self._committed_at = self._clock()
        if self._waiting:
            self._file.append(FaceTable.of(self._waiting), self._pictures)
            self._holds_frames = True
            self._waiting, self._pictures = [], {}

    def _consider(self, frame: Frame, face: Face) -> None:
        """Keeps the largest and surest picture of a face so far."""
        worth = face.detection_score * face.box.area**0.5
        if worth < BETTER * self._best.get(face.id, 0.0):
            return
        self._best[face.id] = worth
        crop = crop_face(frame.image, face.box, THUMBNAIL_MARGIN)
        small = cv2.resize(crop, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
        whole, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
        if whole:
            self._pictures[face.id] = data.tobytes()
