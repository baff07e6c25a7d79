"""The progress of a trainer command, with a button that cancels it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from fer_desktop.core.training import Progress
from fer_desktop.ui.common import theme
from fer_desktop.ui.training.command import TRAINER, TrainerCommand


class CommandStrip(QWidget):
    """Visible while its command runs. At the end it emits one of its signals, as TrainerCommand does."""

    succeeded = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, program: tuple[str, Sequence[str]] = TRAINER
    ) -> None:
        super().__init__(parent)
        self._command = TrainerCommand(self, program=program)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.text = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.cancel = QPushButton("Ca&ncel")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self._command.cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.text)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.cancel)
        self._command.progressed.connect(self._show)
        self._command.succeeded.connect(self._end_well)
        self._command.failed.connect(self._fail)
        self._command.cancelled.connect(self._end_cancelled)
        self.hide()

    @property
    def is_running(self) -> bool:
        return self._command.is_running

    def start(self, arguments: Sequence[str], words: str) -> None:
        """Starts a command. words: shown until the trainer reports progress."""
        self.text.setText(words)
        self.bar.setRange(0, 0)
        self.show()
        self._command.start(arguments)

    def end(self) -> None:
        """Kills the command. Nothing is emitted afterwards."""
        self._command.end()
        self.clean_up()
        self.hide()

    def make_folder(self) -> Path:
        """Returns a temporary folder for the next command. It exists until `clean_up` or `end`."""
        self.clean_up()
        self._folder = tempfile.TemporaryDirectory(prefix="fer-desktop-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    def clean_up(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _show(self, progress: Progress) -> None:
        what = progress.what[:1].upper() + progress.what[1:]
        self.text.setText(f"{what}, {progress.done:,} of {progress.total:,}" if progress.total else what)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)

    def _end_well(self, result: dict[str, object]) -> None:
        self.hide()
        self.succeeded.emit(result)

    def _fail(self, text: str) -> None:
        self.hide()
        self.failed.emit(text)

    def _end_cancelled(self) -> None:
        self.hide()
        self.cancelled.emit()
