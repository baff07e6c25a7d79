"""The header of a lane: the name of its person."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QStyle, QStyleOptionFocusRect, QWidget

from fer_desktop.ui.common import theme

WIDTH_LETTERS = 16


class LaneHeader(QAbstractButton):
    """A person's title, marked while the person is selected. A click does not select by itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_title(self, title: str) -> None:
        self.setText(title)
        self.setToolTip(title)
        self.setAccessibleName(title)
        self.update()

    def nextCheckState(self) -> None:
        """Does nothing. Only `set_selected_person` changes the selection."""

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        return QSize(header_width(metrics), round(metrics.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        ground = palette.color(
            QPalette.ColorRole.Highlight if self.isChecked() else QPalette.ColorRole.Button
        )
        ink = QPalette.ColorRole.HighlightedText if self.isChecked() else QPalette.ColorRole.ButtonText
        if self.underMouse() and not self.isChecked():
            ground = theme.mix(ground, palette.color(QPalette.ColorRole.Highlight), 0.2)
        painter.fillRect(self.rect(), ground)
        place = QRectF(self.rect()).adjusted(theme.GRID, 0, -theme.GRID, 0)
        text = QFontMetricsF(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        painter.setPen(palette.color(ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if self.hasFocus():
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            option.rect = self.rect().adjusted(2, 2, -2, -2)
            option.backgroundColor = ground
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self)


def header_width(metrics: QFontMetricsF) -> int:
    return round(metrics.averageCharWidth() * WIDTH_LETTERS + 2 * theme.GRID)
