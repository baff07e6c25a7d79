"""The choice of the threshold for *uncertain*, by coverage and accuracy."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSlider, QVBoxLayout, QWidget

from fer_desktop.core.training import Coverage, Judged, coverage_curve
from fer_desktop.ui.charts import CoveragePlot
from fer_desktop.ui.common import fields, paragraph, percentage, theme

STEPS = 100


class ThresholdPanel(QWidget):
    """threshold_requested(float): the live view is to call faces below it uncertain."""

    threshold_requested = Signal(float)

    def __init__(self, threshold: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Coverage | None = None
        self.plot = CoveragePlot()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName("Uncertain below")
        self.words = paragraph("")
        self.words.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.take = QPushButton()
        self.take.clicked.connect(lambda: self.threshold_requested.emit(self.threshold))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.plot, 1)
        layout.addLayout(fields.row(fields.label("&Uncertain below", self.slider), self.slider))
        layout.addWidget(self.words)
        layout.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        self.slider.setValue(round(threshold * STEPS))
        self.slider.valueChanged.connect(self._show)

    @property
    def threshold(self) -> float:
        return self.slider.value() / STEPS

    def set_judged(self, judged: Judged) -> None:
        self._curve = coverage_curve(judged, np.arange(STEPS + 1) / STEPS)
        self.plot.set_curve(self._curve.thresholds, self._curve.coverage, self._curve.accuracy)
        self._show()

    def _show(self) -> None:
        if self._curve is None:
            return
        place = self.slider.value()
        self.plot.set_threshold(self.threshold)
        coverage, accuracy = self._curve.coverage[place], self._curve.accuracy[place]
        level = percentage(self.threshold)
        right = "" if np.isnan(accuracy) else f" {percentage(accuracy)} of these answers are correct."
        self.words.setText(f"At {level} the model answers for {percentage(coverage)} of the faces.{right}")
        self.take.setText(f"Use {level} in the &live view")
