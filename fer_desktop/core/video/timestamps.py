"""Makes presentation times that always rise from the times of a container."""

from __future__ import annotations

import math
from fractions import Fraction


class PresentationTimes:
    """The times of a stream's frames in seconds since its start, in the order of showing.

    Times in real files can be missing, repeated or in the wrong order (H.264 in AVI). Of PTS and DTS the one
    that went backwards less often so far is used, as in FFmpeg's best-effort timestamp. A frame without a
    time, or with one not after the last, follows the last frame by one frame period.

    time_base: seconds per tick. start: the stream's first time in ticks, None when unknown.
    period_s: the usual time between two frames, in seconds.
    """

    def __init__(self, time_base: Fraction, start: int | None, period_s: float) -> None:
        self._time_base = time_base
        self._start = start
        self._period_s = period_s
        self._last_s: float | None = None
        self._last_pts = self._last_dts = -math.inf
        self._faulty_pts = self._faulty_dts = 0

    def next(self, pts: int | None, dts: int | None) -> float:
        """Returns the next frame's time in seconds, from its ticks: at least 0 and after the last time."""
        ticks = self._best_effort(pts, dts)
        if ticks is not None and self._start is None:
            self._start = ticks
        time_s = None if ticks is None else float((ticks - (self._start or 0)) * self._time_base)
        if self._last_s is None:
            self._last_s = max(time_s or 0.0, 0.0)
        elif time_s is None or time_s <= self._last_s:
            self._last_s += self._period_s
        else:
            self._last_s = time_s
        return self._last_s

    def _best_effort(self, pts: int | None, dts: int | None) -> int | None:
        if dts is not None:
            self._faulty_dts += dts <= self._last_dts
            self._last_dts = dts
        if pts is not None:
            self._faulty_pts += pts <= self._last_pts
            self._last_pts = pts
        if pts is not None and (dts is None or self._faulty_pts <= self._faulty_dts):
            return pts
        return dts
