"""The base of all plots: colours of the palette, system font, a legend with values."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.ui.charts.axis import Axis, AxisItem
from fer_desktop.ui.charts.legend import Entry, Legend
from fer_desktop.ui.common import theme

SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of lines, from the colour-blind safe palette of Okabe and Ito (2008)."""

NOTHING = "No values yet"


class Plot(QWidget):
    """A heading, a legend and axes. The mouse reads values. It does not move or zoom the plot.

    A subclass adds its items to `axes`, calls `_show_legend` and overrides `_recolour` and `_read`.
    """

    def __init__(self, title: str, x: Axis, y: Axis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x, self._y = x, y
        self._heading = QLabel(title)
        font = self._heading.font()
        font.setBold(True)
        self._heading.setFont(font)
        self.reading = QLabel()
        self.legend = Legend()
        self.view = _View(x, y)
        self.axes: pyqtgraph.PlotItem = self.view.getPlotItem()
        self._nothing = QLabel(NOTHING)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        for page in (self._nothing, self.view):
            self._pages.addWidget(page)
        self.view.hovered.connect(self._read)
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self.reading)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID // 2)
        layout.addLayout(top)
        layout.addWidget(self.legend)
        layout.addWidget(self._pages, 1)
        self.legend.hide()
        self.setAccessibleName(title)
        self.setAccessibleDescription(NOTHING)
        self._follow_palette()

    def series_colour(self, number: int) -> QColor:
        """Returns a colour that stands out from the plot's background."""
        return self.visible(QColor(SERIES[number % len(SERIES)]))

    def visible(self, colour: QColor) -> QColor:
        """Returns the colour, or a shade of it that stands out from the plot's background."""
        return theme.edge(colour, self.palette().color(QPalette.ColorRole.Base)) or colour

    def sizeHint(self) -> QSize:
        return QSize(45 * theme.GRID, 28 * theme.GRID)

    def minimumSizeHint(self) -> QSize:
        height = 10 * self.fontMetrics().height()
        return QSize(24 * theme.GRID, max(16 * theme.GRID, height))

    # For subclasses.

    def _show_values(self, has_values: bool) -> None:
        self._pages.setCurrentWidget(self.view if has_values else self._nothing)

    def _show_legend(self, entries: Sequence[Entry], position: str = "") -> None:
        """Shows the legend. position: where the values are read, if they are not the newest."""
        self.legend.set_entries(entries)
        self.reading.setText(position)

    def _recolour(self) -> None:
        """Called when the palette has changed."""

    def _read(self, x: float | None) -> None:
        """Called when the mouse is at x on the axis, or has left (None)."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._follow_palette()
            self._recolour()

    def _follow_palette(self) -> None:
        palette = self.palette()
        text = palette.color(QPalette.ColorRole.Text)
        self.view.setBackground(palette.color(QPalette.ColorRole.Base))
        size = f"{self.font().pointSizeF():.1f}pt"
        for side, axis in (("bottom", self._x), ("left", self._y)):
            item = self.axes.getAxis(side)
            item.setTickFont(self.font())
            item.setPen(theme.line(palette))
            item.setTextPen(text)
            item.setLabel(axis.label, **{"color": text.name(), "font-size": size})


class _View(pyqtgraph.PlotWidget):
    """hovered(x or None): the position of the mouse. The wheel scrolls the area around the plot."""

    hovered = Signal(object)

    def __init__(self, x: Axis, y: Axis) -> None:
        super().__init__(axisItems={"bottom": AxisItem(x, "bottom"), "left": AxisItem(y, "left")})
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.showGrid(y=True, alpha=0.15)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        box = self.getPlotItem().getViewBox()
        self.hovered.emit(box.mapSceneToView(self.mapToScene(event.position().toPoint())).x())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
