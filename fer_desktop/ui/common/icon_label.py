"""An icon on its own, in the colour of the text around it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.common import icons, theme


class IconLabel(QWidget):
    """side: in device-independent pixels."""

    def __init__(self, side: int, name: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setFixedSize(side, side)

    def set_icon(self, name: str) -> None:
        if name != self._name:
            self._name = name
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._name is not None:
            icons.paint(QPainter(self), self._name, QRectF(self.rect()), theme.quiet(self.palette()))
