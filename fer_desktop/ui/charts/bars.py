"""Bars of the number of pictures of each emotion in a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph
from PySide6.QtWidgets import QWidget

from fer_desktop.core import emotions
from fer_desktop.ui.charts.axis import Axis
from fer_desktop.ui.charts.plot import NOTHING, Plot
from fer_desktop.ui.common import theme

GROUP = 0.8
"""Share of an emotion's width that its bars take."""


class ClassBars(Plot):
    """A group of bars for each emotion, one bar for each split. Later splits are paler."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Pictures by emotion", Axis("Emotion"), Axis("Pictures"), parent)
        self._counts: dict[str, Sequence[int]] = {}
        self._bars: list[pyqtgraph.BarGraphItem] = []
        ticks = [(place, emotion.title) for place, emotion in enumerate(emotions.ALL)]
        self.axes.getAxis("bottom").setTicks([ticks])

    def set_counts(self, counts: Mapping[str, Sequence[int]]) -> None:
        """Sets the counts of the seven emotions for each split, in the order of EMOTIONS."""
        self._counts = dict(counts)
        self._draw()
        self._show_values(any(sum(row) for row in counts.values()))
        self.setAccessibleDescription(self._in_words())

    def _draw(self) -> None:
        for bar in self._bars:
            self.axes.removeItem(bar)
        width = GROUP / max(1, len(self._counts))
        base = self.palette().base().color()
        self._bars = []
        for number, heights in enumerate(self._counts.values()):
            colours = [
                theme.mix(self.visible(theme.emotion_colour(emotion.name)), base, 0.35 * number)
                for emotion in emotions.ALL
            ]
            places = np.arange(len(heights)) - GROUP / 2 + width * (number + 0.5)
            bar = pyqtgraph.BarGraphItem(
                x=places, height=list(heights), width=0.9 * width, brushes=colours, pen=None
            )
            self.axes.addItem(bar)
            self._bars.append(bar)

    def _in_words(self) -> str:
        if not self._counts:
            return NOTHING
        return "; ".join(
            f"{split}: "
            + ", ".join(f"{emotion.name} {count}" for emotion, count in zip(emotions.ALL, row, strict=True))
            for split, row in self._counts.items()
        )

    def _recolour(self) -> None:
        self._draw()
