"""The comparison of two runs: curves, confusions, recalls and the test of their difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.training import Comparison, RunSummary, in_words
from fer_desktop.ui.charts import ConfusionTable, Curve, CurvePlot
from fer_desktop.ui.common import theme
from fer_desktop.ui.training.plain_table import PlainTable
from fer_desktop.ui.training.side_by_side import SideBySide

WIDE_PX = 640
LONGEST_NAME = 28
SETTINGS = {0.0: "Natural", 1.0: "Balanced"}
PLOT_HEIGHT = 30 * theme.GRID


class CompareView(QScrollArea):
    """The first run is drawn dashed, the second one solid."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.words: list[str] = []

    def show_runs(
        self, first: RunSummary, second: RunSummary, comparisons: Sequence[Comparison], problem: str = ""
    ) -> None:
        """Shows two runs. comparisons: one for each tau, or none with a problem in words."""
        names = _names(first, second)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(*(theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(_heading(f"{names[0]} and {names[1]}"))
        self.words = [_sentence(comparison, names) for comparison in comparisons] or [problem]
        for words in self.words:
            column.addWidget(_text(words))
        for comparison in comparisons:
            column.addWidget(_text(f"{SETTINGS[comparison.tau]}: recall by emotion"))
            column.addWidget(_recall_table(comparison, names))
        column.addWidget(SideBySide(*_plots(first, second, names), WIDE_PX))
        column.addWidget(SideBySide(_matrix(first, names[0]), _matrix(second, names[1]), WIDE_PX))
        column.addStretch(1)
        self.setWidget(content)
        self.setAccessibleName(f"Comparison of {names[0]} and {names[1]}")


def _names(first: RunSummary, second: RunSummary) -> tuple[str, str]:
    titles = [_shortened(run.title) for run in (first, second)]
    if titles[0] != titles[1]:
        return titles[0], titles[1]
    return f"{titles[0]} (1)", f"{titles[1]} (2)"


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_NAME else f"{title[: LONGEST_NAME - 1].rstrip()}…"


def _sentence(comparison: Comparison, names: tuple[str, str]) -> str:
    return (
        f"{SETTINGS[comparison.tau]}: {comparison.first:.1%} and {comparison.second:.1%} of the same "
        f"{comparison.rows:,} rows. {in_words(comparison, *names)}"
    )


def _recall_table(comparison: Comparison, names: tuple[str, str]) -> PlainTable:
    return PlainTable(
        f"Recall by emotion, {SETTINGS[comparison.tau].lower()}",
        ("", "Rows", *names, "Difference", "95 % interval"),
        [
            (
                emotions.by_name(item.emotion).title,
                f"{item.rows:,}",
                f"{item.first:.1%}",
                f"{item.second:.1%}",
                f"{100 * item.difference:+.1f}",
                f"{100 * item.low:+.1f} to {100 * item.high:+.1f}",
            )
            for item in comparison.recalls
        ],
    )


def _plots(first: RunSummary, second: RunSummary, names: tuple[str, str]) -> tuple[CurvePlot, CurvePlot]:
    loss = CurvePlot("Training loss", x_title="Epoch")
    accuracy = CurvePlot("Accuracy", percent=True, x_title="Epoch")
    rows = (first.history.epochs, second.history.epochs)
    epochs = [[float(row.epoch) for row in run] for run in rows]
    loss.set_curves(
        [
            Curve(name, at, [row.train_loss for row in run], colour, dashed=colour == 0)
            for colour, (name, at, run) in enumerate(zip(names, epochs, rows, strict=True))
        ]
    )
    accuracy.set_curves(
        [
            Curve(name, at, [row.accuracy for row in run], colour, dashed=colour == 0)
            for colour, (name, at, run) in enumerate(zip(names, epochs, rows, strict=True))
        ]
    )
    for plot in (loss, accuracy):
        plot.setMinimumHeight(PLOT_HEIGHT)
    return loss, accuracy


def _matrix(summary: RunSummary, name: str) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(_text(f"{name}: confusions of its best epoch, natural"))
    best = summary.history.best_epoch
    if best is None or best.confusion is None:
        column.addWidget(_text("No epoch is finished."))
    else:
        table = ConfusionTable()
        table.set_matrix(np.asarray(best.confusion))
        column.addWidget(table, 1)
    return part


def _heading(words: str) -> QLabel:
    label = _text(words)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 1.3)
    label.setFont(font)
    return label


def _text(words: str) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    return label
