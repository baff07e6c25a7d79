from __future__ import annotations

import math

import numpy as np
import pytest

from fer_desktop.core.durations import Durations


def test_without_values_there_is_no_summary() -> None:
    assert Durations().summary() is None


def test_percentiles_agree_with_the_exact_ones() -> None:
    values = np.random.default_rng(3).lognormal(-5, 1, size=5000)
    durations = Durations()
    for value in values:
        durations.add(float(value))
    summary = durations.summary()
    assert summary is not None
    assert summary.count == 5000
    assert summary.mean_s == pytest.approx(values.mean())
    assert summary.max_s == values.max()
    exact = np.percentile(values, (50, 95, 99), method="inverted_cdf")
    assert (summary.p50_s, summary.p95_s, summary.p99_s) == pytest.approx(tuple(exact), rel=0.011)
    assert summary.per_second == pytest.approx(1 / values.mean())


def test_a_single_value_is_every_percentile() -> None:
    durations = Durations()
    durations.add(0.02)
    summary = durations.summary()
    assert summary is not None
    assert summary.as_milliseconds() == {
        "count": 1,
        "mean": 20,
        "p50": pytest.approx(20, rel=0.01),
        "p95": pytest.approx(20, rel=0.01),
        "p99": pytest.approx(20, rel=0.01),
        "max": 20,
    }


def test_a_clock_that_stands_still_is_no_problem() -> None:
    durations = Durations()
    durations.add(0.0)
    summary = durations.summary()
    assert summary is not None
    assert summary.p99_s == 0
    assert math.isinf(summary.per_second)
