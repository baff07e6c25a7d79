"""Figures of a classifier over the seven emotions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models import DEFAULT_TAU, ModelCard, probabilities
from trainer.data import NO_LABEL, Samples

CALIBRATION_BINS = 15
Probabilities = NDArray[np.float32]
Labels = NDArray[np.int64]


def confusion_matrix(predicted: Labels, labels: Labels) -> NDArray[np.int64]:
    """Returns (7, 7) counts: rows are the true emotion, columns the predicted one."""
    matrix = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def expected_calibration_error(rows: Probabilities, labels: Labels) -> float:
    """Returns the mean gap between confidence and accuracy over 15 equal bins (Guo et al. 2017), 0 to 1."""
    confidence, correct = rows.max(axis=1), rows.argmax(axis=1) == labels
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        abs(correct[bins == index].mean() - confidence[bins == index].mean()) * (bins == index).mean()
        for index in range(CALIBRATION_BINS)
        if (bins == index).any()
    ]
    return float(sum(gaps))


def class_figures(rows: Probabilities, labels: Labels) -> dict[str, Any]:
    """Returns accuracy, recall of each class, and macro recall and F1 over the classes present in labels."""
    matrix = confusion_matrix(rows.argmax(axis=1), labels)
    true, said, hits = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    present = true > 0
    recall = hits / np.maximum(true, 1)
    f1 = 2 * hits / np.maximum(true + said, 1)
    return {
        "accuracy": float(hits.sum() / max(matrix.sum(), 1)),
        "macro_recall": float(recall[present].mean()) if present.any() else 0.0,
        "macro_f1": float(f1[present].mean()) if present.any() else 0.0,
        "per_class_recall": {
            name: float(value) for name, value, there in zip(EMOTIONS, recall, present, strict=True) if there
        },
    }


def split_figures(
    logits: NDArray[np.float32], samples: Samples, card: ModelCard, tau: float
) -> dict[str, Any]:
    """Returns the figures of a split at one strength of logit adjustment.

    Accuracy, recalls, F1 and calibration are over the rows with a majority emotion. FER2013 has two more
    figures. ferplus7_accuracy is the accuracy if the majority is that of the FER+ votes, otherwise None.
    fer2013_accuracy is over all rows with FER2013's own label.
    """
    rows, labelled = probabilities(logits, card, tau), samples.labelled
    figures = class_figures(rows[labelled], samples.majority[labelled])
    named: dict[str, float | None] = {}
    if samples.kind != "folders":
        own = samples.original != NO_LABEL
        agrees = rows[own].argmax(axis=1) == samples.original[own]
        named["ferplus7_accuracy"] = figures["accuracy"] if samples.kind == "votes" else None
        named["fer2013_accuracy"] = float(agrees.mean()) if own.any() else None
    error = expected_calibration_error(rows[labelled], samples.majority[labelled])
    return {**named, **figures, "expected_calibration_error": error}


def natural_and_balanced(
    logits: NDArray[np.float32], samples: Samples, card: ModelCard, tau: float = DEFAULT_TAU
) -> dict[str, Any]:
    """Returns `split_figures` at tau 0, and under ``balanced`` at ``tau``."""
    return {
        **split_figures(logits, samples, card, 0.0),
        "balanced": {"tau": tau, **split_figures(logits, samples, card, tau)},
    }


def with_confusion(
    figures: dict[str, Any],
    logits: NDArray[np.float32],
    samples: Samples,
    card: ModelCard,
    tau: float = DEFAULT_TAU,
) -> dict[str, Any]:
    """Returns the figures of `natural_and_balanced` with a ``confusion_matrix`` each, as lists of counts."""

    def matrix(strength: float) -> list[list[int]]:
        said = probabilities(logits, card, strength)[samples.labelled].argmax(axis=1)
        counts: list[list[int]] = confusion_matrix(said, samples.majority[samples.labelled]).tolist()
        return counts

    balanced = {**figures["balanced"], "confusion_matrix": matrix(tau)}
    return {**figures, "balanced": balanced, "confusion_matrix": matrix(0.0)}
