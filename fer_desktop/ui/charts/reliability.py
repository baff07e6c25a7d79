"""The reliability diagram of a model."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.charts.axis import Axis
from fer_desktop.ui.charts.legend import Entry
from fer_desktop.ui.charts.plot import NOTHING, Plot
from fer_desktop.ui.common import theme

MARK_PX = 7


class ReliabilityPlot(Plot):
    """Reliability diagram (Guo et al. 2017): accuracy over confidence. They agree on the diagonal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Reliability",
            Axis("Confidence", percent=True),
            Axis("Accuracy", percent=True),
            parent,
        )
        self.axes.setXRange(0, 1)
        self.axes.setYRange(0, 1)
        self._bins: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]] | None = None
        self._diagonal = pyqtgraph.PlotDataItem([0, 1], [0, 1])
        self._line = pyqtgraph.PlotDataItem(connect="finite")
        self.axes.addItem(self._diagonal)
        self.axes.addItem(self._line)
        self._recolour()

    def set_bins(
        self,
        confidence: NDArray[np.float64],
        accuracy: NDArray[np.float64],
        counts: NDArray[np.int64],
    ) -> None:
        """Sets the bins, (B,) each: mean confidence, accuracy and number of rows. Empty bins are skipped."""
        filled = np.asarray(counts) > 0
        self._bins = (
            np.asarray(confidence)[filled],
            np.asarray(accuracy)[filled],
            np.asarray(counts)[filled],
        )
        self._line.setData(self._bins[0], self._bins[1])
        self._show_values(bool(filled.any()))
        self._recolour()
        self.setAccessibleDescription(self._in_words())

    def _in_words(self) -> str:
        if self._bins is None or not len(self._bins[0]):
            return NOTHING
        return "; ".join(
            f"confidence {says:.0%}, accuracy {right:.0%}, {count} faces"
            for says, right, count in zip(*self._bins, strict=True)
        )

    def _read(self, x: float | None) -> None:
        if self._bins is None or not len(self._bins[0]):
            return
        text = ""
        if x is not None:
            place = int(np.abs(self._bins[0] - x).argmin())
            says, right, count = (column[place] for column in self._bins)
            text = f"confidence {says:.1%}, accuracy {right:.1%}, {count:,} faces"
        self.reading.setText(text)

    def _recolour(self) -> None:
        colour = self.series_colour(0)
        entries = [
            Entry("This model", colour),
            Entry("Perfect calibration", theme.quiet(self.palette()), dashed=True),
        ]
        self._line.setPen(entries[0].pen)
        self._line.setSymbol("o")
        self._line.setSymbolSize(MARK_PX)
        self._line.setSymbolPen(None)
        self._line.setSymbolBrush(colour)
        pen = entries[1].pen
        pen.setStyle(Qt.PenStyle.DashLine)
        self._diagonal.setPen(pen)
        if self._bins is not None:
            self._show_legend(entries)
