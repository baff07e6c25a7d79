"""A mailbox for one value: hands the newest value from one thread to another without a queue."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds the newest value until it is taken; a value that is put before that replaces it.

    A slow receiver therefore skips values and never lags behind. The sender wakes it only when `put` says
    that the place was empty, so at most one wake-up is on its way, and whoever is woken calls `take`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: T | None = None
        self._dropped = 0

    def put(self, value: T) -> bool:
        """Stores the value; True when the place was empty, so that the receiver has to be woken."""
        with self._lock:
            was_empty = self._value is None
            if not was_empty:
                self._dropped += 1
            self._value = value
            return was_empty

    def take(self) -> T | None:
        """The newest value, which leaves the place empty; None when nothing came since the last call."""
        with self._lock:
            value, self._value = self._value, None
            return value

    @property
    def is_empty(self) -> bool:
        return self._value is None

    @property
    def dropped(self) -> int:
        """How many values were replaced before anyone took them."""
        return self._dropped
