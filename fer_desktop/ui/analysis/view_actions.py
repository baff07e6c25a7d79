"""The actions of a workspace, with their keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtWidgets import QWidget


class ViewActions:
    """The actions of one workspace, which connects them. Their keys work while it has the focus."""

    def __init__(self, owner: QWidget, undo_stack: QUndoStack) -> None:
        self._owner = owner
        self.toggle = self._action("&Play or pause", "Play or pause", "Space")
        self.back = self._action("Frame &back", "One frame back", "Left")
        self.forward = self._action("Frame &forward", "One frame forward", "Right")
        self.second_back = self._action("Second back", "One second back", "Shift+Left")
        self.second_forward = self._action("Second forward", "One second forward", "Shift+Right")
        self.mark = self._action("&Marker", "Mark this moment", "M")
        self.mark_span = self._action("&Range", "Start or end a range here", "R")
        self.undo = undo_stack.createUndoAction(owner, "Undo")
        self.undo.setShortcut(QKeySequence.StandardKey.Undo)
        self.redo = undo_stack.createRedoAction(owner, "Redo")
        self.redo.setShortcut(QKeySequence.StandardKey.Redo)
        self.zoom_in = self._action("Zoom in", "Zoom in (+ or wheel)", None)
        self.zoom_out = self._action("Zoom out", "Zoom out (- or wheel)", None)
        self.show_all = self._action("Show &all", "Show the whole recording", "Ctrl+0")
        self.export = self._action("&Export…", "Save tables, pictures, a report or a video", "Ctrl+Shift+E")
        for action in (self.undo, self.redo):
            self._adopt(action)

    def all(self) -> list[QAction]:
        return [value for value in vars(self).values() if isinstance(value, QAction)]

    def _action(self, text: str, help_text: str, keys: str | None) -> QAction:
        action = QAction(text, self._owner)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            help_text = f"{help_text} ({shown})"
        action.setToolTip(help_text)
        self._adopt(action)
        return action

    def _adopt(self, action: QAction) -> None:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._owner.addAction(action)
