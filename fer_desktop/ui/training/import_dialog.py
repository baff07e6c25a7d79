"""The dialog that imports weights as a model of this program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.ui.common import Banner, Message, ReadingArea, paragraph, theme
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.command_strip import CommandStrip
from fer_desktop.ui.training.import_form import ImportForm

SAFETY = (
    "Only numbers are read from the file (weights_only). Code in the file is never run. The numbers are "
    "checked against the architecture and saved as safetensors and ONNX, with a model card."
)
NAME = re.compile(r"[\w][\w. +-]{0,63}")
"""A file name that every system accepts."""


class ImportDialog(QDialog):
    """imported(card): a model was imported."""

    imported = Signal(Path)

    def __init__(
        self,
        paths: Paths,
        parent: QWidget | None = None,
        *,
        program: tuple[str, Sequence[str]] = TRAINER,
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self.setWindowTitle("Import a model")
        self.form = ImportForm()
        self.problem = Banner()
        self.strip = CommandStrip(program=program)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.start = self.buttons.addButton("&Import", QDialogButtonBox.ButtonRole.ActionRole)
        self.start.setDefault(True)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, theme.GRID, 0)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(paragraph(SAFETY))
        column.addWidget(self.form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(ReadingArea(content), 1)
        for widget in (self.problem, self.strip, self.buttons):
            layout.addWidget(widget)
        self.start.clicked.connect(self._start)
        self.buttons.rejected.connect(self.reject)
        self.form.changed.connect(self._enable)
        self.strip.succeeded.connect(self._on_imported)
        self.strip.failed.connect(self._on_refused)
        self.strip.cancelled.connect(self._enable)
        self._enable()
        room = self.screen().availableSize() * 0.9
        self.resize(
            QSize(self.sizeHint().width(), content.sizeHint().height() + 20 * theme.GRID).boundedTo(room)
        )

    def _start(self) -> None:
        folder = self._paths.models / self.form.model_name
        if not NAME.fullmatch(self.form.model_name):
            self._say("This name cannot be used", "Use only letters, digits, spaces and . + - _")
        elif folder.exists():
            self._say("A model of this name already exists", f"{folder}: choose another name.")
        else:
            self.problem.set_message(None)
            self.strip.start(self.form.arguments(folder), "Reading the weights…")
            self._enable()

    def _on_imported(self, result: dict[str, Any]) -> None:
        self.imported.emit(Path(str(result.get("card", ""))))
        self.accept()

    def _on_refused(self, text: str) -> None:
        self._say("The file was not imported", text)
        self._enable()

    def _say(self, title: str, text: str) -> None:
        self.problem.set_message(Message("warning", title, text))

    def _enable(self) -> None:
        self.form.setEnabled(not self.strip.is_running)
        self.start.setEnabled(not self.strip.is_running and self.form.is_complete)

    def done(self, result: int) -> None:
        """Ends a running import when the dialog closes."""
        self.strip.end()
        super().done(result)
