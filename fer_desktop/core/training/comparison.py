"""Tests whether one of two models is better on the same rows, or the difference may be chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.training.predictions import NO_LABEL, Predictions

SIGNIFICANT = 0.05
NORMAL_95 = 1.96


class ComparisonError(FerDesktopError):
    """The two models were evaluated on different rows."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """The result of McNemar's test.

    only_first, only_second: the number of rows that only this model has right.
    p: the probability of such a difference, or a larger one, if both were equally good.
    """

    only_first: int
    only_second: int
    p: float


@dataclass(frozen=True, slots=True)
class RecallDifference:
    """Two models' recalls of one emotion on ``rows`` rows, 0 to 1.

    difference: second - first, with an interval of 95 %.
    """

    emotion: str
    rows: int
    first: float
    second: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models' accuracies, 0 to 1, on ``rows`` labelled rows, judged with strength ``tau``.

    recalls: of the emotions that have rows.
    """

    tau: float
    rows: int
    first: float
    second: float
    mcnemar: McNemar
    recalls: tuple[RecallDifference, ...]


def compare(first: Predictions, second: Predictions, tau: float = 0.0) -> Comparison:
    """Compares two models. Raises ComparisonError, which says how the rows differ."""
    _check_same_rows(first, second)
    labelled = first.labels != NO_LABEL
    labels = first.labels[labelled]
    if not len(labels):
        raise ComparisonError("None of the rows has a label, so nothing can be compared.")
    right = [model.probabilities(tau)[labelled].argmax(axis=1) == labels for model in (first, second)]
    recalls = tuple(
        _recall_difference(name, right[0][labels == number], right[1][labels == number])
        for number, name in enumerate(EMOTIONS)
        if (labels == number).any()
    )
    return Comparison(tau, len(labels), right[0].mean(), right[1].mean(), mcnemar(*right), recalls)


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Applies the exact test of McNemar (1947) to (N,) rows that each model has right or wrong.

    If both models are equally good, each is equally likely to be the only one with a row right. The counts of
    these rows then follow a binomial distribution with share 1/2.
    """
    from scipy.stats import binomtest  # slow to load

    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    discordant = only_first + only_second
    p = float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0
    return McNemar(only_first, only_second, p)


def in_words(comparison: Comparison, first: str, second: str) -> str:
    """Returns the result of the test in words, with the names of the models."""
    test = comparison.mcnemar
    counts = f"{first} alone is right on {test.only_first:,} faces, {second} alone on {test.only_second:,}"
    p = "below 0.001" if test.p < 0.001 else f"{test.p:.3f}"
    if test.p >= SIGNIFICANT:
        return f"{counts}: the difference may be chance (McNemar's test, p {p})."
    better = first if test.only_first > test.only_second else second
    return f"{counts}: {better} is better, and chance is an unlikely cause (McNemar's test, p {p})."


def _check_same_rows(first: Predictions, second: Predictions) -> None:
    if len(first.labels) != len(second.labels):
        raise ComparisonError(
            f"The runs were validated on {len(first.labels):,} and on {len(second.labels):,} rows; "
            "only models on the same rows can be compared."
        )
    if first.data != second.data:
        raise ComparisonError(
            "The runs were validated on different pictures; only models on the same rows can be compared."
        )
    differing = int((first.labels != second.labels).sum())
    if differing:
        raise ComparisonError(
            f"{differing:,} rows have another label for one run than for the other (votes or own labels); "
            "only models on the same labels can be compared."
        )


def _recall_difference(emotion: str, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> RecallDifference:
    """Returns an interval for paired shares (Agresti and Min 2005): half a row is added to each of four
    cells."""
    count = len(first)
    only_first, only_second = (first & ~second).sum() + 0.5, (~first & second).sum() + 0.5
    centre = (only_second - only_first) / (count + 2)
    spread = np.sqrt((only_first + only_second) / (count + 2) - centre**2) / np.sqrt(count + 2)
    low, high = (float(np.clip(centre + sign * NORMAL_95 * spread, -1, 1)) for sign in (-1, 1))
    return RecallDifference(emotion, count, float(first.mean()), float(second.mean()), low, high)
