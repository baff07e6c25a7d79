"""Analyses a whole file in the background, while the window stays usable."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui import theme
from fer_desktop.ui.analyse_form import AnalyseForm, AnalysisOptions
from fer_desktop.ui.formats import clock
from fer_desktop.ui.jobs import Job, JobRunner
from fer_desktop.ui.reading import ReadingArea, paragraph
from fer_desktop.ui.settings import Settings

if TYPE_CHECKING:
    from fer_desktop.core.analysis import AnalysisSummary, Progress


def run(options: AnalysisOptions, settings: PipelineSettings, job: Job) -> AnalysisSummary:
    """The analysis itself; runs on the job's thread."""
    from fer_desktop.core.analysis import run_analysis

    return run_analysis(
        options.input,
        options.output,
        settings,
        video=options.video,
        every=options.every,
        start_s=options.start_s,
        end_s=options.end_s,
        blur=options.blur,
        overwrite=options.overwrite,
        on_progress=job.report,
        should_stop=job.should_stop,
    )


class AnalyseDialog(QDialog):
    """What to analyse and where to, how far it is, where the result is. Closing it does not end the analysis.

    ended(text, folder or None): said when an analysis has ended, however it did.
    """

    ended = Signal(str, object)

    def __init__(self, jobs: JobRunner, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._settings = settings
        self._pipeline: PipelineSettings | None = None
        self._job: Job | None = None
        self._folder: Path | None = None
        self.setWindowTitle("Analyse a file")

        self.form = AnalyseForm(settings)
        self.form.changed.connect(self._update_buttons)
        self.progress = QProgressBar()
        keeps_place = self.progress.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(keeps_place)
        self.status = paragraph("")
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.status.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.start = QPushButton("&Start")
        self.start.clicked.connect(self._start)
        self.cancel = QPushButton("&Cancel")
        self.cancel.clicked.connect(self._cancel)
        self.open_folder = QPushButton("&Open folder")
        self.open_folder.clicked.connect(self._open_folder)
        self.close_button = QPushButton("Cl&ose")
        self.close_button.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_folder)
        buttons.addStretch(1)
        for button in (self.cancel, self.close_button, self.start):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(2 * theme.GRID)
        layout.addWidget(ReadingArea(self.form), 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addLayout(buttons)
        self.progress.hide()
        self._update_buttons()

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def offer(self, input_path: Path | None, pipeline: PipelineSettings) -> None:
        """Prepares an analysis of this file, unless one is running."""
        if self.is_running:
            return
        self._pipeline = pipeline
        self.form.offer(input_path)
        self._folder = None
        self.status.setText("")
        self.progress.hide()
        self._update_buttons()

    def _start(self) -> None:
        options = self.form.options()
        if options is None or self._pipeline is None:
            return
        self._settings.analysis_folder = options.output
        self._folder = None
        self.progress.setRange(0, 0)
        self.progress.show()
        self.status.setText("Loading the model…")
        self._job = self._jobs.start(
            functools.partial(run, options, self._pipeline),
            name=f"analysis of {options.input.name}",
            on_progress=self._on_progress,
            on_success=functools.partial(self._on_end, "Finished"),
            on_cancelled=functools.partial(self._on_end, "Cancelled"),
            on_error=self._on_error,
        )
        self._update_buttons()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.cancel.setEnabled(False)
            self.status.setText("Finishing the files…")

    def _on_progress(self, progress: Progress) -> None:
        if self._job is None or self._job.should_stop():
            return
        if progress.fraction is not None:
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(progress.fraction * 1000))
        self.status.setText(progress_text(progress))

    def _on_end(self, how: str, summary: AnalysisSummary) -> None:
        written = ", ".join(path.name for path in summary.outputs)
        text = (
            f"{how}: {summary.frames_analysed} pictures analysed, {summary.frames_with_faces} with faces, "
            f"in {clock(summary.elapsed_s)}. "
        )
        text += f"Written: {written}." if written else "Nothing was written."
        self._end(" ".join((text, *summary.warnings)), summary.outputs[0].parent if summary.outputs else None)

    def _on_error(self, error: Exception) -> None:
        from fer_desktop.core.analysis import IncompleteAnalysisError

        text = str(error)
        outputs: tuple[Path, ...] = ()
        if isinstance(error, IncompleteAnalysisError):
            outputs = error.summary.outputs
            text += " What was analysed before is kept."
        self._end(f"The analysis failed. {text}", outputs[0].parent if outputs else None)

    def _end(self, text: str, folder: Path | None) -> None:
        self._job = None
        self._folder = folder
        self.progress.hide()
        self.status.setText(text)
        self._update_buttons()
        self.ended.emit(text, folder)

    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _update_buttons(self) -> None:
        self.form.setEnabled(not self.is_running)
        self.start.setEnabled(not self.is_running and self.form.options() is not None)
        self.start.setDefault(True)
        self.cancel.setVisible(self.is_running)
        self.cancel.setEnabled(self.is_running)
        self.open_folder.setVisible(self._folder is not None)


def progress_text(progress: Progress) -> str:
    """How many pictures, how fast, how long it still takes."""
    parts = [f"{progress.frames_analysed} pictures"]
    if progress.elapsed_s > 0:
        parts.append(f"{progress.frames_analysed / progress.elapsed_s:.1f} a second")
    if progress.fraction:
        parts.append(f"{clock(progress.elapsed_s / progress.fraction * (1 - progress.fraction))} left")
    return " · ".join(parts)
