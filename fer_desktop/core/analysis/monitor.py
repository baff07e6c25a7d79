"""A view of a running analysis for another thread, and its pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame, FrameResult

PAUSE_CHECK_S = 0.1


class AnalysisMonitor:
    """A Sink whose results another thread takes at any time.

    It keeps every result, and the newest picture, until they are taken. ``hold`` pauses the analysis and
    ``go_on`` continues it; the analysis calls ``wait_while_held`` before each frame. clock: in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.warnings: list[str] = []
        self._clock = clock
        self._lock = threading.Lock()
        self._results: list[FrameResult] = []
        self._newest: tuple[Frame, FrameResult] | None = None
        self._info: SourceInfo | None = None
        self._free = threading.Event()
        self._free.set()
        self._held_at: float | None = None
        self._held_s = 0.0

    @property
    def info(self) -> SourceInfo | None:
        """The source's description, once it is open."""
        return self._info

    @property
    def held_s(self) -> float:
        """The total time of all pauses in seconds."""
        with self._lock:
            now = 0.0 if self._held_at is None else self._clock() - self._held_at
            return self._held_s + now

    def hold(self) -> None:
        with self._lock:
            if self._held_at is None:
                self._held_at = self._clock()
        self._free.clear()

    def go_on(self) -> None:
        with self._lock:
            if self._held_at is not None:
                self._held_s += self._clock() - self._held_at
                self._held_at = None
        self._free.set()

    def wait_while_held(self, should_stop: Callable[[], bool]) -> bool:
        """Waits until the pause ends or the analysis is to stop; returns what ``should_stop`` says."""
        while not should_stop():
            if self._free.wait(PAUSE_CHECK_S):
                return should_stop()
        return True

    def take(self) -> tuple[list[FrameResult], tuple[Frame, FrameResult] | None]:
        """The results since the last call, and the newest picture with its result, None without a new one."""
        with self._lock:
            results, self._results = self._results, []
            newest, self._newest = self._newest, None
        return results, newest

    # The sink, on the thread of the analysis.

    def open(self, info: SourceInfo) -> None:
        self._info = info

    def write(self, frame: Frame, result: FrameResult) -> None:
        with self._lock:
            self._results.append(result)
            self._newest = frame, result

    def close(self, *, complete: bool) -> Path | None:
        return None
