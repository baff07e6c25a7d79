"""The head of a run's page: name, state, progress and actions."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from fer_desktop.core.training import RunHistory
from fer_desktop.ui.common import ActionButtons, theme
from fer_desktop.ui.training.run_phase import RunPhase
from fer_desktop.ui.training.words import duration


class RunStrip(QWidget):
    """Emits the requests of its buttons. log_line: the last log line of a trainer that is starting."""

    paused = Signal()
    continued = Signal()
    stopped = Signal()
    discarded = Signal()
    resumed = Signal()
    used = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log_line = ""
        self.phase = RunPhase.LOADING
        self.title = QLabel(title)
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        self.title.setFont(font)
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the run")
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        self.figures.setTextFormat(Qt.TextFormat.PlainText)
        self.pause = self._action("&Pause", "Pause the training. Nothing is lost.", self.paused)
        self.go_on = self._action("&Continue", "Continue the training", self.continued)
        self.stop = self._action(
            "&Stop and keep", "Write a checkpoint and end. The run can be resumed.", self.stopped
        )
        self.discard = self._action(
            "Stop and &discard…", "End the run and move its folder to the trash", self.discarded
        )
        self.resume = self._action("&Resume", "Continue from the last checkpoint", self.resumed)
        self.use = self._action("&Use in live view", "Use the model of this run in the live view", self.used)
        self.pause.triggered.connect(lambda: self.pause.setEnabled(False))  # until the trainer has done it
        self.go_on.triggered.connect(lambda: self.go_on.setEnabled(False))
        self._actions: tuple[QAction, ...] = ()
        self.buttons = ActionButtons()
        head = QHBoxLayout()
        head.setSpacing(2 * theme.GRID)
        head.addWidget(self.title, 1)
        head.addWidget(self.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(head)
        for widget in (self.bar, self.figures, self.buttons):
            column.addWidget(widget)
        self.set_phase(RunPhase.LOADING)

    def set_title(self, title: str) -> None:
        self.title.setText(title)

    def set_phase(self, phase: RunPhase, *, in_background: bool = False) -> None:
        """Shows a phase. Keeps the buttons if the actions are the same, so that they keep the focus."""
        if phase is not self.phase:
            self.pause.setEnabled(True)
            self.go_on.setEnabled(True)
        self.phase = phase
        self.state.setText(f"{phase.value} (in the background)" if in_background else phase.value)
        self.state.setAccessibleName(f"State: {self.state.text()}")
        ends = phase not in (RunPhase.STARTING, RunPhase.RUNNING, RunPhase.PAUSED)
        self.discard.setText("Move to the &trash…" if ends else "Stop and &discard…")
        actions: dict[RunPhase, tuple[QAction, ...]] = {
            RunPhase.STARTING: (self.stop, self.discard),
            RunPhase.RUNNING: (self.pause, self.stop, self.discard),
            RunPhase.PAUSED: (self.go_on, self.stop, self.discard),
            RunPhase.STOPPED: (self.resume, self.discard),
            RunPhase.COMPLETED: (self.use, self.discard),
            RunPhase.FAILED: (self.resume, self.discard),
            RunPhase.INTERRUPTED: (self.resume, self.discard),
        }
        wanted = actions.get(phase, ())
        if wanted != self._actions:
            self._actions = wanted
            self.buttons.set_actions(wanted)

    def show_progress(self, history: RunHistory) -> None:
        self.bar.setRange(0, 0 if self.phase.is_busy else 1000)
        if not self.phase.is_busy:
            self.bar.setValue(round(1000 * history.fraction))
        starts = self.phase is RunPhase.STARTING and self.log_line
        self.figures.setText(self.log_line if starts else figures_text(history, self.phase))

    def _action(self, text: str, tip: str, signal: object) -> QAction:
        action = QAction(text, self)
        action.setToolTip(tip)
        action.triggered.connect(lambda: signal.emit())  # type: ignore[attr-defined]
        return action


def figures_text(history: RunHistory, phase: RunPhase) -> str:
    """Returns progress, rate and time in words, and the best epoch if there is one."""
    parts = []
    step = history.last_step
    if history.total_epochs:
        epoch = step.epoch if step is not None else len(history.epochs) + 1
        epoch = min(max(epoch, 1), history.total_epochs)
        parts.append(f"Epoch {epoch} of {history.total_epochs}")
    if history.total_steps:
        parts.append(f"step {history.step:,} of {history.total_steps:,}")
    if step is not None and phase is RunPhase.RUNNING:
        if math.isfinite(step.images_per_s):
            parts.append(f"{step.images_per_s:,.0f} images/s")
        parts.append(f"{duration(step.seconds_left)} left")
    if history.trained_s:
        parts.append(f"{duration(history.trained_s)} of training")
    best = history.best_epoch
    if best is not None:
        parts.append(f"best accuracy {best.accuracy:.1%} (epoch {best.epoch})")
    return " · ".join(parts)
