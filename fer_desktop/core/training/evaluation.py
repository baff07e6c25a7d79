"""Figures that follow from a model's `Predictions` on the rows of a data set.

They are those of ``trainer.metrics``, computed without the trainer.
tau: strength of the logit adjustment, 0 for the natural frequencies, 1 as if all emotions were equally
frequent. Rows without a label are left out.
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
        """Returns (7, 7) counts: rows are the true emotion, columns the predicted one."""
        matrix = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
        np.add.at(matrix, (self.labels, self.predicted), 1)
        return matrix

    def behind(self, true: int, predicted: int) -> Counts:
        """Returns the places in the predictions of a cell of the confusion matrix, most confident first."""
        found = np.flatnonzero((self.labels == true) & (self.predicted == predicted))
        return self.rows[found[np.argsort(-self.confidence[found], kind="stable")]]


@dataclass(frozen=True, slots=True)
class Headline:
    """The main figures.

    accuracy, with its interval of 95 %, macro_recall, macro_f1: 0 to 1. The macro figures are means over the
    emotions that occur. recall: (7,), NaN for an emotion that does not occur. rows: their number.
    """

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
    """Returns the interval of 95 % for an accuracy, from ``right`` of ``rows`` rows; (0, 1) for no rows.

    The score interval (Wilson 1927) stays in 0 to 1. It also holds for few rows and for shares near 1 (Brown,
    Cai and DasGupta 2001). It assumes that the rows are independent.
    """
    from scipy.stats import binomtest  # slow to load

    if rows == 0:
        return 0.0, 1.0
    interval = binomtest(right, rows).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Equal bins of confidence.

    confidence, accuracy: (B,) means, 0 to 1; for an empty bin its middle and 0. counts: (B,) rows.
    """

    confidence: Floats
    accuracy: Floats
    counts: Counts

    @property
    def expected_calibration_error(self) -> float:
        """The mean gap between confidence and accuracy over the rows (Guo et al. 2017), 0 to 1."""
        gaps = np.abs(self.accuracy - self.confidence) * self.counts
        return float(gaps.sum() / max(self.counts.sum(), 1))

    @property
    def error_by_chance(self) -> tuple[float, float]:
        """The range of the expected calibration error by chance: its 5th and 95th percentile, 0 to 1.

        It is the error of such bins if each row is right as often as the model says; (0, 0) for no rows. An
        error inside the range is no evidence against the model. Fewer rows make the range larger. The method
        is consistency resampling (Bröcker and Smith 2007), with one confidence for all rows of a bin. Equal
        bins always give the same range.
        """
        shape = (_RESAMPLES, len(self.counts))
        right = np.random.default_rng(0).binomial(self.counts, self.confidence, shape)
        gaps = np.abs(right - self.counts * self.confidence)
        low, high = np.percentile(gaps.sum(axis=1) / max(self.counts.sum(), 1), [5, 95])
        return float(low), float(high)


def reliability(judged: Judged, bins: int = CALIBRATION_BINS) -> Reliability:
    """Returns the reliability diagram (DeGroot and Fienberg 1983; Niculescu-Mizil and Caruana 2005)."""
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
    """Coverage and accuracy by threshold.

    thresholds: (K,), rising. coverage: (K,) share of the rows that are answered. accuracy: (K,) among these;
    NaN where none is answered.
    """

    thresholds: Floats
    coverage: Floats
    accuracy: Floats


def coverage_curve(judged: Judged, thresholds: Floats) -> Coverage:
    """Returns the gain from giving no answer below a confidence.

    This is the risk-coverage curve of selective classification (El-Yaniv and Wiener 2010), with accuracy for
    risk.
    """
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
