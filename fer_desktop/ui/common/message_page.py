"""A page with a message and buttons, in place of the content."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from fer_desktop.ui.common import theme
from fer_desktop.ui.common.action_buttons import ActionButton, ActionButtons
from fer_desktop.ui.common.icon_label import IconLabel

TEXT_CHARACTERS = 72


@dataclass(frozen=True, slots=True)
class Message:
    """icon: its name in assets/icons. actions: one button each. The first is the main one."""

    icon: str
    title: str
    text: str = ""
    actions: tuple[QAction, ...] = ()


class MessagePage(QScrollArea):
    """Shows one message in the middle. Scrolls if there is too little room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._message: Message | None = None
        self._icon = IconLabel(8 * theme.GRID)
        self._title = QLabel()
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        self._title.setFont(font)
        self._text = QLabel()
        for label in (self._title, self._text):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = ActionButtons(centred=True)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignHCenter)
        for widget in (self._title, self._text, self._buttons):
            column.addWidget(widget)
        page.setMaximumWidth(round(self.fontMetrics().averageCharWidth() * TEXT_CHARACTERS))
        content = QWidget()
        centre = QGridLayout(content)
        centre.setContentsMargins(*(2 * theme.GRID,) * 4)
        centre.addWidget(page, 1, 1)
        centre.setColumnStretch(1, 100)
        for edge in (0, 2):
            centre.setColumnStretch(edge, 1)
            centre.setRowStretch(edge, 1)
        self.setWidget(content)

    @property
    def message(self) -> Message | None:
        return self._message

    @property
    def buttons(self) -> list[ActionButton]:
        return self._buttons.buttons

    def set_message(self, message: Message) -> None:
        """Shows a message. Keeps the buttons if the actions are the same, so that they keep the focus."""
        if self._message is None or message.actions != self._message.actions:
            self._buttons.set_actions(message.actions)
        self._message = message
        self._icon.set_icon(message.icon)
        self._title.setText(message.title)
        self._text.setText(message.text)
        self._text.setVisible(bool(message.text))
        self.setAccessibleName(message.title)
        self.setAccessibleDescription(message.text)
