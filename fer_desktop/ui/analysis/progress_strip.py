"""The progress of a running analysis, with buttons to pause and cancel it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from fer_desktop.core.analysis import AnalysisProgress
from fer_desktop.ui.common import clock, theme


class ProgressStrip(QWidget):
    """pause_toggled(whether it is to pause), follow_toggled(whether the picture follows), cancelled()."""

    pause_toggled = Signal(bool)
    follow_toggled = Signal(bool)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the analysis")
        self.text = QLabel("Loading the model…")
        self.follow = _button("&Follow", "Show the pictures while they are analysed")
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.follow.toggled.connect(self.follow_toggled)
        self.pause = _button("&Pause", "Pause the analysis")
        self.pause.setCheckable(True)
        self.pause.toggled.connect(self._on_pause)
        self.cancel = _button("&Cancel", "Stop the analysis and keep the results so far")
        self.cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.bar, 1)
        row.addWidget(self.text)
        for button in (self.follow, self.pause, self.cancel):
            row.addWidget(button)

    def show_progress(self, progress: AnalysisProgress, held_s: float) -> None:
        """Shows the progress. held_s: total time of the pauses."""
        if not self.cancel.isEnabled():
            return
        if progress.fraction is not None:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(progress.fraction * 1000))
        self.text.setText(progress_text(progress, held_s))

    def _on_pause(self, paused: bool) -> None:
        self.pause.setText("&Continue" if paused else "&Pause")
        self.pause_toggled.emit(paused)

    def _on_cancel(self) -> None:
        for button in (self.cancel, self.pause, self.follow):
            button.setEnabled(False)
        self.text.setText("Finishing the files…")
        self.cancelled.emit()


def progress_text(progress: AnalysisProgress, held_s: float = 0.0) -> str:
    """Returns pictures, rate and time left in words."""
    active_s = progress.elapsed_s - held_s
    parts = [f"{progress.frames_analysed} pictures"]
    if active_s > 0:
        parts.append(f"{progress.frames_analysed / active_s:.0f} per second")
    if progress.fraction and active_s > 0:
        parts.append(f"{clock(active_s / progress.fraction * (1 - progress.fraction))} left")
    return " · ".join(parts)


def _button(text: str, help_text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setToolTip(help_text)
    return button
