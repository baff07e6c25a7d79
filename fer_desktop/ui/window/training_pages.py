"""The tabs of the training, and the connections between them."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from fer_desktop.core.errors import OutputError
from fer_desktop.core.paths import Paths
from fer_desktop.core.training import RunFolder, RunInfo, list_runs
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.common import Job, JobRunner, present
from fer_desktop.ui.live import LiveSession, PipelineControl
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.packages_gate import PackagesGate
from fer_desktop.ui.window.tabs import WorkTabs

if TYPE_CHECKING:
    from fer_desktop.ui.training.collect_page import CollectPage
    from fer_desktop.ui.training.data_page import DataPage
    from fer_desktop.ui.training.evaluate_page import EvaluatePage
    from fer_desktop.ui.training.import_dialog import ImportDialog
    from fer_desktop.ui.training.run_page import RunPage
    from fer_desktop.ui.training.runs_page import RunsPage
    from fer_desktop.ui.training.setup_page import SetupPage

END_S = 20.0
"""A run gets this time to end its step and write a checkpoint. Then it is killed."""


class TrainingPages(QObject):
    """Creates each page at first use, because some load slowly.

    said(text, folder or None): for the status bar.
    """

    said = Signal(str, object)

    def __init__(
        self,
        tabs: WorkTabs,
        session: LiveSession,
        settings: Settings,
        paths: Paths,
        jobs: JobRunner,
        pipeline: PipelineControl,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._session = session
        self._settings = settings
        self._paths = paths
        self._jobs = jobs
        self._pipeline = pipeline
        self.packages = PackagesGate(tabs)
        self.data: DataPage | None = None
        self.setup: SetupPage | None = None
        self.runs: RunsPage | None = None
        self.collect: CollectPage | None = None
        self.evaluate: EvaluatePage | None = None
        self.run_pages: list[RunPage] = []
        self._dialogs: list[ImportDialog] = []
        tabs.page_closed.connect(self._on_closed)
        pipeline.changed.connect(self._show_model_in_use)

    def connect_actions(self, actions: Actions) -> None:
        for action, slot in (
            (actions.new_run, lambda: self.show_setup()),
            (actions.runs, self.show_runs),
            (actions.check_data, lambda: self.show_data()),
            (actions.collect, self.show_collect),
            (actions.evaluate, lambda: self.show_evaluate()),
            (actions.import_model, self.show_import),
        ):
            action.triggered.connect(slot)

    # The pages.

    def show_data(self, data: Path | None = None) -> None:
        """Shows the page that checks a data set. data: the data set to fill in."""
        if self.packages.is_closed(partial(self.show_data, data)):
            return
        if self.data is None:
            from fer_desktop.ui.training.data_page import DataPage

            self.data = DataPage(self._settings, self._paths, self._jobs)
            self.data.train_requested.connect(self.show_setup)
            self.data.collect_requested.connect(self.show_collect)
            self.data.said.connect(self.said)
        if data is not None:
            self.data.set_data(data, None)
        self._tabs.show_page(self.data, "Data")

    def show_setup(self, data: Path | None = None, votes: Path | None = None) -> None:
        """Shows the page that starts a run."""
        if self.packages.is_closed(partial(self.show_setup, data, votes)):
            return
        if self.setup is None:
            from fer_desktop.ui.training.setup_page import SetupPage

            self.setup = SetupPage(self._settings, self._paths, self._jobs)
            self.setup.start_requested.connect(self.start_run)
            self.setup.said.connect(self.said)
        if data is not None:
            self.setup.set_data(data, votes)
        self._tabs.show_page(self.setup, "New run")

    def show_runs(self) -> None:
        if self.runs is None:
            from fer_desktop.ui.training.runs_page import RunsPage

            self.runs = RunsPage(self._paths, self._jobs)
            self.runs.open_requested.connect(self.open_run)
            self.runs.resume_requested.connect(self.resume_run)
            self.runs.use_requested.connect(self.use_model)
            self.runs.restore_model_requested.connect(self._pipeline.use_bundled_model)
            self.runs.evaluate_requested.connect(self.show_evaluate)
            self.runs.said.connect(self.said)
            self.runs.set_model_in_use(self._pipeline.settings.model)
        self.runs.refresh()
        self._tabs.show_page(self.runs, "Runs")

    def show_collect(self) -> None:
        if self.collect is None:
            from fer_desktop.ui.training.collect_page import CollectPage

            self.collect = CollectPage(self._session, self._settings, self._paths, self._jobs)
            self.collect.data_requested.connect(self.show_data)
            self.collect.said.connect(self.said)
        self._tabs.show_page(self.collect, "Collect")

    def show_evaluate(self, card: Path | None = None) -> None:
        if self.packages.is_closed(partial(self.show_evaluate, card)):
            return
        if self.evaluate is None:
            from fer_desktop.ui.training.evaluate_page import EvaluatePage

            self.evaluate = EvaluatePage(self._settings, self._paths, self._jobs)
            self.evaluate.threshold_requested.connect(partial(self._pipeline.change, "uncertain_below"))
            self.evaluate.said.connect(self.said)
        if card is not None:
            self.evaluate.set_model(card)
        self._tabs.show_page(self.evaluate, "Evaluate")

    def show_import(self) -> None:
        if self.packages.is_closed(self.show_import):
            return
        from fer_desktop.ui.training.import_dialog import ImportDialog

        dialog = ImportDialog(self._paths, self._tabs.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.imported.connect(self.use_model)
        dialog.finished.connect(lambda _: self._dialogs.remove(dialog))
        self._dialogs.append(dialog)
        present(dialog)

    # Runs.

    def start_run(self, info: RunInfo) -> None:
        try:
            run = RunFolder.create(self._paths.runs, info)
        except OutputError as error:
            self.said.emit(f"The run was not started. {error}", None)
            return
        self._page_of(run).start()

    def open_run(self, run: RunFolder) -> None:
        """Shows a run, and follows it if a trainer works on it."""
        page = self._page_of(run)
        if not page.is_running:
            page.attach()

    def resume_run(self, run: RunFolder) -> None:
        page = self._page_of(run)
        if not page.is_running:
            page.start()

    def find_living_runs(self) -> None:
        """Opens a tab for each run that continued while the window was closed."""

        def find(job: Job) -> list[RunFolder]:
            return [run for run in list_runs(self._paths.runs) if run.is_alive]

        def show(living: list[RunFolder]) -> None:
            present = self._tabs.currentWidget()
            for run in living:
                self.open_run(run)
            self._tabs.setCurrentWidget(present)
            if living:
                self.said.emit("A training run continued in the background.", None)

        self._jobs.start(find, name="find living runs", on_success=show, owner=self)

    def use_model(self, card: Path) -> None:
        """Uses a model in the live view, and shows the live view."""
        self._pipeline.change("model", card)
        self._tabs.show_live()
        self.said.emit(
            f"The live view uses {card.stem}. The page Runs leads back to the bundled model.", None
        )

    def note_result(self, frame: Frame, result: FrameResult) -> None:
        if self.collect is not None:
            self.collect.note_result(frame, result)

    # The end.

    @property
    def own_runs(self) -> list[RunPage]:
        """The runs whose trainer would end with this window."""
        return [page for page in self.run_pages if page.is_attached_process]

    def may_close(self, parent: QWidget) -> bool:
        """Asks what happens to the runs, and tells them. Returns False if the window is to stay."""
        runs = self.own_runs
        if not runs:
            return True
        from fer_desktop.ui.training.close_question import Choice, ask_what_becomes_of_runs

        match ask_what_becomes_of_runs(parent, [page.title for page in runs]):
            case Choice.CANCEL:
                return False
            case Choice.STOP:
                for page in runs:
                    page.stop_and_keep()
            case Choice.BACKGROUND:
                for page in runs:
                    page.go_on_in_background()
        return True

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends the processes of the pages, with a checkpoint of each run. Returns the threads to join."""
        for dialog in tuple(self._dialogs):
            dialog.close()
        for page in self.run_pages:
            page.finish_closing(END_S)
        pages = (
            self.packages,
            self.data,
            self.setup,
            self.runs,
            self.collect,
            self.evaluate,
            *self.run_pages,
        )
        return [thread for page in pages if page is not None for thread in page.begin_shutdown()]

    def _page_of(self, run: RunFolder) -> RunPage:
        page = next((page for page in self.run_pages if page.run.path == run.path), None)
        if page is None:
            from fer_desktop.ui.training.run_page import RunPage

            page = RunPage(run, self._jobs)
            page.ended.connect(lambda text: self.said.emit(text, None))
            page.said.connect(self.said)
            page.use_requested.connect(self.use_model)
            page.runs_changed.connect(self._refresh_runs)
            page.discarded.connect(partial(self._drop, page))
            self.run_pages.append(page)
        self._tabs.show_page(page, page.title)
        return page

    def _refresh_runs(self) -> None:
        if self.runs is not None:
            self.runs.refresh()

    def _show_model_in_use(self) -> None:
        if self.runs is not None:
            self.runs.set_model_in_use(self._pipeline.settings.model)

    def _on_closed(self, page: QWidget) -> None:
        """Drops the page of a run that has ended. A running run continues without its tab."""
        for run_page in self.run_pages:
            if run_page is page and not run_page.is_running:
                self._drop(run_page)
                return

    def _drop(self, page: RunPage) -> None:
        if page in self.run_pages:
            self.run_pages.remove(page)
            self._tabs.remove_page(page)
            page.end()
            page.deleteLater()
