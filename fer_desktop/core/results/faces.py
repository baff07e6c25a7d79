"""The faces in the frames of a recording, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.types import Box, Face, FrameResult, Timings

UNCERTAIN_INDEX = -1
"""The value of the column ``label`` for a face without a label."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceTable:
    """F analysed frames in the order of their rising times, and the N faces in them.

    frame: (F,) int64, ``Frame.index``. pts_s: (F,) float64, seconds of the source. size: (F, 2) int32, width
    and height of the frame in pixels. first_face: (F + 1,) int64; the faces of frame i are the rows from
    first_face[i] up to, but without, first_face[i + 1].
    face_id: (N,) int32, the tracker's. box: (N, 4) float32, x, y, width, height in pixels.
    score: (N,) float32, 0 to 1. label: (N,) int8, index into EMOTIONS or UNCERTAIN_INDEX.
    probabilities, smoothed: (N, 7) float32, rows with sum 1.
    """

    frame: NDArray[np.int64]
    pts_s: NDArray[np.float64]
    size: NDArray[np.int32]
    first_face: NDArray[np.int64]
    face_id: NDArray[np.int32]
    box: NDArray[np.float32]
    score: NDArray[np.float32]
    label: NDArray[np.int8]
    probabilities: NDArray[np.float32]
    smoothed: NDArray[np.float32]

    @property
    def frames(self) -> int:
        return len(self.frame)

    @property
    def faces(self) -> int:
        return len(self.face_id)

    @property
    def frame_of_face(self) -> NDArray[np.int64]:
        """(N,) the position, 0 to F - 1, of the frame of each face."""
        return np.repeat(np.arange(self.frames), np.diff(self.first_face))

    @property
    def face_pts_s(self) -> NDArray[np.float64]:
        """(N,) the time of each face."""
        return np.repeat(self.pts_s, np.diff(self.first_face))

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(N,) ``Face.confidence``: the smoothed probability of the label; the largest one while
        uncertain."""
        of_label = self.smoothed[np.arange(self.faces), np.maximum(self.label, 0)]
        return np.where(self.label == UNCERTAIN_INDEX, self.smoothed.max(axis=1, initial=0), of_label)

    def at(self, pts_s: float) -> int | None:
        """Returns the position of the newest frame at or before a time; None before the first."""
        position = int(np.searchsorted(self.pts_s, pts_s + 1e-6, side="right")) - 1
        return position if position >= 0 else None

    def result(self, position: int) -> FrameResult:
        """Returns one frame as the pipeline gave it. Timings and clock times are not stored; they are
        zero."""
        rows = range(int(self.first_face[position]), int(self.first_face[position + 1]))
        width, height = self.size[position].tolist()
        return FrameResult(
            index=int(self.frame[position]),
            pts_s=float(self.pts_s[position]),
            wall_time=0.0,
            captured_at=0.0,
            size=(width, height),
            faces=tuple(self._face(row) for row in rows),
            timings=Timings(detect_s=None, classify_s=0.0, total_s=0.0),
        )

    def _face(self, row: int) -> Face:
        label = int(self.label[row])
        return Face(
            id=int(self.face_id[row]),
            box=Box(*self.box[row].tolist()),
            detection_score=float(self.score[row]),
            probabilities=tuple(self.probabilities[row].tolist()),
            smoothed=tuple(self.smoothed[row].tolist()),
            label=None if label == UNCERTAIN_INDEX else EMOTIONS[label],
        )

    @classmethod
    def of(cls, results: Sequence[FrameResult]) -> FaceTable:
        """Makes the table of these frames. Their times must rise."""
        faces = [face for result in results for face in result.faces]
        counts = [len(result.faces) for result in results]
        boxes = [(face.box.x, face.box.y, face.box.width, face.box.height) for face in faces]
        labels = [UNCERTAIN_INDEX if face.label is None else index_of(face.label) for face in faces]
        return cls(
            frame=np.array([result.index for result in results], np.int64),
            pts_s=np.array([result.pts_s for result in results], np.float64),
            size=np.array([result.size for result in results], np.int32).reshape(-1, 2),
            first_face=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            face_id=np.array([face.id for face in faces], np.int32),
            box=np.array(boxes, np.float32).reshape(-1, 4),
            score=np.array([face.detection_score for face in faces], np.float32),
            label=np.array(labels, np.int8),
            probabilities=_shares([face.probabilities for face in faces]),
            smoothed=_shares([face.smoothed for face in faces]),
        )

    @classmethod
    def joined(cls, tables: Sequence[FaceTable]) -> FaceTable:
        """Joins tables in this order. Returns an empty table for none."""
        if not tables:
            return cls.of([])
        columns = {
            item.name: np.concatenate([getattr(table, item.name) for table in tables])
            for item in fields(cls)
            if item.name != "first_face"
        }
        counts = np.concatenate([np.diff(table.first_face) for table in tables])
        return cls(**columns, first_face=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))


def _shares(rows: Sequence[tuple[float, ...]]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).reshape(-1, len(EMOTIONS))
