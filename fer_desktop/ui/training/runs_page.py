"""Every training run: what became of it, two side by side, and its model into the live view."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.paths import Paths
from fer_desktop.core.training import (
    Comparison,
    ComparisonError,
    Predictions,
    RunsReader,
    RunSummary,
    compare,
)
from fer_desktop.ui.common import ActionButtons, Banner, JobRunner, Message, MessagePage, make_table, theme
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.command_strip import CommandStrip
from fer_desktop.ui.training.compare_view import CompareView
from fer_desktop.ui.training.run_actions import RunActions
from fer_desktop.ui.training.run_details import RunDetails
from fer_desktop.ui.training.run_process import Program
from fer_desktop.ui.training.runs_table import RunsModel

REFRESH_MS = 3000
TAUS = (0.0, 1.0)
EMPTY = Message(
    "info",
    "There are no runs yet",
    "The menu Training starts one: New run. Runs from the command line are listed too, where their folder is "
    "the one for runs.",
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
        self._shown: list[object] | None = None

        self.model = RunsModel()
        self.table = make_table(self.model, "Training runs", wide_column=0)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().selectionChanged.connect(self._show_selected)
        self.details = RunDetails()
        self.comparison = CompareView()
        self.hint = MessagePage()
        self.hint.set_message(Message("info", "Select a run", "Or two, to compare them."))
        self.strip = CommandStrip(program=program)
        self.banner = Banner()
        self.actions_ = RunActions(self, jobs)
        act = self.actions_
        self.table.doubleClicked.connect(lambda: act.open.trigger())
        act.opened.connect(lambda summary: self.open_requested.emit(summary.run))
        act.resumed.connect(lambda summary: self.resume_requested.emit(summary.run))
        act.used.connect(lambda summary: self.use_requested.emit(summary.card))
        act.evaluated.connect(lambda summary: self.evaluate_requested.emit(summary.card))
        act.restored.connect(self.restore_model_requested)
        act.exports.connect(self._export)
        act.changed.connect(self.refresh)
        act.failed.connect(self._warn)
        self.buttons = ActionButtons()
        self.buttons.set_actions(act.all())

        self._side = QStackedWidget()
        for page in (self.hint, self.details, self.comparison):
            self._side.addWidget(page)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.table)
        splitter.addWidget(self._side)
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
        self.message = MessagePage()
        self.message.set_message(LOADING)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.message)
        self._pages.addWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.strip.succeeded.connect(self._on_exported)
        self.strip.failed.connect(lambda text: self._warn("The model was not exported", text))
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._enable()

    def refresh(self) -> None:
        """Reads the runs in the background; the selection stays."""
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
        """The model of the live view."""
        self._model_in_use = card
        self.model.refresh_use(card)
        self._enable()

    def begin_shutdown(self) -> list[threading.Thread]:
        self._timer.stop()
        self.strip.end()
        return []

    @property
    def selected(self) -> list[RunSummary]:
        """In the order of the list."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.rows[row] for row in rows]

    # What was read.

    def _on_read(self, runs: list[RunSummary]) -> None:
        self._is_reading = False
        if self._is_stale:
            self.refresh()
        looks = _looks(runs)
        if looks == self._known:
            return
        self._known = looks
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
        looks = _looks(self.selected)
        if looks == self._shown:  # a reading that changed other runs must not move what is looked at
            return
        self._shown = looks
        match self.selected:
            case [summary] if summary.problem:
                self.hint.set_message(Message("warning", "The run cannot be read", summary.problem))
                self._side.setCurrentWidget(self.hint)
            case [summary]:
                self._jobs.start(
                    lambda job: _card_text(summary.card),
                    name="reading a model card",
                    on_success=lambda text: self._show_details(summary, text),
                    owner=self,
                )
            case [first, second]:
                # The older one first: what has changed is then a difference of the newer one.
                self._compare(second, first)
            case chosen:
                text = "Select one or two." if chosen else "Or two, to compare them."
                self.hint.set_message(Message("info", "Select a run", text))
                self._side.setCurrentWidget(self.hint)

    def _show_details(self, summary: RunSummary, card: str) -> None:
        if [item.run.path for item in self.selected] == [summary.run.path]:
            self.details.show_run(summary, card)
            self._side.setCurrentWidget(self.details)

    def _compare(self, first: RunSummary, second: RunSummary) -> None:
        def read() -> list[Comparison]:
            rows = _predictions(first), _predictions(second)
            return [compare(*rows, tau) for tau in TAUS]

        def show(comparisons: list[Comparison], problem: str = "") -> None:
            if {item.run.path for item in self.selected} == {first.run.path, second.run.path}:
                self.comparison.show_runs(first, second, comparisons, problem)
                self._side.setCurrentWidget(self.comparison)

        self._jobs.start(
            lambda job: read(),
            name="comparing runs",
            on_success=show,
            on_error=lambda error: show([], str(error)),
            owner=self,
        )

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


def _looks(runs: Sequence[RunSummary]) -> list[object]:
    """Equal as long as nothing of the runs has changed."""
    return [
        (item.run.path, item.info, id(item.history), item.state, item.card, item.problem) for item in runs
    ]


def _predictions(summary: RunSummary) -> Predictions:
    if not summary.run.validation_file.exists():
        raise ComparisonError(
            f"{summary.title} has not finished an epoch, so it has no opinion of the validation rows yet."
        )
    return Predictions.load(summary.run.validation_file)


def _card_text(card: Path | None) -> str:
    """The card as it lies there, or why it cannot be read."""
    if card is None:
        return ""
    try:
        return card.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return f"{card}: the model card cannot be read ({error})"
