"""A series of numbers of any length in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Thinned:
    """Rows of numbers with a rising first column. When there are too many, neighbours become their mean.

    All rows but the newest are means of equally many values, so that a curve looks the same throughout.
    """

    def __init__(self, columns: int, most: int) -> None:
        """most: the number of rows to keep, apart from the newest; even."""
        self._rows = np.empty((most, columns))
        self._count = 0
        self._group = 1
        self._pending: list[Sequence[float]] = []

    def add(self, row: Sequence[float]) -> None:
        self._pending.append(row)
        if len(self._pending) < self._group:
            return
        if self._count == len(self._rows):
            self._halve()
            return
        self._rows[self._count] = np.mean(self._pending, axis=0)
        self._count += 1
        self._pending.clear()

    def cut(self, last: float) -> None:
        """Forgets the rows whose first column is larger than ``last``."""
        self._pending = [row for row in self._pending if row[0] <= last]
        self._count = int(np.searchsorted(self._rows[: self._count, 0], last, side="right"))

    def rows(self) -> NDArray[np.float64]:
        """Returns a copy of the rows, (N, columns) float64."""
        whole = self._rows[: self._count]
        rest = [np.mean(self._pending, axis=0)] if self._pending else []
        return np.vstack([whole, *rest])

    def _halve(self) -> None:
        self._count //= 2
        self._rows[: self._count] = self._rows.reshape(self._count, 2, -1).mean(axis=1)
        self._group *= 2
