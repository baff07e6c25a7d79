"""The actions on the selected run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.training import RunFolder, RunInfo, RunSummary
from fer_desktop.ui.common import JobRunner
from fer_desktop.ui.training.run_loading import move_to_trash


class RunActions(QObject):
    """The actions on the selected run.

    opened, resumed, used, evaluated(RunSummary): requests. restored(): back to the bundled model.
    exports(RunSummary, Path): an export to a folder is requested. changed(): a run was changed or discarded.
    failed(title, text).
    """

    opened = Signal(object)
    resumed = Signal(object)
    used = Signal(object)
    evaluated = Signal(object)
    restored = Signal()
    exports = Signal(object, Path)
    changed = Signal()
    failed = Signal(str, str)

    def __init__(self, page: QWidget, jobs: JobRunner) -> None:
        super().__init__(page)
        self._page = page
        self._jobs = jobs
        self._summary: RunSummary | None = None
        self.open = self._action("&Open", self.opened.emit)
        self.resume = self._action("&Resume", self.resumed.emit)
        self.use = self._action("&Use in live view", self.used.emit)
        self.restore = QAction("&Back to the bundled model", self)
        self.restore.triggered.connect(self.restored)
        self.evaluate = self._action("&Evaluate…", self.evaluated.emit)
        self.export = self._action("Export O&NNX…", self._export)
        self.rename = self._action("Re&name…", self._rename)
        self.note = self._action("No&te…", self._note)
        self.show_folder = self._action("Show &folder", _show_folder)
        self.discard = self._action("&Delete…", self._discard)

    def all(self) -> list[QAction]:
        return [value for value in vars(self).values() if isinstance(value, QAction)]

    def set_selected(self, summary: RunSummary | None, model_in_use: Path | None, bundled: Path) -> None:
        """Enables the actions. summary: of the selected run. model_in_use: of the live view."""
        self._summary = summary
        readable = summary is not None and not summary.problem
        has_card = summary is not None and summary.card is not None
        self.open.setEnabled(readable)
        self.resume.setEnabled(summary is not None and readable and summary.can_resume)
        self.use.setEnabled(summary is not None and has_card and summary.card != model_in_use)
        self.restore.setEnabled(model_in_use not in (None, bundled))
        for action in (self.evaluate, self.export):
            action.setEnabled(has_card)
        for action in (self.rename, self.note):
            action.setEnabled(readable)
        self.show_folder.setEnabled(summary is not None)
        self.discard.setEnabled(summary is not None and not summary.is_alive)

    def _action(self, text: str, act: Callable[[RunSummary], object]) -> QAction:
        action = QAction(text, self)

        def trigger() -> None:
            if self._summary is not None:
                act(self._summary)

        action.triggered.connect(lambda: trigger())
        return action

    def _export(self, summary: RunSummary) -> None:
        folder = QFileDialog.getExistingDirectory(self._page, "Folder for the ONNX file and the model card")
        if folder:
            self.exports.emit(summary, Path(folder))

    def _rename(self, summary: RunSummary) -> None:
        text, agreed = QInputDialog.getText(self._page, "Rename the run", "Name:", text=summary.title)
        if agreed and text.strip():
            self._change(summary, title=text.strip())

    def _note(self, summary: RunSummary) -> None:
        assert summary.info is not None
        text, agreed = QInputDialog.getMultiLineText(
            self._page, "Note", "Note on this run:", summary.info.note
        )
        if agreed:
            self._change(summary, note=text)

    def _change(self, summary: RunSummary, **fields: str) -> None:
        def write() -> None:
            info: RunInfo = dataclasses.replace(summary.run.read_info(), **fields)  # type: ignore[arg-type]
            summary.run.write_info(info)

        self._in_background(write, "The run was not changed")

    def _discard(self, summary: RunSummary) -> None:
        answer = QMessageBox.question(
            self._page,
            self._page.window().windowTitle(),
            f"Move {summary.title} to the trash? Its checkpoints and its model go with it.",
            QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        if answer is QMessageBox.StandardButton.Discard:
            self._in_background(lambda: _move_to_trash(summary.run), "The run was not deleted")

    def _in_background(self, function: Callable[[], None], failure: str) -> None:
        self._jobs.start(
            lambda job: function(),
            name="changing a run",
            on_success=lambda _: self.changed.emit(),
            on_error=lambda error: self.failed.emit(failure, str(error)),
            owner=self,
        )


class RunLivesError(FerDesktopError):
    """A trainer works on the run."""


def _move_to_trash(run: RunFolder) -> None:
    if run.is_alive:
        raise RunLivesError(f"{run.path}: a trainer works on it. Stop it first")
    move_to_trash(run.path)


def _show_folder(summary: RunSummary) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(summary.run.path)))
