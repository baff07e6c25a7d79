"""The working time of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """seconds: the working time so far without pauses, with that of earlier processes of the run."""

    def __init__(self, seconds: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._zero = clock() - seconds

    @property
    def seconds(self) -> float:
        return self._clock() - self._zero

    @contextmanager
    def held(self) -> Iterator[None]:
        """The time within the context does not count."""
        began = self._clock()
        try:
            yield
        finally:
            self._zero += self._clock() - began
