"""Two parts of a page, side by side if there is room, otherwise one below the other."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from fer_desktop.ui.common import theme

LEFT_SHARE, RIGHT_SHARE = 3, 2
Direction = QBoxLayout.Direction


class SideBySide(QWidget):
    """wide_from: the least width for side by side, in device-independent pixels."""

    def __init__(self, left: QWidget, right: QWidget, wide_from: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wide_from = wide_from
        self._layout = QBoxLayout(Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2 * theme.GRID)
        self._layout.addWidget(left, LEFT_SHARE)
        self._layout.addWidget(right, RIGHT_SHARE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= self._wide_from
        self._layout.setDirection(Direction.LeftToRight if is_wide else Direction.TopToBottom)
