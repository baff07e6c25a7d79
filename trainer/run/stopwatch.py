"""How long a run has worked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """seconds: worked so far, without pauses; runs on from where an earlier process stopped."""

    def __init__(self, seconds: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._zero = clock() - seconds

    @property
    def seconds(self) -> float:
        return self._clock() - self._zero

    @contextmanager
    def held(self) -> Iterator[None]:
        began = self._clock()
        try:
            yield
        finally:
            self._zero += self._clock() - began
