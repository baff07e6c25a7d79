"""The commands of the menu File."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.ui.common import Job, JobRunner, file_types, present
from fer_desktop.ui.live import LivePage, PipelineControl, SourceControl
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window import snapshot
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.analyse_dialog import AnalyseDialog
from fer_desktop.ui.window.tabs import WorkTabs

if TYPE_CHECKING:
    from fer_desktop.ui.analysis.queue_page import QueuePage


class FileCommands(QObject):
    """Opens and analyses files, and saves snapshots.

    chosen(list of Path): files or a folder to open. said(text, folder or None): for the status bar.
    parent: of the dialogs.
    """

    chosen = Signal(list)
    said = Signal(str, object)

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        jobs: JobRunner,
        pipeline: PipelineControl,
        source: SourceControl,
        tabs: WorkTabs,
        live_page: LivePage,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._jobs = jobs
        self._pipeline = pipeline
        self._source = source
        self._tabs = tabs
        self._live_page = live_page
        self._parent = parent
        self.analyse_dialog = AnalyseDialog(settings, paths, parent)
        self.analyse_dialog.start_requested.connect(tabs.start_analysis)

    def connect_actions(self, actions: Actions) -> None:
        for action, slot in (
            (actions.open_files, self.choose_files),
            (actions.open_folder, self.choose_folder),
            (actions.open_results, self.choose_results),
            (actions.analyse, self.show_analyse),
            (actions.queue, self.show_queue),
            (actions.snapshot, self.take_snapshot),
        ):
            action.triggered.connect(slot)

    def choose_files(self) -> None:
        self._open("Open video or pictures", self._settings.open_folder, file_types.OPEN_FILTER)

    def choose_results(self) -> None:
        self._open("Open results", self._settings.analysis_folder, file_types.RESULTS_FILTER)

    def choose_folder(self) -> None:
        before = str(self._settings.open_folder or "")
        folder = QFileDialog.getExistingDirectory(self._parent, "Open a folder of pictures", before)
        if folder:
            self.chosen.emit([Path(folder)])

    def show_queue(self) -> None:
        def make() -> QueuePage:
            from fer_desktop.ui.analysis.queue_page import QueuePage

            return QueuePage(self._jobs, self._settings, lambda: self._pipeline.settings)

        self._tabs.show_queue(make)

    def show_analyse(self) -> None:
        files = self._source.files
        self.analyse_dialog.offer(files[0] if len(files) == 1 else None, self._pipeline.settings)
        present(self.analyse_dialog)

    def take_snapshot(self) -> None:
        image = self._live_page.snapshot()
        if image.isNull():
            self.said.emit("There is no picture yet.", None)
            return
        folder, moment = self._settings.snapshot_folder or snapshot.default_folder(), datetime.now()

        def save(job: Job) -> Path:
            return snapshot.save(image, folder, moment)

        self._jobs.start(
            save,
            name="snapshot",
            on_success=lambda path: self.said.emit(f"Saved as {path}.", path.parent),
            on_error=lambda error: self.said.emit(str(error), None),
        )

    def _open(self, title: str, folder: Path | None, kinds: str) -> None:
        names, _ = QFileDialog.getOpenFileNames(self._parent, title, str(folder or ""), kinds)
        self.chosen.emit([Path(name) for name in names])
