"""The learning rate over a run."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.support.runs import TINY
from trainer.learning.schedule import learning_rate, learning_rate_factor


@pytest.mark.parametrize("schedule", ["one-cycle", "cosine"])
def test_learning_rate_rises_and_falls(schedule: str) -> None:
    config = dataclasses.replace(TINY, schedule=schedule, warmup=0.2)
    factors = [learning_rate_factor(config, step, 100) for step in range(100)]
    assert max(factors) == pytest.approx(1)
    assert 17 <= int(np.argmax(factors)) <= 20
    assert factors[0] < 0.2
    assert 0 < factors[-1] < 0.001


def test_a_constant_rate_rises_and_stays() -> None:
    config = dataclasses.replace(TINY, schedule="constant", warmup=0.2)
    factors = [learning_rate_factor(config, step, 100) for step in range(100)]
    assert factors[:20] == sorted(factors[:20])
    assert factors[0] < 0.1
    assert factors[19:] == [1.0] * 81


def test_a_constant_rate_may_cool_down_at_the_end() -> None:
    config = dataclasses.replace(TINY, schedule="constant", warmup=0.2, cooldown=0.3)
    factors = [learning_rate_factor(config, step, 100) for step in range(100)]
    assert factors[19:70] == [1.0] * 51
    assert factors[70:] == sorted(factors[70:], reverse=True)
    assert factors[84] == pytest.approx(0.5)
    assert 0 < factors[-1] < 0.001


def test_the_factor_is_a_share_of_the_peak() -> None:
    config = dataclasses.replace(TINY, learning_rate=0.5)
    assert learning_rate(config, 3, 10) == 0.5 * learning_rate_factor(config, 3, 10)
