"""What a running analysis shows of itself while it writes its file, and the brake on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame, FrameResult

PAUSE_CHECK_S = 0.1


class AnalysisMonitor:
    """A Sink (see core.recording) whose results another thread takes whenever it likes.

    Every result is kept until it is taken, of the pictures only the newest. ``hold`` and ``go_on`` are the
    brake: the analysis asks ``wait_while_held`` before each frame. clock: seconds, for tests.
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
        """Of the source, once it is open."""
        return self._info

    @property
    def held_s(self) -> float:
        """For how long in all it has been held."""
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
        """Returns what ``should_stop`` says, at once when it is free, else when it is free or is to stop."""
        while not should_stop():
            if self._free.wait(PAUSE_CHECK_S):
                return should_stop()
        return True

    def take(self) -> tuple[list[FrameResult], tuple[Frame, FrameResult] | None]:
        """The results since the last time, and the newest picture with its result if there is a new one."""
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
