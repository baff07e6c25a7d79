"""Coverage and accuracy over the threshold for *uncertain*."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.charts.axis import Axis
from fer_desktop.ui.charts.legend import Entry
from fer_desktop.ui.charts.plot import Plot


class CoveragePlot(Plot):
    """The share of faces with an answer, and the accuracy of these answers, over the threshold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Answers and accuracy",
            Axis("Threshold", percent=True),
            Axis("Share of faces", percent=True),
            parent,
        )
        self.axes.setXRange(0, 1)
        self.axes.setYRange(0, 1)
        self._curve: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None = None
        self._threshold = 0.0
        self._coverage = pyqtgraph.PlotDataItem(connect="finite")
        self._accuracy = pyqtgraph.PlotDataItem(connect="finite")
        self._marker = pyqtgraph.InfiniteLine(angle=90, movable=False)
        for item in (self._coverage, self._accuracy, self._marker):
            self.axes.addItem(item)

    def set_curve(
        self,
        thresholds: NDArray[np.float64],
        coverage: NDArray[np.float64],
        accuracy: NDArray[np.float64],
    ) -> None:
        """Sets the curves, (K,) each, 0 to 1. accuracy: NaN without answers."""
        self._curve = (np.asarray(thresholds), np.asarray(coverage), np.asarray(accuracy))
        self._coverage.setData(self._curve[0], self._curve[1])
        self._accuracy.setData(self._curve[0], self._curve[2])
        self._show_values(len(self._curve[0]) > 0)
        self._recolour()

    def set_threshold(self, threshold: float) -> None:
        """Marks a threshold, 0 to 1. The legend gives its values."""
        self._threshold = threshold
        self._marker.setValue(threshold)
        self._show(threshold)

    def _show(self, threshold: float) -> None:
        if self._curve is None or not len(self._curve[0]):
            return
        place = int(np.abs(self._curve[0] - threshold).argmin())
        texts = ["–" if np.isnan(row[place]) else f"{row[place]:.1%}" for row in self._curve[1:]]
        entries = [
            Entry("Answered", self.series_colour(0), value=texts[0]),
            Entry("Accuracy", self.series_colour(1), value=texts[1]),
        ]
        self._coverage.setPen(entries[0].pen)
        self._accuracy.setPen(entries[1].pen)
        self._show_legend(entries, f"Threshold {self._curve[0][place]:.0%}")
        self.setAccessibleDescription(
            f"Threshold {self._curve[0][place]:.0%}: {texts[0]} of the faces answered, accuracy {texts[1]}"
        )

    def _read(self, x: float | None) -> None:
        self._show(self._threshold if x is None else min(1.0, max(0.0, x)))

    def _recolour(self) -> None:
        pen = QPen(self.palette().text().color(), 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self._marker.setPen(pen)
        self._show(self._threshold)
