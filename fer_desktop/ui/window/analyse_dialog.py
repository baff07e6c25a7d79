"""The dialog that starts the analysis of a file. The analysis runs in a tab."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.common import ReadingArea, theme
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window.analyse_form import AnalyseForm


class AnalyseDialog(QDialog):
    """start_requested(AnalysisRequest, PipelineSettings)."""

    start_requested = Signal(object, object)

    def __init__(self, settings: Settings, paths: Paths, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Analyse a file")
        self.form = AnalyseForm(settings, paths)
        self.form.changed.connect(self._update_buttons)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = buttons.addButton("&Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setDefault(True)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        buttons.accepted.connect(self._start)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(2 * theme.GRID)
        layout.addWidget(ReadingArea(self.form), 1)
        layout.addWidget(buttons)
        self._update_buttons()

    def offer(self, input_path: Path | None, pipeline: PipelineSettings) -> None:
        """Fills in a file and the settings in use."""
        self.form.offer(input_path, pipeline)
        self._update_buttons()

    def _start(self) -> None:
        request, pipeline = self.form.request(), self.form.pipeline()
        if request is not None and pipeline is not None:
            self._settings.analysis_folder = request.output
            self.start_requested.emit(request, pipeline)
            self.accept()

    def _update_buttons(self) -> None:
        self.start.setEnabled(self.form.request() is not None)
