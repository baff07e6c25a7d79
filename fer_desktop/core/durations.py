"""Statistics of many durations in little memory: their number, mean and percentiles."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

STEP = 1.02
"""The ratio of neighbouring classes of the histogram. It keeps percentiles within 1 % of the exact value."""

SHORTEST_S = 1e-7


@dataclass(frozen=True, slots=True)
class DurationSummary:
    """The statistics of some durations, in seconds. Percentiles are within 1 % of the exact value."""

    count: int
    mean_s: float
    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float

    @property
    def per_second(self) -> float:
        """The number of such durations that fit into a second, one after the other."""
        return 1 / self.mean_s if self.mean_s else math.inf

    def as_milliseconds(self) -> dict[str, float]:
        """Returns count, and mean, p50, p95, p99 and max in seconds, rounded to microseconds."""
        seconds = {
            "mean": self.mean_s,
            "p50": self.p50_s,
            "p95": self.p95_s,
            "p99": self.p99_s,
            "max": self.max_s,
        }
        return {"count": self.count, **{name: round(value * 1000, 3) for name, value in seconds.items()}}


class Durations:
    """Collects durations in a histogram with logarithmic classes.

    Its size depends on the spread of the values, not on their number.
    """

    def __init__(self) -> None:
        self._classes: Counter[int] = Counter()
        self._sum_s = 0.0
        self._max_s = 0.0

    def add(self, seconds: float) -> None:
        self._classes[math.floor(math.log(max(seconds, SHORTEST_S), STEP))] += 1
        self._sum_s += seconds
        self._max_s = max(self._max_s, seconds)

    def summary(self) -> DurationSummary | None:
        """Returns the statistics of the values so far; None before the first value."""
        count = self._classes.total()
        if count == 0:
            return None
        p50_s, p95_s, p99_s = (self._percentile(share) for share in (0.5, 0.95, 0.99))
        return DurationSummary(count, self._sum_s / count, p50_s, p95_s, p99_s, self._max_s)

    def _percentile(self, share: float) -> float:
        """Returns the value that at least this share of the values does not exceed."""
        left = math.ceil(share * self._classes.total())
        for number in sorted(self._classes):
            left -= self._classes[number]
            if left <= 0:
                return min(STEP ** (number + 0.5), self._max_s)
        raise AssertionError("a share above 1")
