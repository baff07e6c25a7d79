"""The emotions over time for the rolling timeline, in a fixed number of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.types import Face, FrameResult

COLUMNS = 300
LIVE_SPAN_S = 60.0
MAX_TRACKS = 64
BRIDGED_S = 1.0

LARGEST = 0
"""The track of the largest face. Face ids start at 1."""

CLEARLY_LARGER = 2.0
"""The largest face is replaced when it is gone or another face has this many times its area."""


class RollingHistory:
    """Averages results into columns of equal time: the last minute of a camera, or the whole of a file.

    span_s: length in seconds. A live history keeps the newest results. A file's history starts at 0 and
    doubles its span when a result lies beyond it, so the span may be an estimate.
    """

    def __init__(self, *, live: bool = True, span_s: float = LIVE_SPAN_S) -> None:
        self.live = live
        self.span_s = span_s
        self._seen = np.zeros(COLUMNS, dtype=bool)
        self._tracks: dict[int, _Track] = {}
        self._newest = -1
        self._largest_id: int | None = None

    @property
    def start_s(self) -> float:
        """PTS of the left edge. It is below 0 until a live history is full."""
        return (self._newest + 1) * self._step_s - self.span_s if self.live else 0.0

    def add(self, result: FrameResult) -> None:
        while not self.live and result.pts_s >= self.span_s:
            self._double()
        column = int(result.pts_s / self._step_s)
        if column < self._newest - COLUMNS or column < 0:
            return
        if column > self._newest:
            self._advance(column)
        place = column % COLUMNS
        self._seen[place] = True
        if result.faces:
            self._track(LARGEST).add(place, self._largest(result.faces))
        for face in result.faces:
            self._track(face.id).add(place, face)

    def curves(self, face_id: int = LARGEST) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Yields each unbroken stretch of a face: times (N,) in seconds and shares (N, 7) from 0 to 1.

        A stretch ends at a picture without the face, and at a second without results.
        """
        track = self._tracks.get(face_id)
        if track is None:
            return
        first = max(0, self._newest + 1 - COLUMNS)
        columns = np.arange(first, self._newest + 1)
        places = columns % COLUMNS
        columns, places = columns[self._seen[places]], places[self._seen[places]]
        present = track.counts[places] > 0
        jump = np.diff(columns, prepend=columns[:1]) * self._step_s > max(BRIDGED_S, 1.5 * self._step_s)
        stretch = np.cumsum(jump | ~present)
        for number in np.unique(stretch[present]):
            chosen = present & (stretch == number)
            shares = track.sums[places[chosen]] / track.counts[places[chosen], None]
            yield (columns[chosen] + 0.5) * self._step_s, shares

    def _largest(self, faces: Sequence[Face]) -> Face:
        largest = max(faces, key=lambda face: face.box.area)
        before = next((face for face in faces if face.id == self._largest_id), largest)
        chosen = largest if largest.box.area >= CLEARLY_LARGER * before.box.area else before
        self._largest_id = chosen.id
        return chosen

    @property
    def _step_s(self) -> float:
        return self.span_s / COLUMNS

    def _track(self, face_id: int) -> _Track:
        track = self._tracks.pop(face_id, None) or _Track()
        self._tracks[face_id] = track  # the most recently seen last
        if len(self._tracks) > MAX_TRACKS:
            del self._tracks[next(key for key in self._tracks if key != LARGEST)]
        return track

    def _advance(self, column: int) -> None:
        passed = np.arange(max(self._newest + 1, column - COLUMNS + 1), column + 1) % COLUMNS
        self._seen[passed] = False
        for track in self._tracks.values():
            track.clear(passed)
        self._newest = column

    def _double(self) -> None:
        self._seen = _halved(self._seen).astype(bool)
        for track in self._tracks.values():
            track.halve()
        self.span_s *= 2
        self._newest = self._newest // 2


class _Track:
    """One face: for each column the sum and the number of its probabilities."""

    def __init__(self) -> None:
        self.sums = np.zeros((COLUMNS, len(EMOTIONS)))
        self.counts = np.zeros(COLUMNS)

    def add(self, place: int, face: Face) -> None:
        self.sums[place] += face.smoothed
        self.counts[place] += 1

    def clear(self, places: NDArray[np.int64]) -> None:
        self.sums[places] = 0
        self.counts[places] = 0

    def halve(self) -> None:
        self.sums, self.counts = _halved(self.sums), _halved(self.counts)


def _halved(columns: NDArray[np.generic]) -> NDArray[np.float64]:
    """Returns the sums of each two columns, in the first half."""
    halved = np.zeros(columns.shape)
    halved[: COLUMNS // 2] = columns.reshape(COLUMNS // 2, 2, *columns.shape[1:]).astype(float).sum(axis=1)
    return halved
