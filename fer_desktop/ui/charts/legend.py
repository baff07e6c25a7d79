"""The legend above a plot: each line with its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from fer_desktop.ui.common import FlowLayout, theme


@dataclass(frozen=True, slots=True)
class Entry:
    """value: the present value of the line, as text."""

    name: str
    colour: QColor
    dashed: bool = False
    value: str = ""

    @property
    def pen(self) -> QPen:
        pen = QPen(self.colour, 2, Qt.PenStyle.DashLine if self.dashed else Qt.PenStyle.SolidLine)
        pen.setCosmetic(True)  # otherwise a plot takes the width for one in its own units
        return pen


class Legend(QWidget):
    """A row of entries. It wraps if it is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._items: list[_Item] = []

    @property
    def texts(self) -> list[str]:
        return [item.text for item in self._items]

    def set_entries(self, entries: Sequence[Entry]) -> None:
        while len(self._items) > len(entries):
            item = self._items.pop()
            self._flow.removeWidget(item)
            item.hide()
            item.deleteLater()
        while len(self._items) < len(entries):
            self._items.append(_Item(self))
            self._flow.addWidget(self._items[-1])
        for item, entry in zip(self._items, entries, strict=True):
            item.set_entry(entry)
        self.setVisible(bool(entries))


class _Item(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sample = _Sample(self)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID // 2)
        layout.addWidget(self._sample)
        layout.addWidget(self._label)

    @property
    def text(self) -> str:
        return self._label.text()

    def set_entry(self, entry: Entry) -> None:
        text = f"{entry.name} {entry.value}".rstrip()
        if text != self.text:
            self._label.setText(text)
            # It never shrinks, so that a changing number does not move its neighbours.
            self._label.setMinimumWidth(max(self._label.minimumWidth(), self._label.sizeHint().width()))
        self._sample.set_pen(entry.pen)


class _Sample(QWidget):
    """A short piece of the line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pen = QPen()
        self.setFixedSize(QSize(3 * theme.GRID, theme.GRID))

    def set_pen(self, pen: QPen) -> None:
        if pen != self._pen:
            self._pen = pen
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._pen)
        middle = self.height() / 2
        painter.drawLine(QPointF(1, middle), QPointF(self.width() - 1, middle))
