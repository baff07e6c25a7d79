"""Rates and latencies over the last two seconds."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 2.0

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Stats:
    """Rates and latency of the live view over the last two seconds.

    capture_fps, inference_fps, display_fps: pictures a second that were read, analysed and shown.
    latency_ms: median time from the capture of a picture to its result on the screen; None without results.
    dropped: pictures since the source was opened that were never analysed because newer ones came.
    """

    capture_fps: float = 0.0
    inference_fps: float = 0.0
    display_fps: float = 0.0
    latency_ms: float | None = None
    dropped: int = 0


class RateMeter:
    """Events a second. `tick` and `rate` may be called from different threads."""

    def __init__(self, clock: Clock = time.monotonic, window_s: float = WINDOW_S) -> None:
        self._clock = clock
        self._window_s = window_s
        self._lock = threading.Lock()
        self._started = clock()
        self._times: deque[float] = deque()

    def tick(self) -> None:
        now = self._clock()
        with self._lock:
            self._forget(now)
            if not self._times:
                self._started = now
            self._times.append(now)

    def rate(self) -> float:
        """Events within the window by its length, or by the time since the first event after a silence."""
        now = self._clock()
        with self._lock:
            self._forget(now)
            elapsed = now - self._started
            if elapsed >= self._window_s:
                return len(self._times) / self._window_s
            return (len(self._times) - 1) / elapsed if self._times and elapsed > 0 else 0.0

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - self._window_s:
            self._times.popleft()


class LatencyMeter:
    """Median of durations noted within the window. For use by one thread."""

    def __init__(self, clock: Clock = time.monotonic, window_s: float = WINDOW_S) -> None:
        self._clock = clock
        self._window_s = window_s
        self._durations: deque[tuple[float, float]] = deque()

    def note_since(self, start_s: float) -> None:
        """Notes the time that has passed since a moment on the same clock."""
        now = self._clock()
        self._durations.append((now, now - start_s))
        self._forget(now)

    def median_s(self) -> float | None:
        self._forget(self._clock())
        return statistics.median(duration for _, duration in self._durations) if self._durations else None

    def _forget(self, now: float) -> None:
        while self._durations and self._durations[0][0] < now - self._window_s:
            self._durations.popleft()
