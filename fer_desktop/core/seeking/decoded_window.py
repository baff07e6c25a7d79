"""Keeps the pictures that were decoded last."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass

import av

from fer_desktop.core.video import EPSILON_S

LEAST = 2
"""At least this many pictures are kept, however large: the picture that is shown and the next one."""

OVERHEAD_BYTES = 2048
"""The rough size of a decoded picture beside its pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPicture:
    """A decoded picture. index: position in the video, counted from 0. picture: not yet converted."""

    index: int
    pts_s: float
    picture: av.VideoFrame

    @property
    def size_bytes(self) -> int:
        return sum(plane.buffer_size for plane in self.picture.planes) + OVERHEAD_BYTES


class DecodedWindow:
    """Pictures that follow each other without a gap. The oldest are dropped when there are too many bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pictures: deque[DecodedPicture] = deque()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def first(self) -> DecodedPicture | None:
        return self._pictures[0] if self._pictures else None

    @property
    def last(self) -> DecodedPicture | None:
        return self._pictures[-1] if self._pictures else None

    def clear(self) -> None:
        self._pictures.clear()
        self.size_bytes = 0

    def append(self, picture: DecodedPicture) -> None:
        self._pictures.append(picture)
        self.size_bytes += picture.size_bytes
        while self.size_bytes > self._max_bytes and len(self._pictures) > LEAST:
            self.size_bytes -= self._pictures.popleft().size_bytes

    def at(self, pts_s: float) -> DecodedPicture | None:
        """Returns the newest picture at or before a time, else the first; None while empty."""
        position = bisect_right(self._pictures, pts_s + EPSILON_S, key=_time)
        return self._pictures[max(position - 1, 0)] if self._pictures else None

    def before(self, pts_s: float) -> DecodedPicture | None:
        """Returns the newest picture before a time; None without one."""
        position = bisect_left(self._pictures, pts_s, key=_time)
        return self._pictures[position - 1] if position else None

    def after(self, pts_s: float) -> DecodedPicture | None:
        """Returns the oldest picture after a time; None without one."""
        position = bisect_right(self._pictures, pts_s, key=_time)
        return self._pictures[position] if position < len(self._pictures) else None


def _time(picture: DecodedPicture) -> float:
    return picture.pts_s
