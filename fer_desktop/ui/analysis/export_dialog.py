"""The dialog that exports stored results to files."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGroupBox,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.results import StoredAnalysis
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.common import Job, JobRunner, fields, paragraph, theme

CHOICES: dict[str, str] = {
    "csv": "Table of every picture and face, CSV",
    "parquet": "Table of every picture and face, Parquet",
    "summary": "Summary of each person, CSV",
    "markers": "Markers, CSV",
    "elan": "Markers and episodes for ELAN",
    "praat": "Markers and episodes for Praat",
    "html": "Report with figures, HTML",
    "png": "Picture of the timeline, PNG",
    "svg": "Drawing of the timeline, SVG",
    "video": "Video with faces and emotions drawn in, MP4",
}
"""The kinds of export in the order of the dialog. The names are those of `exports.KINDS`."""

FIRST = ("csv", "summary", "html")


def run(
    stored: StoredAnalysis, folder: Path, kinds: tuple[str, ...], blur: bool, overwrite: bool, job: Job
) -> tuple[Path, ...]:
    """Runs the export. Called on the job's thread."""
    from fer_desktop.core.exports.run import export

    return export(
        stored,
        folder,
        kinds,
        blur=blur,
        overwrite=overwrite,
        on_progress=job.report,
        should_stop=job.should_stop,
    )


class ExportDialog(QDialog):
    """ended(text, folder or None): an export has succeeded, failed or been cancelled."""

    ended = Signal(str, object)

    def __init__(self, jobs: JobRunner, document: AnalysisDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._document = document
        self._job: Job | None = None
        self.setWindowTitle("Export")
        self.kinds = {name: QCheckBox(text) for name, text in CHOICES.items()}
        group = QGroupBox("What to export")
        column = QVBoxLayout(group)
        for name, box in self.kinds.items():
            box.setChecked(name in FIRST)
            box.toggled.connect(self._enable)
            column.addWidget(box)
        self.blur = QCheckBox("&Blur faces")
        self.overwrite = QCheckBox("&Replace existing files")
        self.folder = QLineEdit(str(document.stored.path.parent))
        self.folder.setAccessibleName("Folder")
        self.folder.textChanged.connect(self._enable)
        self.progress = QProgressBar()
        keeps_place = self.progress.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(keeps_place)
        self.progress.hide()
        self.status = paragraph("")
        self.status.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.start = buttons.addButton("&Export", QDialogButtonBox.ButtonRole.ActionRole)
        self.start.setDefault(True)
        self.start.clicked.connect(self._start)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(group)
        layout.addWidget(self.blur)
        layout.addWidget(self.overwrite)
        layout.addLayout(fields.row(self.folder, fields.button("F&older…", self._choose_folder)))
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addWidget(buttons)
        self._enable()

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.kinds.items() if box.isChecked())

    def _start(self) -> None:
        folder = Path(self.folder.text().strip())
        self.progress.setRange(0, 0)
        self.progress.show()
        self.status.setText("Exporting…")
        self._job = self._jobs.start(
            functools.partial(
                run,
                self._document.stored,
                folder,
                self.chosen,
                self.blur.isChecked(),
                self.overwrite.isChecked(),
            ),
            name="export",
            on_progress=self._on_progress,
            on_success=lambda paths: self._end(_written(paths), folder),
            on_cancelled=lambda paths: self._end(f"Cancelled. {_written(paths)}", folder),
            on_error=lambda error: self._end(f"The export failed. {error}", None),
            owner=self,
        )
        self._enable()

    def _on_progress(self, fraction: float) -> None:
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(fraction * 1000))

    def _end(self, text: str, folder: Path | None) -> None:
        self._job = None
        self.progress.hide()
        self.status.setText(text)
        self._enable()
        self.ended.emit(text, folder)

    def _enable(self) -> None:
        self.start.setEnabled(self._job is None and bool(self.chosen) and bool(self.folder.text().strip()))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the files", self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def reject(self) -> None:
        """Cancels a running export. Files that are already complete stay."""
        if self._job is not None:
            self._job.cancel()
        super().reject()


def _written(paths: tuple[Path, ...]) -> str:
    return "Written: " + ", ".join(path.name for path in paths) + "." if paths else "Nothing was written."
