"""A message above or below a page that stays visible."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from fer_desktop.ui.common import theme
from fer_desktop.ui.common.action_buttons import ActionButton, ActionButtons
from fer_desktop.ui.common.icon_label import IconLabel
from fer_desktop.ui.common.message_page import Message


class Banner(QWidget):
    """Icon, words and buttons. Hidden without a message."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message: Message | None = None
        self._icon = IconLabel(3 * theme.GRID)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = ActionButtons()
        layout = QGridLayout(self)
        layout.setContentsMargins(*(theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 0, 1)
        layout.addWidget(self._buttons, 1, 1)
        layout.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def message(self) -> Message | None:
        return self._message

    @property
    def buttons(self) -> list[ActionButton]:
        return self._buttons.buttons

    def set_message(self, message: Message | None) -> None:
        if message == self._message:
            return
        self._message = message
        if message is not None:
            self._icon.set_icon(message.icon)
            self._text.setText("\n".join(filter(None, (message.title, message.text))))
            self._buttons.set_actions(message.actions)
            self.setAccessibleName(message.title)
        self.setVisible(message is not None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(theme.line(palette))
        painter.setBrush(palette.color(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
