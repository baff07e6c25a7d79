from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training.comparison import ComparisonError, McNemar, compare, in_words, mcnemar
from fer_desktop.core.training.predictions import Predictions


def answers(labels: list[int], said: list[int], data: str = "digest") -> Predictions:
    """Says the given emotions, each with certainty."""
    count = len(labels)
    return Predictions(
        logits=10 * np.eye(7, dtype=np.float32)[said],
        labels=np.array(labels),
        rows=np.arange(count),
        thumbnails=np.zeros((0, 0, 0), dtype=np.uint8),
        names=(),
        temperature=1.0,
        prior=np.full(7, 1 / 7),
        model="m",
        data=data,
    )


def rows(*counts: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """both right, only the first, only the second, none."""
    first = np.repeat([True, True, False, False], counts)
    second = np.repeat([True, False, True, False], counts)
    return first, second


def test_mcnemar_is_the_exact_binomial_test() -> None:
    # Two-sided: 2 * P(X <= 1), X binomial of 6 with share 1/2, is 2 * (1 + 6) / 64.
    assert mcnemar(*rows(50, 1, 5, 9)) == McNemar(1, 5, pytest.approx(14 / 64))


def test_rows_on_which_both_agree_do_not_count() -> None:
    assert mcnemar(*rows(5, 2, 8, 0)).p == mcnemar(*rows(5000, 2, 8, 700)).p
    assert mcnemar(*rows(5, 0, 0, 5)).p == 1.0


def test_accuracies_and_recalls_of_both() -> None:
    labels = [0, 0, 0, 0, 6, 6, -1]
    first = answers(labels, [0, 0, 1, 1, 6, 6, 3])
    second = answers(labels, [0, 0, 0, 1, 6, 0, 3])
    result = compare(first, second)
    assert (result.rows, result.first, result.second) == (6, pytest.approx(4 / 6), pytest.approx(4 / 6))
    assert [(item.emotion, item.rows, item.first, item.second) for item in result.recalls] == [
        ("anger", 4, 0.5, 0.75),
        ("neutral", 2, 1.0, 0.5),
    ]
    for item in result.recalls:
        assert item.low < item.difference < item.high


def test_the_interval_of_a_difference_covers_it_as_often_as_it_says() -> None:
    """Paired answers drawn anew 400 times: about 95 % of the intervals hold the true difference."""
    generator, held = np.random.default_rng(5), 0
    for _ in range(400):
        kind = generator.choice(4, 60, p=[0.6, 0.1, 0.2, 0.1])
        labels = [2] * 60
        first = answers(labels, [2 if item in (0, 1) else 0 for item in kind])
        second = answers(labels, [2 if item in (0, 2) else 0 for item in kind])
        (item,) = compare(first, second).recalls
        held += item.low <= 0.1 <= item.high
    assert 0.92 <= held / 400 <= 0.985


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (answers([0, 1], [0, 1]), "on 3 and on 2 rows"),
        (answers([0, 1, 2], [0, 1, 2], data="other"), "on different pictures"),
        (answers([0, 1, 3], [0, 1, 2]), "1 rows have another label"),
    ],
)
def test_other_rows_cannot_be_compared(second: Predictions, said: str) -> None:
    with pytest.raises(ComparisonError, match=said):
        compare(answers([0, 1, 2], [0, 1, 2]), second)


def test_without_labels_nothing_can_be_compared() -> None:
    nothing = answers([-1, -1], [0, 1])
    with pytest.raises(ComparisonError, match="None of the rows has a label"):
        compare(nothing, nothing)


def test_tau_judges_both_models() -> None:
    prior = np.array([0.94, *[0.01] * 6])
    weak = dataclasses.replace(
        answers([1], [0]), logits=np.array([[1.0, 0, 0, 0, 0, 0, 0]], np.float32), prior=prior
    )
    assert compare(weak, weak, tau=0.0).first == 0.0
    assert EMOTIONS[int(weak.probabilities(1.0).argmax())] != "anger"


def test_words_name_the_better_one_or_chance() -> None:
    labels = [0] * 40
    good, poor = answers(labels, [0] * 40), answers(labels, [0] * 20 + [1] * 20)
    assert "B is better, and chance is an unlikely cause (McNemar's test, p below 0.001)" in in_words(
        compare(poor, good), "A", "B"
    )
    assert "A is better" in in_words(compare(good, poor), "A", "B")
    assert "may be chance (McNemar's test, p 1.000)" in in_words(compare(good, good), "A", "B")
