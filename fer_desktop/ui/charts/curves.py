"""Curves over the steps or epochs of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.charts.axis import Axis
from fer_desktop.ui.charts.legend import Entry
from fer_desktop.ui.charts.plot import NOTHING, Plot

Floats = NDArray[np.float64]

FEW = 40
"""Up to this many points each point is marked."""
MOST = 500
"""Beyond this many points neighbours are averaged."""
MARK_PX = 6


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """x: (N,) rising. y: (N,), NaN leaves a gap. colour: a number, the same number for the same colour."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: int = 0
    dashed: bool = False


class CurvePlot(Plot):
    """The legend gives each curve's newest value, or the one under the mouse.

    title, unit: of the values. percent: the values are shares, 0 to 1. x_title: of the x axis.
    """

    def __init__(
        self,
        title: str,
        unit: str = "",
        *,
        percent: bool = False,
        x_title: str = "Step",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, Axis(x_title), Axis(title, unit, percent), parent)
        self.curves: tuple[Curve, ...] = ()
        self._lines: list[pyqtgraph.PlotDataItem] = []
        self._read_at: float | None = None

    def set_curves(self, curves: Sequence[Curve]) -> None:
        """Sets the curves. Fast enough for several calls a second. Empty curves stay in the legend."""
        restyle = _looks(curves) != _looks(self.curves)
        self.curves = tuple(curves)
        while len(self._lines) > len(curves):
            self.axes.removeItem(self._lines.pop())
        while len(self._lines) < len(curves):
            self._lines.append(self._new_line())
        if restyle:
            self._style_lines()
        for line, curve in zip(self._lines, curves, strict=True):
            line.setData(*(_thinned(np.asarray(values, float)) for values in (curve.x, curve.y)))
            line.setSymbol("o" if len(curve.x) <= FEW else None)
        self._show_values(any(len(curve.x) for curve in curves))
        self._fit()
        self._show_reading()
        self.setAccessibleDescription(self._in_words())

    def _fit(self) -> None:
        """Fits the axis to the values. For a single value pyqtgraph would show half a unit around it."""
        values = np.concatenate([np.asarray(curve.y, float) for curve in self.curves] or [np.empty(0)])
        values = values[np.isfinite(values)]
        if len(values) and values.min() == values.max():
            half = abs(float(values[0])) / 2 or 0.5
            self.axes.setYRange(values[0] - half, values[0] + half)
        else:
            self.axes.enableAutoRange("y", True)

    def _new_line(self) -> pyqtgraph.PlotDataItem:
        line = pyqtgraph.PlotDataItem(connect="finite", antialias=False)
        self.axes.addItem(line)
        return line

    def _entries(self) -> list[Entry]:
        return [Entry(curve.name, self.series_colour(curve.colour), curve.dashed) for curve in self.curves]

    def _style_lines(self) -> None:
        for line, entry in zip(self._lines, self._entries(), strict=True):
            line.setPen(pyqtgraph.mkPen(entry.pen))
            line.setSymbolPen(None)
            line.setSymbolBrush(entry.colour)
            line.setSymbolSize(MARK_PX)

    def _show_reading(self) -> None:
        """Shows the newest values, or those at the mouse."""
        entries, position = [], ""
        for curve, entry in zip(self.curves, self._entries(), strict=True):
            place = _place(curve, self._read_at)
            value = "" if place is None else self._y.text(float(curve.y[place]))
            entries.append(Entry(entry.name, entry.colour, entry.dashed, value))
            if place is not None and self._read_at is not None:
                position = position or f"{self._x.title} {self._x.text(float(curve.x[place]))}"
        self._show_legend(entries, position)

    def _in_words(self) -> str:
        parts = [
            f"{curve.name} {self._y.text(float(curve.y[place]))}"
            f" at {self._x.title.lower()} {self._x.text(float(curve.x[place]))}"
            for curve in self.curves
            if (place := _place(curve, None)) is not None
        ]
        return f"Newest values: {', '.join(parts)}" if parts else NOTHING

    def _recolour(self) -> None:
        self._style_lines()
        self._show_reading()

    def _read(self, x: float | None) -> None:
        if x != self._read_at:
            self._read_at = x
            self._show_reading()


def _looks(curves: Sequence[Curve]) -> list[tuple[int, bool]]:
    return [(curve.colour, curve.dashed) for curve in curves]


def _thinned(values: Floats) -> Floats:
    """Returns at most MOST values, each a mean of neighbours. The last may be of fewer."""
    size = math.ceil(len(values) / MOST)
    if size <= 1:
        return values
    starts = np.arange(0, len(values), size)
    sums = np.add.reduceat(values, starts)
    return np.asarray(sums / np.diff(starts, append=len(values)))


def _place(curve: Curve, x: float | None) -> int | None:
    """Returns the index of the value nearest to x, or of the newest for None. None without values."""
    known: NDArray[np.int64] = np.flatnonzero(np.isfinite(np.asarray(curve.y, float)))
    if not len(known):
        return None
    if x is None:
        return int(known[-1])
    return int(known[np.abs(np.asarray(curve.x, float)[known] - x).argmin()])
