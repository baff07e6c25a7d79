"""Seven named bars, for a face card and for the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.core import emotions
from fer_desktop.ui.common import theme
from fer_desktop.ui.common.formats import percentage

_WIDEST = "100%"


@dataclass(frozen=True, slots=True)
class BarColours:
    """text: of names and percentages. background: behind the bars."""

    text: QColor
    background: QColor


def paint_bars(
    painter: QPainter,
    area: QRectF,
    shares: Sequence[float],
    colours: BarColours,
    percentages: Sequence[str] | None = None,
) -> None:
    """Paints names, bars and, if given, percentages. shares: 0 to 1, in the order of EMOTIONS."""
    metrics = QFontMetricsF(painter.font())
    row = area.height() / len(emotions.ALL)
    names = names_width(metrics) + theme.GRID
    numbers = metrics.horizontalAdvance(_WIDEST) + theme.GRID if percentages is not None else 0.0
    thickness = min(row - 3, metrics.ascent() * 0.8)
    track = QRectF(area.left() + names, 0, max(0.0, area.width() - names - numbers), thickness)
    rail = theme.mix(colours.background, colours.text, 0.12)
    for index, (emotion, share) in enumerate(zip(emotions.ALL, shares, strict=True)):
        line = QRectF(area.left(), area.top() + index * row, area.width(), row)
        painter.setPen(colours.text)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, emotion.title)
        if percentages is not None:
            painter.drawText(
                line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percentages[index]
            )
        track.moveTop(line.center().y() - thickness / 2)
        _paint_bar(painter, track, share, QColor(emotion.colour), rail, colours.background)


def names_width(metrics: QFontMetricsF) -> float:
    return max(metrics.horizontalAdvance(emotion.title) for emotion in emotions.ALL)


def _paint_bar(
    painter: QPainter, track: QRectF, share: float, colour: QColor, rail: QColor, background: QColor
) -> None:
    radius = min(2.0, track.height() / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(rail)
    painter.drawRoundedRect(track, radius, radius)
    filled = QRectF(track.left(), track.top(), track.width() * share, track.height())
    if filled.width() < 1:
        return
    painter.setBrush(colour)
    outline = theme.edge(colour, background)
    if outline is not None:
        painter.setPen(QPen(outline, 1))
        filled.adjust(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(filled, radius, radius)


class EmotionBars(QWidget):
    """The bars of one face. `set_shares` moves the bars, `refresh_numbers` updates the numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[float, ...] = (0.0,) * len(emotions.ALL)
        self._numbers: tuple[str, ...] = ("",) * len(emotions.ALL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_shares(self, shares: tuple[float, ...]) -> None:
        """Sets the probabilities, 0 to 1, in the order of EMOTIONS."""
        if shares != self._shares:
            self._shares = shares
            self.update()

    def refresh_numbers(self) -> None:
        numbers = tuple(percentage(share) for share in self._shares)
        if numbers != self._numbers:
            self._numbers = numbers
            self.update()

    def sizeHint(self) -> QSize:
        return self._size(row_gap=6, bar=112)

    def minimumSizeHint(self) -> QSize:
        return self._size(row_gap=1, bar=56)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        colours = BarColours(palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base))
        paint_bars(painter, QRectF(self.rect()), self._shares, colours, self._numbers)

    def _size(self, row_gap: int, bar: int) -> QSize:
        metrics = QFontMetricsF(self.font())
        width = names_width(metrics) + metrics.horizontalAdvance(_WIDEST) + 2 * theme.GRID + bar
        return QSize(round(width), round((metrics.height() + row_gap) * len(emotions.ALL)))
