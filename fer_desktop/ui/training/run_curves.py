"""The curves of a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QWidget

from fer_desktop.core.training import EpochFigures, RunHistory
from fer_desktop.ui.charts import Curve, CurvePlot
from fer_desktop.ui.common import theme

EPOCH = "Epoch"


class CurvesPanel(QScrollArea):
    """Two plots in a row, or one if it is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.loss = CurvePlot("Loss", x_title=EPOCH)
        self.accuracy = CurvePlot("Accuracy", percent=True, x_title=EPOCH)
        self.macro_f1 = CurvePlot("Macro F1", percent=True, x_title=EPOCH)
        self.learning_rate = CurvePlot("Learning rate", x_title=EPOCH)
        self.plots = (self.loss, self.accuracy, self.macro_f1, self.learning_rate)
        for plot in self.plots:  # as high as the room, whatever the size hints
            plot.view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._behind: list[CurvePlot] = []
        content = QWidget()
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(*(theme.GRID,) * 4)
        self._grid.setSpacing(2 * theme.GRID)
        self.setWidget(content)
        self._columns = 0
        self._arrange(2)

    @property
    def is_behind(self) -> bool:
        return bool(self._behind)

    def expect(self) -> None:
        """Marks all plots as outdated."""
        self._behind += [plot for plot in self.plots if plot not in self._behind]

    def show_next(self, history: RunHistory) -> None:
        """Draws the next plot. All plots at once would take 30 ms from the live view."""
        if self._behind:
            self._draw(self._behind.pop(0), history)

    def show_all(self, history: RunHistory) -> None:
        self._behind.clear()
        for plot in self.plots:
            self._draw(plot, history)

    def _draw(self, plot: CurvePlot, history: RunHistory) -> None:
        steps = history.steps
        at = steps.step * (history.total_epochs / history.total_steps if history.total_steps else 0.0)
        epochs = np.array([figures.epoch for figures in history.epochs], dtype=np.float64)

        def by_epoch(name: str, value: Callable[[EpochFigures], float], colour: int) -> Curve:
            return _curve(name, epochs, np.array([value(item) for item in history.epochs]), colour)

        if plot is self.loss:
            step = _curve("Step", at, steps.loss, 5)
            plot.set_curves((step, by_epoch("Mean of the epoch", lambda item: item.train_loss, 1)))
        elif plot is self.learning_rate:
            plot.set_curves((_curve("Step", at, steps.learning_rate, 2),))
        elif plot is self.accuracy:
            natural = by_epoch("Natural", lambda item: item.accuracy, 0)
            plot.set_curves((natural, by_epoch("Balanced", lambda item: item.balanced_accuracy, 1)))
        else:
            natural = by_epoch("Natural", lambda item: item.macro_f1, 0)
            plot.set_curves((natural, by_epoch("Balanced", lambda item: item.balanced_macro_f1, 1)))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, plot in enumerate(self.plots):
            self._grid.addWidget(plot, index // columns, index % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.viewport().width() < 2 * self.loss.sizeHint().width()
        self._arrange(1 if narrow else 2)


def _curve(name: str, x: NDArray[np.float64], y: NDArray[np.float64], colour: int) -> Curve:
    return Curve(name, x, y, colour)  # type: ignore[arg-type]  # an array does as a sequence
