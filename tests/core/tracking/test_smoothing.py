"""Boxes and emotions become steady without losing what happened."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.tracking.smoothing import (
    LEAD_TIME_S,
    TIME_CONSTANT_S,
    EmotionSmoother,
    OneEuroFilter,
    plain_label,
)

FRAME_S = 1 / 30

probability_rows = st.lists(st.floats(0.01, 1), min_size=7, max_size=7).map(
    lambda values: np.array(values) / sum(values)
)


def spread(**chosen: float) -> NDArray[np.float64]:
    """These probabilities, and the rest shared by the others."""
    others = (1 - sum(chosen.values())) / (len(EMOTIONS) - len(chosen))
    return np.array([chosen.get(name, others) for name in EMOTIONS])


@given(rows=st.lists(st.tuples(probability_rows, st.floats(0, 2)), min_size=1, max_size=20))
def test_smoothed_probabilities_stay_probabilities(rows: list[tuple[NDArray[np.float64], float]]) -> None:
    smoother = EmotionSmoother()
    time_s = 0.0
    for row, elapsed in rows:
        time_s += elapsed
        smoothed, label = smoother.update(row, time_s)
        assert smoothed.sum() == pytest.approx(1)
        assert smoothed.min() >= 0
        assert label is None or label in EMOTIONS


def test_the_first_frame_counts_in_full() -> None:
    row = spread(fear=0.7)
    smoothed, label = EmotionSmoother().update(row, 12.0)
    assert smoothed == pytest.approx(row)
    assert label == "fear"


@pytest.mark.parametrize("steps", [1, 4, 40])
def test_the_average_does_not_depend_on_the_frame_rate(steps: int) -> None:
    smoother = EmotionSmoother()
    smoother.update(spread(neutral=0.9), 0.0)
    for step in range(steps):
        smoothed, _ = smoother.update(spread(anger=0.9), (step + 1) / steps * TIME_CONSTANT_S)
    start, end = spread(neutral=0.9), spread(anger=0.9)
    assert smoothed == pytest.approx(end + (start - end) / math.e)


@given(difference=st.floats(0, 0.3), frames_each=st.integers(1, 8))
def test_no_flicker_between_two_alternating_emotions(difference: float, frames_each: int) -> None:
    """Switching up to every quarter of a second, around the boundary between two labels."""
    rows = (
        spread(happiness=0.45 + difference / 2, surprise=0.45 - difference / 2),
        spread(happiness=0.45 - difference / 2, surprise=0.45 + difference / 2),
    )
    smoother = EmotionSmoother()
    labels = {
        smoother.update(rows[frame // frames_each % 2], frame * FRAME_S)[1]
        for frame in range(6 * frames_each)
    }
    assert labels == {"happiness"} if difference else len(labels) == 1


def test_a_clear_change_is_shown_within_a_second() -> None:
    smoother = EmotionSmoother()
    smoother.update(spread(neutral=0.9), 0.0)
    labels = [smoother.update(spread(happiness=0.9), frame * FRAME_S)[1] for frame in range(1, 31)]
    assert labels[0] == "neutral"
    assert labels[-1] == "happiness"


def test_a_small_lead_counts_once_it_has_lasted() -> None:
    smoother = EmotionSmoother()
    smoother.update(spread(anger=0.46, sadness=0.44), 0.0)
    later = spread(anger=0.43, sadness=0.47)
    smoother.update(later, 10.0)
    assert smoother.update(later, 10.0 + 0.9 * LEAD_TIME_S)[1] == "anger"
    assert smoother.update(later, 10.0 + LEAD_TIME_S)[1] == "sadness"


def test_uncertain_below_the_threshold_and_back_only_above_the_margin() -> None:
    smoother = EmotionSmoother(uncertain_below=0.4)
    labels = [
        smoother.update(spread(fear=largest), 10.0 * index)[1]
        for index, largest in enumerate([0.41, 0.39, 0.42, 0.46, 0.42, 0.39])
    ]
    assert labels == ["fear", None, None, "fear", "fear", None]


def test_the_label_after_uncertainty_is_the_leading_one() -> None:
    smoother = EmotionSmoother(uncertain_below=0.4)
    smoother.update(spread(fear=0.6), 0.0)
    smoother.update(spread(fear=0.3), 10.0)
    assert smoother.update(spread(surprise=0.47, fear=0.44), 20.0)[1] == "surprise"


def test_the_plain_label_is_the_most_likely_one_or_none() -> None:
    assert plain_label(spread(disgust=0.5), 0.5) == "disgust"
    assert plain_label(spread(disgust=0.49), 0.5) is None


def test_one_euro_calms_noise_and_keeps_the_mean() -> None:
    noise = np.random.default_rng(0).normal(50, 2, 600)
    one_euro = OneEuroFilter(min_cutoff=1.0, beta=0.0)
    filtered = [float(one_euro(np.array([value]), index * FRAME_S)[0]) for index, value in enumerate(noise)]
    assert np.std(filtered[60:]) < 0.5 * np.std(noise)
    assert np.mean(filtered[60:]) == pytest.approx(50, abs=0.5)


def test_one_euro_lags_less_when_beta_is_larger() -> None:
    def lag(beta: float) -> float:
        one_euro = OneEuroFilter(min_cutoff=1.0, beta=beta)
        for index in range(90):
            value = one_euro(np.array([100.0 * index * FRAME_S]), index * FRAME_S)
        return 100.0 * 89 * FRAME_S - float(value[0])

    assert lag(0.05) < 0.3 * lag(0.0)


def test_one_euro_keeps_its_value_when_no_time_has_passed() -> None:
    one_euro = OneEuroFilter(min_cutoff=1.0, beta=0.1)
    one_euro(np.array([1.0, 2.0]), 0.0)
    before = one_euro(np.array([3.0, 5.0]), 0.1)
    assert one_euro(np.array([99.0, 99.0]), 0.1) == pytest.approx(before)


def test_one_euro_stays_finite_however_little_time_has_passed() -> None:
    one_euro = OneEuroFilter(min_cutoff=1.0, beta=0.1)
    one_euro(np.array([1.0, 2.0]), 0.0)
    assert one_euro(np.array([3.0, 5.0]), 5e-324) == pytest.approx([1.0, 2.0])
