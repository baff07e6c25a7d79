"""Actions of pages, and the buttons that trigger an action."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from fer_desktop.ui.common import theme
from fer_desktop.ui.common.flow_layout import FlowLayout
from fer_desktop.ui.common.keys import keeps_space

_EMPHASIS = (
    (QPalette.ColorRole.Button, QPalette.ColorRole.Highlight),
    (QPalette.ColorRole.ButtonText, QPalette.ColorRole.HighlightedText),
)


def make_action(owner: QObject, text: str, triggered: Callable[[], object], tip: str = "") -> QAction:
    """Returns an action of a page. tip: its tool tip, if that is not the text."""
    action = QAction(text, owner)
    if tip:
        action.setToolTip(tip)
    action.triggered.connect(triggered)
    return action


class ActionButton(QPushButton):
    """A button with the text and state of an action. emphasised: the main button of a row."""

    def __init__(self, action: QAction, *, emphasised: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self.setMinimumHeight(4 * theme.GRID)
        self.setAutoDefault(True)  # Return presses it when it has the focus, in a main window too
        if emphasised:
            palette = self.palette()
            for group in (
                QPalette.ColorGroup.Active,
                QPalette.ColorGroup.Inactive,
            ):  # not when it is disabled
                for role, colour in _EMPHASIS:
                    palette.setColor(group, role, palette.color(colour))
            self.setPalette(palette)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    @property
    def action_text(self) -> str:
        """The text of the action without the marks of its keys."""
        return self._action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())

    def event(self, event: QEvent) -> bool:
        return keeps_space(event) or super().event(event)


class ActionButtons(QWidget):
    """A row of buttons, one for each action. It wraps if it is narrow."""

    def __init__(self, parent: QWidget | None = None, *, centred: bool = False) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, centred=centred)
        self.buttons: list[ActionButton] = []

    def set_actions(self, actions: Sequence[QAction]) -> None:
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [
            ActionButton(action, emphasised=position == 0, parent=self)
            for position, action in enumerate(actions)
        ]
        for button in self.buttons:
            self._flow.addWidget(button)
        self.setVisible(bool(self.buttons))
