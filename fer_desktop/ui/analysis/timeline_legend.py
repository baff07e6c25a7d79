"""The colours of the emotions, and their values under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from fer_desktop.core import emotions
from fer_desktop.ui.common import FlowLayout, percentage, theme

SWATCH_PX = 1.5 * theme.GRID
READOUT_LETTERS = 38
HINT = "Point at a lane to read its values"


class TimelineLegend(QWidget):
    """Time and person, then the seven emotions. It wraps if it is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readout = _Readout(self)
        self._entries = [
            _Entry(emotion.title, QBrush(QColor(emotion.colour)), self) for emotion in emotions.ALL
        ]
        self._uncertain = _Entry("Uncertain", None, self, with_value=False)
        row = FlowLayout(self)
        for widget in (self._readout, *self._entries, self._uncertain):
            row.addWidget(widget)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_values(None, ())

    @property
    def text(self) -> str:
        """The text of the readout."""
        return self._readout.whole

    @property
    def values(self) -> list[str]:
        return [entry.value for entry in self._entries]

    def show_values(self, text: str | None, shares: Sequence[float]) -> None:
        """Shows values. text: time, person and label, None for the hint. shares: of the emotions, or none."""
        self._readout.say(HINT if text is None else text)
        for index, entry in enumerate(self._entries):
            entry.set_value(percentage(shares[index]) if len(shares) else "")


class _Readout(QLabel):
    """A label of constant width, so that nothing beside it moves."""

    whole = ""

    def say(self, text: str) -> None:
        if text != self.whole:
            self.whole = text
            self.setText(
                self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.sizeHint().width())
            )

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * READOUT_LETTERS, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class _Entry(QWidget):
    """A swatch, a name, and room for a percentage. fill: None for hatching."""

    def __init__(self, name: str, fill: QBrush | None, parent: QWidget, *, with_value: bool = True) -> None:
        super().__init__(parent)
        self.name = name
        self.value = ""
        self._fill = fill
        self._with_value = with_value
        self.setAccessibleName(name)

    def set_value(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        width = SWATCH_PX + theme.GRID / 2 + metrics.horizontalAdvance(self.name + " ")
        if self._with_value:
            width += metrics.horizontalAdvance("100%")
        return QSize(round(width) + 1, round(metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        window, ink = (
            palette.color(role) for role in (QPalette.ColorRole.Window, QPalette.ColorRole.WindowText)
        )
        swatch = QRectF(0.5, (self.height() - SWATCH_PX) / 2, SWATCH_PX - 1, SWATCH_PX - 1)
        if self._fill is None:
            painter.fillRect(swatch, theme.mix(window, ink, 0.12))
            painter.setBrush(QBrush(theme.mix(window, ink, 0.4), Qt.BrushStyle.BDiagPattern))
            edge: QColor | None = theme.mix(window, ink, 0.5)
        else:
            painter.setBrush(self._fill)
            edge = theme.edge(self._fill.color(), window)
        painter.setPen(Qt.PenStyle.NoPen if edge is None else QPen(edge, 1))
        painter.drawRect(swatch)
        painter.setPen(ink)
        place = QRectF(self.rect()).adjusted(SWATCH_PX + theme.GRID / 2, 0, 0, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"{self.name} {self.value}")
