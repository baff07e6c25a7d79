"""The space bar: it starts and pauses, unless the focus is on something that it presses."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def keeps_space(event: QEvent) -> bool:
    """True for the question whether a widget wants the space bar before the window's shortcut; says yes."""
    if (
        event.type() is QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.key() == Qt.Key.Key_Space
    ):
        event.accept()
        return True
    return False
