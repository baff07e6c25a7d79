"""The progress of a command."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from fer_desktop.core.training import Progress, to_line

OnProgress = Callable[[str, int, int], None]
"""Arguments: what, done, total. See `Progress`."""

INTERVAL_S = 0.25


def unwatched(what: str, done: int, total: int) -> None:
    pass


class ProgressLines:
    """Writes progress as lines: at most four a second, and the first and the last of each kind of work."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._what, self._done, self._written = "", 0, 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = self._clock()
        is_end = done == total and done != self._done
        if what != self._what or is_end or now - self._written >= INTERVAL_S:
            self._what, self._done, self._written = what, done, now
            self._stream.write(to_line(Progress(what, done, total)))
            self._stream.flush()
