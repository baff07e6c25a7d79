"""The tab of one recording: its running analysis, then its results."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.analysis import AnalysisMonitor
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.results import FaceTable, People, ResultFile, StoredAnalysis, is_same
from fer_desktop.ui.analysis import running
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.analysis.export_dialog import ExportDialog
from fer_desktop.ui.analysis.progress_strip import ProgressStrip
from fer_desktop.ui.analysis.running import AnalysisRequest, free_path
from fer_desktop.ui.analysis.view import AnalysisView
from fer_desktop.ui.common import OPEN_FILTER, Banner, Job, JobRunner, Message, MessagePage, clock, theme

if TYPE_CHECKING:
    from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary

log = logging.getLogger(__name__)

TAKE_MS = 50
"""How often the picture of a running analysis is shown."""


class Workspace(QWidget):
    """ended(text, folder or None): an analysis succeeded, failed or was cancelled.

    said(text): for the status bar.
    """

    ended = Signal(str, object)
    said = Signal(str)

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._feed: AnalysisMonitor | None = None
        self._follows = self._knows_source = False
        self._style = OverlayStyle()
        self._export: ExportDialog | None = None
        self.path: Path | None = None
        self.view: AnalysisView | None = None

        self.message_page = MessagePage()
        self.banner = Banner()
        self.strip: ProgressStrip | None = None
        self._find = QAction("&Find the recording…", self)
        self._find.triggered.connect(self._find_recording)
        self._dismiss = QAction("Dismiss", self)
        self._dismiss.triggered.connect(lambda: self.banner.set_message(None))
        self._work = QWidget()
        self._column = QVBoxLayout(self._work)
        self._column.setContentsMargins(*(theme.GRID,) * 4)
        self._column.setSpacing(theme.GRID)
        self._column.addWidget(self.banner)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.message_page)
        self._pages.addWidget(self._work)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._take_timer = QTimer(self)
        self._take_timer.setInterval(TAKE_MS)
        self._take_timer.timeout.connect(self._take)

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def open(self, path: Path) -> None:
        """Shows the results of a file."""
        self.path = path
        self._say("open", f"Opening {path.name}…")
        self._jobs.start(
            lambda job: _load(path),
            name=f"opening {path.name}",
            on_success=self._on_loaded,
            on_error=lambda error: self._say("file-broken", f"{path.name} cannot be shown", str(error)),
            owner=self,
        )

    def start(self, request: AnalysisRequest, settings: PipelineSettings) -> None:
        """Analyses a recording into a new file in the output folder."""
        self.path = path = free_path(request.input, request.output)
        self._feed = AnalysisMonitor()
        self._follows, self._knows_source = True, False
        self.strip = ProgressStrip()
        self.strip.pause_toggled.connect(self._on_pause)
        self.strip.follow_toggled.connect(self._on_follow)
        self.strip.cancelled.connect(self.cancel)
        self._column.insertWidget(0, self.strip)
        facts = {"source": _facts_before(request.input), "state": "running"}
        self._show(StoredAnalysis(path, facts, FaceTable.of([]), People()), request.input)
        self._job = self._jobs.start(
            running.as_job(request, path, settings, self._feed),
            name=f"analysis of {request.input.name}",
            on_progress=self._on_progress,
            on_success=lambda summary: self._on_end("Finished", summary),
            on_cancelled=lambda summary: self._on_end("Cancelled", summary),
            on_error=self._on_error,
            owner=self,
        )
        self._take_timer.start()

    def cancel(self) -> None:
        """Cancels the analysis and keeps the results so far."""
        if self._job is not None:
            self._job.cancel()

    def set_style(self, style: OverlayStyle) -> None:
        self._style = style
        if self.view is not None:
            self.view.player.set_style(style)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends the player. The job runner ends an analysis."""
        self._take_timer.stop()
        self.cancel()
        return [] if self.view is None else self.view.player.begin_shutdown()

    # A running analysis.

    def _take(self) -> None:
        if self._feed is None or self.view is None:
            return
        results, newest = self._feed.take()
        document = self.view.document
        if self._feed.info is not None and not self._knows_source:
            self._knows_source = True
            document.reload()
        document.extend(results)
        if newest is not None and self._follows:
            self.view.show_live(*newest)

    def _on_progress(self, progress: AnalysisProgress) -> None:
        if self.strip is not None and self._feed is not None:
            self.strip.show_progress(progress, self._feed.held_s)

    def _on_pause(self, paused: bool) -> None:
        if self._feed is not None:
            self._feed.hold() if paused else self._feed.go_on()

    def _on_follow(self, follows: bool) -> None:
        self._follows = follows
        if follows and self.view is not None:
            self.view.player.pause()

    def _on_taken_over(self) -> None:
        if self.strip is not None:
            self.strip.follow.setChecked(False)

    def _on_end(self, how: str, summary: AnalysisSummary) -> None:
        text = (
            f"{how}: {summary.frames_analysed} pictures analysed, {summary.frames_with_faces} with faces, "
            f"in {clock(summary.elapsed_s)}."
        )
        written = ", ".join(path.name for path in summary.outputs)
        saved = f"Saved as {written}." if written else "Nothing was saved."
        self._end(" ".join((text, saved, *summary.warnings)))

    def _on_error(self, error: Exception) -> None:
        from fer_desktop.core.analysis.loop import IncompleteAnalysisError

        if isinstance(error, IncompleteAnalysisError):
            self._end(f"The analysis failed. {error} The results so far are kept.", problem=True)
            return
        self._finish()
        if self.view is not None:
            self.view.player.close_recording()
        self._say("file-broken", "The analysis failed", str(error))
        self.ended.emit(f"The analysis failed. {error}", None)

    def _end(self, text: str, *, problem: bool = False) -> None:
        self._finish()
        if problem:
            self.banner.set_message(Message("warning", text, "", (self._dismiss,)))
        self.ended.emit(text, None if self.path is None else self.path.parent)

    def _finish(self) -> None:
        self._take_timer.stop()
        if self._feed is not None and self.view is not None:
            self.view.document.extend(self._feed.take()[0], at_once=True)
            self.view.document.reload()
        self._job = self._feed = None
        self._follows = False
        if self.strip is not None:
            self._column.removeWidget(self.strip)
            self.strip.deleteLater()
            self.strip = None

    # Stored results.

    def _on_loaded(self, loaded: tuple[StoredAnalysis, Path | None]) -> None:
        stored, recording = loaded
        self._show(stored, recording)
        if recording is None:
            self._tell_missing(stored)
        elif stored.facts.get("state") == "running":
            text = "This analysis was interrupted. The results up to that point are here."
            self.banner.set_message(Message("info", text, "", (self._dismiss,)))

    def _show(self, stored: StoredAnalysis, recording: Path | None) -> None:
        document = AnalysisDocument(stored, self)
        self.view = view = AnalysisView(document)
        view.said.connect(self.said)
        view.taken_over.connect(self._on_taken_over)
        view.player.failed.connect(self._on_player_failed)
        view.actions_.export.triggered.connect(self._show_export)
        view.player.set_style(self._style)
        self._column.addWidget(view, 1)
        self._pages.setCurrentWidget(self._work)
        if recording is not None:
            view.player.open(recording)
        view.setFocus()

    def _on_player_failed(self, text: str) -> None:
        self.banner.set_message(Message("file-broken", text, "", (self._find, self._dismiss)))

    def _tell_missing(self, stored: StoredAnalysis) -> None:
        where = stored.facts["source"]["path"] or stored.name
        self.banner.set_message(
            Message(
                "file-broken",
                f"The recording is no longer at {where}",
                "The results are here. To see the pictures, find the file.",
                (self._find, self._dismiss),
            )
        )

    def _find_recording(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Find the recording", str(self.path or ""), OPEN_FILTER)
        if chosen:
            self.relink(Path(chosen))

    def relink(self, recording: Path) -> None:
        """Uses a recording that has moved. Refuses a file that is not the analysed recording."""
        if self.view is None or self.path is None:
            return
        facts = self.view.document.stored.facts["source"]
        if not is_same(facts, recording):
            self.said.emit(f"{recording.name} is not the recording that was analysed. Choose another file.")
            return
        self.banner.set_message(None)
        self.view.player.open(recording)
        try:
            with ResultFile.open(self.path) as file:
                file.set_facts({"source": {**facts, "path": str(recording.resolve()), "relative_path": None}})
        except FerDesktopError as error:
            self.said.emit(str(error))
        self.view.document.reload()

    def _show_export(self) -> None:
        if self.view is None:
            return
        if self._export is None:
            self._export = ExportDialog(self._jobs, self.view.document, self)
            self._export.ended.connect(self.ended)
        self._export.open()

    def _say(self, icon: str, title: str, text: str = "") -> None:
        self.message_page.set_message(Message(icon, title, text))
        self._pages.setCurrentWidget(self.message_page)


def _load(path: Path) -> tuple[StoredAnalysis, Path | None]:
    stored = StoredAnalysis.load(path)
    return stored, stored.source_path()


def _facts_before(input: Path) -> dict[str, object]:
    """Returns the facts of a recording before it is open."""
    return {"name": input.name, "path": str(input), "duration_s": None, "kind": "video"}
