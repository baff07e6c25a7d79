"""The space bar. It starts and pauses, unless a focused widget uses it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def keeps_space(event: QEvent) -> bool:
    """Accepts the space bar for a widget before the window's shortcut. Returns whether the event was that."""
    if (
        event.type() is QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.key() == Qt.Key.Key_Space
    ):
        event.accept()
        return True
    return False
