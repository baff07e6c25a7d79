"""The panels of a run: confusions, worst examples, facts, log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training import NO_LABEL, Predictions, RunHistory, RunInfo
from fer_desktop.ui.charts import ConfusionTable, ThumbnailGrid
from fer_desktop.ui.common import theme

AFTER_EPOCH = "This appears after the first epoch."
MOST_LOG_LINES = 5000


class ConfusionPanel(QWidget):
    """The confusion matrix of the newest epoch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: NDArray[np.int64] | None = None
        self.text = _text(AFTER_EPOCH)
        self.table = ConfusionTable()
        self.table.hide()
        _column(self, self.text, self.table)

    def show_history(self, history: RunHistory) -> None:
        matrix = history.confusion
        if matrix is self._shown:
            return
        self._shown = matrix
        if matrix is not None:
            self.table.set_matrix(matrix)
            self.text.setText(
                f"Validation rows after epoch {history.epochs[-1].epoch}, without logit adjustment. "
                "Each row is a true emotion, each column an answer of the model."
            )
        else:
            self.text.setText(AFTER_EPOCH)
        self.table.setVisible(matrix is not None)


class WorstPanel(QWidget):
    """The validation rows with the largest errors of the newest epoch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = _text(AFTER_EPOCH)
        self.grid = ThumbnailGrid()
        self.grid.hide()
        _column(self, self.text, self.grid)

    def show_predictions(self, predictions: Predictions) -> None:
        captions = worst_captions(predictions)
        self.grid.set_pictures(list(predictions.thumbnails), captions)
        self.grid.setVisible(bool(captions))
        self.text.setText(
            "The largest errors of the newest epoch on the validation rows. Some of the labels are wrong."
            if captions
            else "The model is right on every validation row."
        )

    def show_problem(self, text: str) -> None:
        self.text.setText(text)


class FactsPanel(QTreeWidget):
    """The settings of the run, and the facts about its data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels(["", "Value"])
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setAccessibleName("Data and settings of the run")
        self._shown: object = None

    def show_facts(self, info: RunInfo | None, history: RunHistory) -> None:
        started = history.started
        if self._shown == (info, started):
            return
        self._shown = (info, started)
        self.clear()
        facts: dict[str, Any] = {}
        if info is not None:
            facts["Run"] = {"created": info.created, "preset": info.preset, "note": info.note}
            facts["Data"] = {"path": info.data, "votes": info.votes or "none given"}
        if started is not None:
            facts["Run"] |= {"device": started.device, "parameters": f"{started.parameters:,}"}
            facts["Run"] |= {"start weights": started.start_weights, "folder": started.folder}
            facts.setdefault("Data", {}).update(started.data)
        facts["Settings"] = started.config if started is not None else info.config if info else {}
        _fill(self.invisibleRootItem(), facts)
        self.expandToDepth(0)


class LogPanel(QWidget):
    """The last thousands of lines of the trainer's log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setMaximumBlockCount(MOST_LOG_LINES)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.view.setPlaceholderText("The log is empty so far.")
        self.view.setAccessibleName("Log of the trainer")
        self.copy = QPushButton("Cop&y the log")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.view.toPlainText()))
        column = _column(self, self.view)
        column.addWidget(self.copy, alignment=Qt.AlignmentFlag.AlignRight)

    def add_lines(self, lines: Sequence[str]) -> None:
        """Adds lines. Stays at the end unless the user has scrolled up."""
        if lines:
            self.view.appendPlainText("\n".join(lines[-MOST_LOG_LINES:]))


def worst_captions(predictions: Predictions) -> list[str]:
    """Returns a caption for each picture, none without pictures."""
    if len(predictions.thumbnails) != len(predictions.labels):
        return []
    shares = predictions.probabilities()
    said = shares.argmax(axis=1)
    return [
        f"true: {EMOTIONS[label] if label != NO_LABEL else 'unknown'}, "
        f"answer: {EMOTIONS[emotion]} {share:.0%}"
        for label, emotion, share in zip(predictions.labels, said, np.max(shares, axis=1), strict=True)
    ]


def _fill(parent: QTreeWidgetItem, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        nested = value if isinstance(value, dict) else None
        title = str(name).replace("_", " ")
        item = QTreeWidgetItem(parent, [title, "" if nested is not None else _value(value)])
        item.setToolTip(1, item.text(1))
        if nested is not None:
            _fill(item, nested)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _text(words: str) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _column(parent: QWidget, *widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(*(theme.GRID,) * 4)
    column.setSpacing(theme.GRID)
    for widget in widgets:
        column.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return column
