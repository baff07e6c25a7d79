"""The figures of a run's best epoch."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.training import EpochFigures, RunHistory
from fer_desktop.ui.charts import ConfusionTable
from fer_desktop.ui.common import theme
from fer_desktop.ui.training.plain_table import PlainTable

NOTHING = "The figures appear after the first epoch."
TEXT = "Epoch {epoch}, the best one so far, on the validation rows.{note}"
CALIBRATED = " The finished model was calibrated on the same rows. Its own figures are on its card."


class RunFigures(QWidget):
    """Natural and balanced figures, recall by emotion, and the confusion matrix of the best epoch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel(NOTHING)
        self.text.setWordWrap(True)
        self.tables: list[PlainTable] = []
        self.confusion = ConfusionTable()
        self.confusion.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*(theme.GRID,) * 4)
        self._column.setSpacing(2 * theme.GRID)
        self._column.addWidget(self.text)
        self._column.addWidget(self.confusion, 1)

    def show_history(self, history: RunHistory) -> None:
        for table in self.tables:
            self._column.removeWidget(table)
            table.deleteLater()
        self.tables = []
        best = history.best_epoch
        self.confusion.setVisible(best is not None and best.confusion is not None)
        if best is None:
            self.text.setText(NOTHING)
            return
        note = CALIBRATED if history.card else ""
        self.text.setText(TEXT.format(epoch=best.epoch, note=note))
        self.tables = [_summary_table(best)]
        if best.confusion is not None:
            self.tables.append(_recall_table(best))
            self.confusion.set_matrix(best.confusion)
        for place, table in enumerate(self.tables, start=1):
            self._column.insertWidget(place, table)


def _summary_table(best: EpochFigures) -> PlainTable:
    rows = (
        ("Natural", best.accuracy, best.macro_recall, best.macro_f1),
        ("Balanced", best.balanced_accuracy, best.balanced_macro_recall, best.balanced_macro_f1),
    )
    return PlainTable(
        "Figures of the best epoch",
        ("", "Accuracy", "Macro recall", "Macro F1"),
        [(name, *map(_percent, values)) for name, *values in rows],
    )


def _recall_table(best: EpochFigures) -> PlainTable:
    assert best.confusion is not None
    rows = best.confusion.sum(axis=1)
    recall = np.diag(best.confusion) / np.maximum(rows, 1)
    return PlainTable(
        "Recall by emotion, natural",
        ("", *(emotion.title for emotion in emotions.ALL)),
        [
            (
                "Recall",
                *(_percent(value if count else math.nan) for value, count in zip(recall, rows, strict=True)),
            ),
            ("Rows", *(f"{count:,}" for count in rows)),
        ],
    )


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1%}"
