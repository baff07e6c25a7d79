"""The pictures that were decoded last."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass

import av

from fer_desktop.core.video import EPSILON_S

LEAST = 2
"""The picture that is shown and the one after it, however large they are."""

OVERHEAD_BYTES = 2048
"""Of a decoded picture beside its pixels, roughly."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPicture:
    """index: position in the video, counted from 0. picture: as the decoder gave it, not converted."""

    index: int
    pts_s: float
    picture: av.VideoFrame

    @property
    def size_bytes(self) -> int:
        return sum(plane.buffer_size for plane in self.picture.planes) + OVERHEAD_BYTES


class DecodedWindow:
    """Pictures that follow each other without a gap; the oldest leave when there are too many bytes."""

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
        """The newest at or about a time or before it, the first one before that; None while empty."""
        position = bisect_right(self._pictures, pts_s + EPSILON_S, key=_time)
        return self._pictures[max(position - 1, 0)] if self._pictures else None

    def before(self, pts_s: float) -> DecodedPicture | None:
        """The newest before a time, None when there is none."""
        position = bisect_left(self._pictures, pts_s, key=_time)
        return self._pictures[position - 1] if position else None

    def after(self, pts_s: float) -> DecodedPicture | None:
        """The oldest after a time, None when there is none."""
        position = bisect_right(self._pictures, pts_s, key=_time)
        return self._pictures[position] if position < len(self._pictures) else None


def _time(picture: DecodedPicture) -> float:
    return picture.pts_s
