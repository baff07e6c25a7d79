"""Tables and figures of a run."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.files import whole_file

# Two colours of the Okabe-Ito set, which is safe for colour-blind people.
ACCURACY, MACRO_RECALL = "#0072B2", "#D55E00"


def write_metrics(history: Sequence[dict[str, Any]], path: Path) -> None:
    """Writes one CSV row for each epoch. An incomplete file is never left. Raises OutputError."""
    with whole_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(history[0]))
        writer.writeheader()
        writer.writerows(history)


def write_curves(history: Sequence[dict[str, Any]], path: Path) -> None:
    """Draws the training loss, validation accuracy and macro recall over the epochs as PNG."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [row["epoch"] for row in history]
    left.plot(epochs, [row["train_loss"] for row in history], color="black", marker=".")
    left.set(title="Training loss", xlabel="epoch", ylabel="cross entropy")
    for name, text, colour, style in (
        ("accuracy", "accuracy, tau 0", ACCURACY, "--"),
        ("macro_recall", "macro recall, tau 0", MACRO_RECALL, "--"),
        ("balanced_accuracy", "accuracy, balanced", ACCURACY, "-"),
        ("balanced_macro_recall", "macro recall, balanced", MACRO_RECALL, "-"),
    ):
        values = [row[name] for row in history]
        right.plot(epochs, values, color=colour, linestyle=style, marker=".", label=text)
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.set(title="Validation (averaged weights)", xlabel="epoch")
    right.legend()
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    _save(figure, path)


def write_confusion_matrix(matrix: NDArray[np.int64], title: str, path: Path) -> None:
    """Draws (7, 7) counts as shares of each row, as PNG. Rows are true, columns predicted emotions."""
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*matrix.shape):
        shade = "white" if shares[row, column] > 0.5 else "black"
        text = f"{100 * shares[row, column]:.0f} %\n{matrix[row, column]}"
        axes.text(column, row, text, ha="center", va="center", color=shade, fontsize=8)
    ticks = range(len(EMOTIONS))
    axes.set(title=title, xlabel="predicted", ylabel="true")
    axes.set_xticks(ticks, EMOTIONS, rotation=35, ha="right")
    axes.set_yticks(ticks, EMOTIONS)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    with whole_file(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)
