"""A page of the window that analyses many recordings, one after the other, in the background."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.batch import Batch, ItemOutcome, expand_folders
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.analysis import queue_running
from fer_desktop.ui.analysis.queue_model import FILE, STATE, QueueModel, Row
from fer_desktop.ui.analysis.queue_progress import ProgressDelegate
from fer_desktop.ui.common import (
    OPEN_FILTER,
    ActionButtons,
    Job,
    JobRunner,
    Message,
    MessagePage,
    fields,
    make_action,
    make_table,
    theme,
)
from fer_desktop.ui.settings import Settings

EMPTY = (
    "Add videos, pictures or folders. They are analysed one after the other, and you can go on working. "
    "Files that were already analysed with the same settings are skipped."
)


class QueuePage(QWidget):
    """Recordings wait until the queue is started. A running queue also does those that are added later.

    open_requested(path): the results of a recording are to be shown. ended(text): the queue is empty or was
    stopped. pipeline_settings: called before each recording.
    """

    open_requested = Signal(object)
    ended = Signal(str)

    def __init__(
        self,
        jobs: JobRunner,
        settings: Settings,
        pipeline_settings: Callable[[], PipelineSettings],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._settings = settings
        self._pipeline_settings = pipeline_settings
        self._pipelines = queue_running.LoadedPipeline()
        self._job: Job | None = None
        self.model = QueueModel(self)

        self.add_files = make_action(self, "&Add files…", self._choose_files)
        self.add_folder = make_action(self, "Add f&older…", self._choose_folder)
        self.remove = make_action(self, "&Remove", self._remove)
        self.open_results = make_action(self, "O&pen results", self._open_selected)
        self.start = make_action(self, "&Start", self._start)
        self.stop = make_action(self, "S&top", self._stop)
        self.output = QLineEdit()
        self.output.setPlaceholderText("Folder for the results")
        self.output.setText(str(settings.analysis_folder or ""))
        self.output.textChanged.connect(self._update)
        self.choose_output = fields.button("&Folder…", self._choose_output)
        self.table = self._make_table()
        self.empty = MessagePage()
        self.empty.set_message(
            Message("analyse", "No recordings in the queue", EMPTY, (self.add_files, self.add_folder))
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.table)
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = ActionButtons()
        self._show_buttons()
        results_in = fields.label("Results &in", self.output)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.status)
        layout.addLayout(fields.row(results_in, self.output, self.choose_output))
        layout.addWidget(self.buttons)
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.dataChanged):
            signal.connect(self._update)
        self._update()

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def offer(self, paths: Iterable[Path]) -> None:
        """Adds files and the content of folders, which is listed in the background."""
        inputs = tuple(paths)
        if inputs and not self.output.text():
            self.output.setText(str(inputs[0].absolute().parent / "FER Desktop"))
        self._jobs.start(
            lambda job: expand_folders(inputs), name="looking into folders", on_success=self.model.add
        )

    # Running.

    def _start(self) -> None:
        self._settings.analysis_folder = self._output()
        self.model.wait_again()
        self._go_on()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.stop.setEnabled(False)

    def _go_on(self) -> None:
        """Starts the next recording, or ends the queue."""
        row = self.model.next_waiting()
        if row is None:
            self._end()
            return
        batch = Batch(self._output(), self._pipeline_settings(), resume=True)
        self._job = self._jobs.start(
            functools.partial(queue_running.run, row.item, batch, self._pipelines),
            name=f"analysis of {row.item.input.name}",
            on_progress=functools.partial(self.model.show_progress, row),
            on_success=functools.partial(self._on_outcome, row),
            on_cancelled=functools.partial(self._on_cancelled, row),
            on_error=lambda error: self._on_outcome(row, ItemOutcome("failed", error=str(error))),
        )
        self.model.begin(row)
        self._show_buttons()

    def _on_outcome(self, row: Row, outcome: ItemOutcome) -> None:
        self.model.end(row, outcome)
        self._go_on()

    def _on_cancelled(self, row: Row, outcome: ItemOutcome) -> None:
        self.model.end(row, outcome)
        self._end()

    def _end(self) -> None:
        self._job = None
        self._show_buttons()
        self._update()
        self.ended.emit(self.status.text())

    # What can be done.

    def _remove(self) -> None:
        self.model.remove(index.row() for index in self.table.selectionModel().selectedRows())

    def _open_selected(self) -> None:
        for index in self.table.selectionModel().selectedRows():
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        results = self.model.rows[index.row()].results
        if results is not None:
            self.open_requested.emit(results)

    def _choose_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Add to the queue", self._folder(), OPEN_FILTER)
        if chosen:
            self.offer(map(Path, chosen))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Add a folder to the queue", self._folder())
        if chosen:
            self.offer([Path(chosen)])

    def _choose_output(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the results", self.output.text())
        if chosen:
            self.output.setText(chosen)

    def _folder(self) -> str:
        return str(self._settings.open_folder or "")

    def _output(self) -> Path:
        return Path(self.output.text().strip())

    def _update(self) -> None:
        selected = [self.model.rows[index.row()] for index in self.table.selectionModel().selectedRows()]
        unfinished = self.model.count("waiting", "stopped", "failed")
        self.start.setEnabled(not self.is_running and unfinished > 0 and bool(self.output.text().strip()))
        self.stop.setEnabled(self._job is not None and not self._job.should_stop())
        self.remove.setEnabled(any(not row.is_running for row in selected))
        self.open_results.setEnabled(any(row.results is not None for row in selected))
        for widget in (self.output, self.choose_output):
            widget.setEnabled(not self.is_running)
        self.pages.setCurrentWidget(self.table if self.model.rows else self.empty)
        self.buttons.setVisible(bool(self.model.rows))
        self.status.setText(self._summary())

    def _show_buttons(self) -> None:
        """Shows Start or Stop, in the same place."""
        first = self.stop if self.is_running else self.start
        if self.buttons.buttons and self.buttons.buttons[0].action_text == first.text().replace("&", ""):
            return
        had_focus = any(button.hasFocus() for button in self.buttons.buttons[:1])
        self.buttons.set_actions((first, self.add_files, self.add_folder, self.remove, self.open_results))
        if had_focus:
            self.buttons.buttons[0].setFocus()

    def _summary(self) -> str:
        states = {
            "done": self.model.count("done", "done before"),
            "failed": self.model.count("failed"),
            "stopped": self.model.count("stopped"),
            "waiting": self.model.count("waiting"),
        }
        parts = [f"{count} {state}" for state, count in states.items() if count]
        return f"{len(self.model.rows)} in the queue: {', '.join(parts)}" if parts else ""

    def _make_table(self) -> QTableView:
        table = make_table(self.model, "Queue of recordings", wide_column=FILE)
        table.setItemDelegateForColumn(STATE, ProgressDelegate(table))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 2 * theme.GRID)
        header = table.horizontalHeader()
        header.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        header.setResizeContentsPrecision(0)  # of the rows that can be seen
        table.doubleClicked.connect(self._open)
        table.selectionModel().selectionChanged.connect(self._update)
        self.remove.setShortcut(QKeySequence.StandardKey.Delete)
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        table.addAction(self.remove)
        return table
