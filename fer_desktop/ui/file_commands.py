"""What the file menu does: open, analyse, save a picture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from fer_desktop.ui import file_types, snapshot
from fer_desktop.ui.help_windows import present
from fer_desktop.ui.jobs import Job

if TYPE_CHECKING:
    from fer_desktop.ui.analysis.queue_page import QueuePage
    from fer_desktop.ui.main_window import MainWindow


class FileCommands(QObject):
    """Asks for files and hands them to the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def choose_files(self) -> None:
        self._open("Open video or pictures", self._window.settings.open_folder, file_types.OPEN_FILTER)

    def choose_results(self) -> None:
        self._open("Open results", self._window.settings.analysis_folder, file_types.RESULTS_FILTER)

    def choose_folder(self) -> None:
        before = str(self._window.settings.open_folder or "")
        chosen = QFileDialog.getExistingDirectory(self._window, "Open a folder of pictures", before)
        if chosen:
            self._window.open_files([Path(chosen)])

    def show_queue(self) -> None:
        window = self._window

        def make() -> QueuePage:
            from fer_desktop.ui.analysis.queue_page import QueuePage

            return QueuePage(window.jobs, window.settings, lambda: window.pipeline.settings)

        window.tabs.show_queue(make)

    def show_analyse(self) -> None:
        files = self._window.source.files
        dialog = self._window.analyse_dialog
        dialog.offer(files[0] if len(files) == 1 else None, self._window.pipeline.settings)
        present(dialog)

    def take_snapshot(self) -> None:
        window = self._window
        image = window.live_page.snapshot()
        if image.isNull():
            window.status_bar.say("There is no picture yet.")
            return
        folder, moment = window.settings.snapshot_folder or snapshot.default_folder(), datetime.now()

        def save(job: Job) -> Path:
            return snapshot.save(image, folder, moment)

        window.jobs.start(
            save,
            name="snapshot",
            on_success=lambda path: window.status_bar.say(f"Saved as {path}.", path.parent),
            on_error=lambda error: window.status_bar.say(str(error)),
        )

    def _open(self, title: str, folder: Path | None, kinds: str) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self._window, title, str(folder or ""), kinds)
        self._window.open_files([Path(name) for name in chosen])
