"""How far a command is, for whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from fer_desktop.core.training import Progress, to_line

OnProgress = Callable[[str, int, int], None]
"""what, done, total: see `Progress`."""

INTERVAL_S = 0.25


def unwatched(what: str, done: int, total: int) -> None:
    pass


class ProgressLines:
    """Messages as lines: the first and the last of each kind of work, and between them four a second."""

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
