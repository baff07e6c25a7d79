"""The list of keyboard shortcuts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from fer_desktop.ui.common import theme


class ShortcutList(QWidget):
    """Each action that has a shortcut, beside its keys."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QFormLayout(self)
        form.setContentsMargins(*(3 * theme.GRID,) * 4)
        form.setHorizontalSpacing(4 * theme.GRID)
        form.setVerticalSpacing(theme.GRID)
        for keys, text in shortcuts(actions):
            form.addRow(QLabel(keys), QLabel(text))


def shortcuts(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    """Returns keys and text of each action with a shortcut."""
    pairs = [
        (action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), action.text())
        for action in actions
    ]
    return [(keys, text.replace("&", "").rstrip("…")) for keys, text in pairs if keys]
