"""The page that starts a run: which data, which preset, and, for those who want, every option."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.core.training import RunInfo
from fer_desktop.ui.common import JobRunner, Message, MessagePage
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.training.command import TRAINER, TrainerCommand
from fer_desktop.ui.training.options import Options, OptionsError
from fer_desktop.ui.training.setup_form import SetupForm


class SetupPage(QWidget):
    """start_requested(RunInfo). said(text, folder or None)."""

    start_requested = Signal(object)
    said = Signal(str, object)

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        jobs: JobRunner,
        parent: QWidget | None = None,
        *,
        program: tuple[str, Sequence[str]] = TRAINER,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._program = program
        self._data = (settings.training_data, settings.training_votes)
        self.form: SetupForm | None = None
        self.message = MessagePage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.message)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self._retry = QAction("&Try again", self)
        self._retry.triggered.connect(self._ask_for_options)
        self._command = TrainerCommand(self, program=program)
        self._command.succeeded.connect(self._on_options)
        self._command.failed.connect(self._on_failed)
        self.setAcceptDrops(True)
        self._ask_for_options()

    def set_data(self, data: Path, votes: Path | None) -> None:
        self._data = (data, votes)
        if self.form is not None:
            self.form.data.set_data(data, votes)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends the commands that run."""
        self._command.end()
        if self.form is not None:
            self.form.estimate.end()
        return []

    def _ask_for_options(self) -> None:
        self.message.set_message(Message("settings", "Asking the trainer for its options…"))
        self.pages.setCurrentWidget(self.message)
        self._command.start(["options"])

    def _on_options(self, content: dict[str, Any]) -> None:
        try:
            options = Options.parse(content)
        except OptionsError as error:
            self._on_failed(str(error))
            return
        self.form = SetupForm(options, program=self._program)
        self.form.data.set_data(*self._data)
        self.form.start.triggered.connect(self._start)
        self.pages.addWidget(self.form)
        self.pages.setCurrentWidget(self.form)

    def _on_failed(self, text: str) -> None:
        self.message.set_message(Message("warning", "The trainer does not answer", text, (self._retry,)))

    def _start(self) -> None:
        form = self.form
        if form is None or not form.check():
            return
        data, votes = form.data.data, form.data.votes
        assert data is not None
        self._settings.training_data, self._settings.training_votes = data, votes
        form.estimate.end()
        self.start_requested.emit(
            RunInfo(
                title=form.title_text,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                data=str(data.absolute()),
                votes=str(votes.absolute()) if votes else None,
                config=form.config(),
                preset=form.presets.preset.id,
            )
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.form is not None:
            self.form.data.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if self.form is not None:
            self.form.data.dropEvent(event)
