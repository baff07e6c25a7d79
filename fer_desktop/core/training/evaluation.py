"""How good a model is on the rows of a data set: everything that follows from its `Predictions`.

The figures are those of ``trainer.metrics``; here they can be looked at from any side without the trainer.
tau: strength of the logit adjustment, 0 for the natural frequencies, 1 as if all emotions were equally
frequent. Rows without a label count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training.predictions import NO_LABEL, Predictions

CALIBRATION_BINS = 15
_RESAMPLES = 10_000

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """The labelled rows at one tau.

    rows: (M,) int64 places in the predictions. labels, predicted: (M,) int64 places in EMOTIONS.
    confidence: (M,) float64, the largest probability, 0 to 1.
    """

    rows: Counts
    labels: Counts
    predicted: Counts
    confidence: Floats

    @property
    def correct(self) -> NDArray[np.bool_]:
        return self.labels == self.predicted

    @classmethod
    def of(cls, predictions: Predictions, tau: float) -> Judged:
        rows = np.flatnonzero(predictions.labels != NO_LABEL)
        shares = predictions.probabilities(tau)[rows]
        return cls(
            rows, predictions.labels[rows], shares.argmax(axis=1), shares.max(axis=1, initial=0).astype(float)
        )

    def confusion(self) -> Counts:
        """(7, 7) counts, rows the true emotion, columns the predicted one."""
        matrix = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
        np.add.at(matrix, (self.labels, self.predicted), 1)
        return matrix

    def behind(self, true: int, predicted: int) -> Counts:
        """The places in the predictions that make up a cell of the confusion matrix, most confident first."""
        found = np.flatnonzero((self.labels == true) & (self.predicted == predicted))
        return self.rows[found[np.argsort(-self.confidence[found], kind="stable")]]


@dataclass(frozen=True, slots=True)
class Headline:
    """accuracy with its interval of 95 %, macro_recall, macro_f1: 0 to 1; the latter two over the emotions
    that occur. recall: (7,), NaN for an emotion that does not occur. rows: how many are judged."""

    rows: int
    accuracy: float
    interval: tuple[float, float]
    macro_recall: float
    macro_f1: float
    recall: Floats


def headline(judged: Judged) -> Headline:
    matrix = judged.confusion()
    true, said, hits = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    present = true > 0
    recall = np.where(present, hits / np.maximum(true, 1), np.nan)
    f1 = 2 * hits / np.maximum(true + said, 1)
    right, rows = int(hits.sum()), int(matrix.sum())
    return Headline(
        rows=rows,
        accuracy=right / max(rows, 1),
        interval=wilson_interval(right, rows),
        macro_recall=float(recall[present].mean()) if rows else 0.0,
        macro_f1=float(f1[present].mean()) if rows else 0.0,
        recall=recall,
    )


def wilson_interval(right: int, rows: int) -> tuple[float, float]:
    """The interval of 95 % for the accuracy of which ``right`` of ``rows`` are a sample; (0, 1) for no rows.

    The score interval (Wilson 1927) stays in 0 to 1. It also holds for few rows and for shares near 1 (Brown,
    Cai and DasGupta 2001). It takes the rows for independent.
    """
    from scipy.stats import binomtest  # slow to load

    if rows == 0:
        return 0.0, 1.0
    interval = binomtest(right, rows).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Equal bins of confidence. confidence, accuracy: (B,) means, 0 to 1, of an empty bin its middle and 0.
    counts: (B,) rows."""

    confidence: Floats
    accuracy: Floats
    counts: Counts

    @property
    def expected_calibration_error(self) -> float:
        """Mean gap between confidence and accuracy over the rows (Guo et al. 2017), 0 to 1."""
        gaps = np.abs(self.accuracy - self.confidence) * self.counts
        return float(gaps.sum() / max(self.counts.sum(), 1))

    @property
    def error_by_chance(self) -> tuple[float, float]:
        """The expected calibration errors, 5th and 95th percentile, that chance alone gives to such bins when
        each row is right as often as the model says, 0 to 1; (0, 0) for no rows.

        So an error within them says nothing against a model, and fewer rows make it larger. By consistency
        resampling (Bröcker and Smith 2007), the confidences of a bin taken for equal; the same answer for
        the same bins.
        """
        shape = (_RESAMPLES, len(self.counts))
        right = np.random.default_rng(0).binomial(self.counts, self.confidence, shape)
        gaps = np.abs(right - self.counts * self.confidence)
        low, high = np.percentile(gaps.sum(axis=1) / max(self.counts.sum(), 1), [5, 95])
        return float(low), float(high)


def reliability(judged: Judged, bins: int = CALIBRATION_BINS) -> Reliability:
    """The reliability diagram (DeGroot and Fienberg 1983; Niculescu-Mizil and Caruana 2005)."""
    places = np.minimum((judged.confidence * bins).astype(np.int64), bins - 1)
    counts = np.bincount(places, minlength=bins)
    middles = (np.arange(bins) + 0.5) / bins

    def mean(values: NDArray[np.generic]) -> Floats:
        totals = np.bincount(places, weights=values.astype(np.float64), minlength=bins)
        return np.asarray(totals / np.maximum(counts, 1))

    return Reliability(
        confidence=np.where(counts > 0, mean(judged.confidence), middles),
        accuracy=mean(judged.correct),
        counts=counts,
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """thresholds: (K,), rising. coverage: (K,) share of the rows that are answered. accuracy: (K,) among
    these; NaN where none is answered."""

    thresholds: Floats
    coverage: Floats
    accuracy: Floats


def coverage_curve(judged: Judged, thresholds: Floats) -> Coverage:
    """What is won by not answering below a confidence: the risk-coverage curve of selective classification
    (El-Yaniv and Wiener 2010), with accuracy for risk."""
    order = np.argsort(judged.confidence)
    confidence, correct = judged.confidence[order], judged.correct[order]
    below = np.searchsorted(confidence, thresholds, side="left")  # a row at the threshold is answered
    answered = len(confidence) - below
    right = correct.sum() - np.concatenate(([0], np.cumsum(correct)))[below]
    return Coverage(
        thresholds=thresholds,
        coverage=answered / max(len(confidence), 1),
        accuracy=np.where(answered > 0, right / np.maximum(answered, 1), np.nan),
    )
