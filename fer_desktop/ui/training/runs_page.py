"""The page of all runs: their states, details and comparison."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.paths import Paths
from fer_desktop.core.training import RunsReader, RunSummary
from fer_desktop.ui.common import ActionButtons, Banner, JobRunner, Message, MessagePage, make_table, theme
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.command_strip import CommandStrip
from fer_desktop.ui.training.run_actions import RunActions
from fer_desktop.ui.training.run_process import Program
from fer_desktop.ui.training.runs_table import RunsModel
from fer_desktop.ui.training.selected_runs import SelectedRuns, run_states

REFRESH_MS = 3000
EMPTY = Message(
    "info",
    "There are no runs yet",
    "Choose New run in the menu Training. Runs that you start on the command line are listed too, if they "
    "are in the folder for runs.",
)
LOADING = Message("refresh", "Reading the runs…")


class RunsPage(QWidget):
    """open_requested, resume_requested(RunFolder). use_requested, evaluate_requested(card).

    restore_model_requested(): back to the bundled model. said(text, folder or None): for the status bar.
    """

    open_requested = Signal(object)
    resume_requested = Signal(object)
    use_requested = Signal(Path)
    evaluate_requested = Signal(Path)
    restore_model_requested = Signal()
    said = Signal(str, object)

    def __init__(
        self, paths: Paths, jobs: JobRunner, parent: QWidget | None = None, *, program: Program = TRAINER
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._jobs = jobs
        self._reader = RunsReader(paths.runs)
        self._is_reading = self._is_stale = False
        self._model_in_use: Path | None = None
        self._known: list[object] | None = None
        self._export_folder = Path()
        self.model = RunsModel()
        self.table = self._make_table()
        self.side = SelectedRuns(jobs)
        self.message = MessagePage()
        self.message.set_message(LOADING)
        self.banner = Banner()
        self.strip = CommandStrip(program=program)
        self.strip.succeeded.connect(self._on_exported)
        self.strip.failed.connect(lambda text: self._warn("The model was not exported", text))
        self.actions_ = self._make_actions()
        self.buttons = ActionButtons()
        self.buttons.set_actions(self.actions_.all())
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._enable()

    def _make_table(self) -> QTableView:
        table = make_table(self.model, "Training runs", wide_column=0)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.selectionModel().selectionChanged.connect(self._show_selected)
        return table

    def _make_actions(self) -> RunActions:
        act = RunActions(self, self._jobs)
        self.table.doubleClicked.connect(lambda: act.open.trigger())
        act.opened.connect(lambda summary: self.open_requested.emit(summary.run))
        act.resumed.connect(lambda summary: self.resume_requested.emit(summary.run))
        act.used.connect(lambda summary: self.use_requested.emit(summary.card))
        act.evaluated.connect(lambda summary: self.evaluate_requested.emit(summary.card))
        act.restored.connect(self.restore_model_requested)
        act.exports.connect(self._export)
        act.changed.connect(self.refresh)
        act.failed.connect(self._warn)
        return act

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.table)
        splitter.addWidget(self.side)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(theme.GRID)
        splitter.setSizes([30 * theme.GRID, 60 * theme.GRID])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        for widget in (self.banner, self.buttons, self.strip):
            column.addWidget(widget)
        column.addWidget(splitter, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.message)
        self._pages.addWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def refresh(self) -> None:
        """Reads the runs in the background. Keeps the selection."""
        self._is_stale = True
        if self._is_reading:
            return
        self._is_reading, self._is_stale = True, False
        self._jobs.start(
            lambda job: self._reader.read(),
            name="reading the runs",
            on_success=self._on_read,
            on_error=self._on_unreadable,
            owner=self,
        )

    def set_model_in_use(self, card: Path) -> None:
        """Sets the model of the live view."""
        self._model_in_use = card
        self.model.refresh_use(card)
        self._enable()

    def begin_shutdown(self) -> list[threading.Thread]:
        self._timer.stop()
        self.strip.end()
        return []

    @property
    def selected(self) -> list[RunSummary]:
        """The selected runs in the order of the list."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[row] for row in rows]

    # What was read.

    def _on_read(self, runs: list[RunSummary]) -> None:
        self._is_reading = False
        if self._is_stale:
            self.refresh()
        states = run_states(runs)
        if states == self._known:
            return
        self._known = states
        before = {summary.run.path for summary in self.selected}
        scroll = self.table.verticalScrollBar().value()
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        self.model.set_rows(runs)
        for row, summary in enumerate(runs):
            if summary.run.path in before:
                flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
                selection.select(self.model.index(row, 0), flags)
        selection.blockSignals(False)
        self.table.verticalScrollBar().setValue(scroll)
        self.message.set_message(EMPTY)
        self._pages.setCurrentIndex(1 if runs else 0)
        self._show_selected()

    def _on_unreadable(self, error: Exception) -> None:
        self._is_reading, self._known = False, None
        self.message.set_message(Message("warning", "The runs cannot be read", str(error)))
        self._pages.setCurrentIndex(0)

    def _show_selected(self) -> None:
        self._enable()
        self.side.show_runs(self.selected)

    # What can be done.

    def _enable(self) -> None:
        chosen = self.selected
        self.actions_.set_selected(
            chosen[0] if len(chosen) == 1 else None, self._model_in_use, self._paths.default_model
        )

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions(self.actions_.all())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _export(self, summary: RunSummary, folder: Path) -> None:
        if summary.card is None or self.strip.is_running:
            return
        self._export_folder = folder
        words = ["export", "--weights", str(summary.card), "--output", str(folder)]
        self.strip.start(words, "Exporting")

    def _on_exported(self, result: dict[str, object]) -> None:
        self.said.emit(f"Exported as {result.get('onnx')}.", self._export_folder)

    def _warn(self, title: str, text: str) -> None:
        dismiss = QAction("Dismiss", self)
        dismiss.triggered.connect(lambda: self.banner.set_message(None))
        self.banner.set_message(Message("warning", title, text, (dismiss,)))
        self._enable()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
