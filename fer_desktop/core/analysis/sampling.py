"""Frame sampling: which frames of a source are analysed."""

from __future__ import annotations

import math
from collections.abc import Callable

from fer_desktop.core.types import Frame

FrameSampler = Callable[[Frame], bool]
"""Says for each frame, in their order, whether it is analysed."""

_TICK_S = 0.001
"""A container's rounded time may lie so much before the true time (Matroska)."""


def frame_sampler(*, every: int = 1, rate: float | None = None) -> FrameSampler:
    """Samples every ``every``-th frame, or about ``rate`` frames a second of the source's time.

    rate: the time from the first frame is divided into periods of 1 / rate seconds, and the first frame of
    each period is taken. This evens out an uneven rate. A source with fewer frames is taken whole.
    Raises ValueError when both are given, or one is out of range.
    """
    if rate is None:
        return _every(every)
    if every != 1:
        raise ValueError("every and rate exclude each other")
    return _at_rate(rate)


def _every(every: int) -> FrameSampler:
    if every < 1:
        raise ValueError(f"every is {every}, it must be at least 1")
    seen = 0

    def choose(frame: Frame) -> bool:
        nonlocal seen
        seen += 1
        return (seen - 1) % every == 0

    return choose


def _at_rate(rate: float) -> FrameSampler:
    if not 0 < rate < math.inf:
        raise ValueError(f"rate is {rate}, it must be positive")
    first_s: float | None = None
    last_period = -1

    def choose(frame: Frame) -> bool:
        nonlocal first_s, last_period
        if first_s is None:
            first_s = frame.pts_s
        period = math.floor((frame.pts_s - first_s + _TICK_S) * rate)
        is_new, last_period = period > last_period, max(period, last_period)
        return is_new

    return choose
