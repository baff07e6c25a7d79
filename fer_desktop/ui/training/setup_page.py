"""The page that starts a run."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from fer_desktop.core.training import RunInfo
from fer_desktop.ui.training.command import TrainerCommand
from fer_desktop.ui.training.options import Options, OptionsError
from fer_desktop.ui.training.setup_form import SetupForm
from fer_desktop.ui.training.trainer_page import TrainerPage


class SetupPage(TrainerPage):
    """start_requested(RunInfo)."""

    start_requested = Signal(object)

    def _build(self) -> None:
        self._data = (self._settings.training_data, self._settings.training_votes)
        self.form: SetupForm | None = None
        self._retry = self._action("&Try again", self._ask_for_options)
        self._command = TrainerCommand(self, program=self._program)
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
        self._say("settings", "Asking the trainer for its options…", "")
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
        self._say("warning", "The trainer does not answer", text, self._retry)

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
