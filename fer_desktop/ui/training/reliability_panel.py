"""The reliability diagram of a model, with its calibration error in words."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fer_desktop.core.training import Judged, reliability
from fer_desktop.ui.charts import ReliabilityPlot
from fer_desktop.ui.common import paragraph, theme


class ReliabilityPanel(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = ReliabilityPlot()
        self.words = paragraph("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.words)

    def set_judged(self, judged: Judged) -> None:
        bins = reliability(judged)
        self.plot.set_bins(bins.confidence, bins.accuracy, bins.counts)
        low, high = bins.error_by_chance
        self.words.setText(
            f"Expected calibration error {bins.expected_calibration_error:.1%} "
            f"over {len(bins.counts)} equal bins of confidence. A perfectly calibrated model would show "
            f"{low:.1%} to {high:.1%} on these {len(judged.rows):,} rows in nine cases of ten."
        )
