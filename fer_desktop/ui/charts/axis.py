"""The axis of a plot: its title, and the format of its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph


@dataclass(frozen=True, slots=True)
class Axis:
    """percent: the values are shares, 0 to 1, written as percentages."""

    title: str
    unit: str = ""
    percent: bool = False

    @property
    def label(self) -> str:
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def text(self, value: float) -> str:
        """Returns a value with its unit: 0.8712 as 87.1%, 12345 as 12,345, 0.43211 as 0.4321."""
        if self.percent:
            return f"{value:.1%}"
        whole = value == round(value) or abs(value) >= 1000
        number = f"{value:,.0f}" if whole else f"{value:.4g}"
        return f"{number} {self.unit}" if self.unit else number


class AxisItem(pyqtgraph.AxisItem):
    """Draws an `Axis` without SI prefixes, which hide the digits of short numbers."""

    def __init__(self, axis: Axis, orientation: str) -> None:
        super().__init__(orientation)
        self._axis = axis
        self.enableAutoSIPrefix(False)
        self.setStyle(maxTickLevel=1)  # the finest grid lines take half the time of a repaint

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self._axis.percent:
            digits = 0 if spacing >= 0.01 else 1
            return [f"{value:.{digits}%}" for value in values]
        if spacing >= 1:
            return [f"{value:,.0f}" for value in values]
        texts: list[str] = super().tickStrings(values, scale, spacing)
        return texts
