"""Writes an evaluation as files: its figures as JSON, and the predictions of each row as CSV."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.csv_file import write_csv
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.files import whole_file
from fer_desktop.core.plain_text import spreadsheet_safe
from fer_desktop.core.training import evaluation
from fer_desktop.core.training.evaluation import Judged
from fer_desktop.core.training.predictions import NO_LABEL, Predictions

TABLE_COLUMNS = (
    "row",
    "file",
    "label",
    "predicted",
    "confidence",
    "predicted_balanced",
    "confidence_balanced",
    *(f"p_{name}" for name in EMOTIONS),
)
BALANCED_TAU = 1.0


def figures(predictions: Predictions, tau: float) -> dict[str, Any]:
    """Returns main figures, calibration and confusion matrix at one tau, as JSON values."""
    judged = Judged.of(predictions, tau)
    top, bins = evaluation.headline(judged), evaluation.reliability(judged)
    recalls = {name: float(value) for name, value in zip(EMOTIONS, top.recall, strict=True) if value == value}
    return {
        "tau": tau,
        "rows": top.rows,
        "accuracy": top.accuracy,
        "accuracy_interval_95_wilson": list(top.interval),
        "macro_recall": top.macro_recall,
        "macro_f1": top.macro_f1,
        "per_class_recall": recalls,
        "expected_calibration_error": bins.expected_calibration_error,
        "calibration_error_by_chance": list(bins.error_by_chance),
        "confusion_matrix": judged.confusion().tolist(),
    }


def write_report(path: Path, predictions: Predictions, said: dict[str, Any]) -> None:
    """Writes the figures in the natural and the balanced setting, and the trainer's report. Raises
    OutputError."""
    content = {
        "model": predictions.model,
        "emotions": list(EMOTIONS),
        "natural": figures(predictions, 0.0),
        "balanced": figures(predictions, BALANCED_TAU),
        "trainer": said,
    }
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_table(path: Path, predictions: Predictions) -> None:
    """Writes a line for each row, with or without a label. p_...: natural probabilities. Raises
    OutputError."""
    natural, balanced = predictions.probabilities(0.0), predictions.probabilities(BALANCED_TAU)
    names = predictions.names or ("",) * len(predictions.rows)
    lines = (
        (
            int(row),
            spreadsheet_safe(name),
            "" if label == NO_LABEL else EMOTIONS[label],
            *_top(shares),
            *_top(even),
            *(f"{share:.6f}" for share in shares),
        )
        for row, name, label, shares, even in zip(
            predictions.rows, names, predictions.labels, natural, balanced, strict=True
        )
    )
    write_csv(path, TABLE_COLUMNS, lines)


def _top(shares: NDArray[np.float32]) -> tuple[str, str]:
    best = int(shares.argmax())
    return EMOTIONS[best], f"{shares[best]:.6f}"
