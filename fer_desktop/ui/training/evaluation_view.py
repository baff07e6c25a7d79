"""The result of an evaluation: figures, confusion matrix with pictures, calibration, threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.tracking import DEFAULT_UNCERTAIN_BELOW
from fer_desktop.core.training import BALANCED_TAU, Judged, Predictions, evaluation
from fer_desktop.ui.charts import ConfusionTable
from fer_desktop.ui.common import heading, paragraph, theme
from fer_desktop.ui.training.cell_pictures import CellPictures
from fer_desktop.ui.training.labels import section
from fer_desktop.ui.training.reliability_panel import ReliabilityPanel
from fer_desktop.ui.training.side_by_side import SideBySide
from fer_desktop.ui.training.threshold_panel import ThresholdPanel

PLOT_HEIGHT = 36 * theme.GRID
TABLE_HEIGHT = 40 * theme.GRID
WIDE = 1.5
"""Pictures fit beside the confusion matrix from this multiple of its width on."""


class EvaluationView(QScrollArea):
    """threshold_requested(float): see `ThresholdPanel`."""

    threshold_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.predictions: Predictions | None = None
        self._judged: Judged | None = None
        self.title = heading("", 1.2)
        self.headline = paragraph("")
        self.left_out = paragraph("")
        self.natural = QRadioButton("&Natural frequencies")
        self.balanced = QRadioButton("&Balanced, as if all emotions were equally frequent")
        self.balanced.setChecked(True)
        self.table = ConfusionTable()
        self.pictures = CellPictures()
        self.calibration = ReliabilityPanel()
        self.threshold = ThresholdPanel(DEFAULT_UNCERTAIN_BELOW)
        self.threshold.threshold_requested.connect(self.threshold_requested)
        self.table.cell_chosen.connect(self._choose_cell)
        self.balanced.toggled.connect(self._judge)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(self._content())

    @property
    def tau(self) -> float:
        return BALANCED_TAU if self.balanced.isChecked() else 0.0

    def show_evaluation(self, predictions: Predictions, said: dict[str, Any]) -> None:
        """Shows an evaluation. said: the output of ``python -m trainer evaluate``."""
        self.predictions = predictions
        self.title.setText(f"{said.get('model', predictions.model)} on {said.get('data', 'the data set')}")
        self.left_out.setText(_left_out(said))
        self.left_out.setVisible(bool(self.left_out.text()))
        self._judge()

    def _judge(self) -> None:
        if self.predictions is None:
            return
        self._judged = judged = Judged.of(self.predictions, self.tau)
        matrix = judged.confusion()
        self.headline.setText(_headline(evaluation.headline(judged)))
        self.table.set_matrix(matrix)
        self.calibration.set_judged(judged)
        self.threshold.set_judged(judged)
        mistakes = matrix - np.diag(np.diag(matrix))
        true, predicted = divmod(int(mistakes.argmax()), len(matrix))
        self._show_cell(true, predicted)

    def _choose_cell(self, true: int, predicted: int) -> None:
        """Shows the pictures of a cell and scrolls to them."""
        self._show_cell(true, predicted)
        self.ensureWidgetVisible(self.pictures, 0, 0)

    def _show_cell(self, true: int, predicted: int) -> None:
        if self.predictions is not None and self._judged is not None:
            self.pictures.show_cell(self.predictions, self._judged, true, predicted)

    def _content(self) -> QWidget:
        switch = QHBoxLayout()
        switch.setSpacing(2 * theme.GRID)
        for widget in (QLabel("Probabilities:"), self.natural, self.balanced):
            switch.addWidget(widget)
        switch.addStretch(1)
        self.table.setMinimumHeight(TABLE_HEIGHT)
        self.pictures.setMinimumHeight(PLOT_HEIGHT)
        for plot in (self.calibration.plot, self.threshold.plot):
            plot.setMinimumHeight(PLOT_HEIGHT)
        wide_from = round(WIDE * self.table.sizeHint().width())
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, theme.GRID, 0)
        column.setSpacing(theme.GRID)
        for label in (self.title, self.headline, self.left_out):
            column.addWidget(label)
        column.addLayout(switch)
        column.addWidget(section("Confusion matrix: choose a cell to see its pictures"))
        column.addWidget(SideBySide(self.table, self.pictures, wide_from))
        column.addSpacing(theme.GRID)
        column.addWidget(SideBySide(self.calibration, self.threshold, wide_from))
        return content


def _headline(top: evaluation.Headline) -> str:
    low, high = top.interval
    return (
        f"Correct in {top.accuracy:.1%} of {top.rows:,} rows, 95 % interval {low:.1%} to {high:.1%} "
        f"(Wilson's score method). Macro recall {top.macro_recall:.1%}, macro F1 {top.macro_f1:.1%}."
    )


def _left_out(said: dict[str, Any]) -> str:
    parts = [
        f"{number:,} rows were not scored: {what}."
        for what, number in said.get("dropped", {}).items()
        if number
    ]
    repeated = said.get("rows_repeated_in_training_rows", 0)
    if repeated:
        parts.append(f"{repeated:,} rows also occur among the training rows of the data set.")
    return " ".join(parts)
