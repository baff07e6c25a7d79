"""The tab of one run: its state, its results and its actions."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from fer_desktop.core.training import Epoch, RunFolder, RunHistory, RunMessage
from fer_desktop.ui.common import Banner, JobRunner, Message, make_action, theme
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.log_tail import LogTail
from fer_desktop.ui.training.run_problem import Problem
from fer_desktop.ui.training.run_process import Program
from fer_desktop.ui.training.run_session import RunSession
from fer_desktop.ui.training.run_strip import RunStrip
from fer_desktop.ui.training.run_views import RunViews

REFRESH_MS = 250
DISCARD = "Move this run to the trash? Its checkpoints and its model go with it."


class RunPage(QWidget):
    """ended(text): the run was finished, stopped or interrupted. said(text, folder or None).

    use_requested(card). runs_changed(): it was started, ended or discarded. discarded(): it is in the trash.
    """

    ended = Signal(str)
    said = Signal(str, object)
    use_requested = Signal(Path)
    runs_changed = Signal()
    discarded = Signal()

    def __init__(
        self, run: RunFolder, jobs: JobRunner, parent: QWidget | None = None, *, program: Program = TRAINER
    ) -> None:
        super().__init__(parent)
        self.run = run
        self.session = RunSession(run, jobs, self, program=program)
        self._log = LogTail(run.log_file)
        self._is_stale = True
        self.strip = RunStrip(self.title)
        self.banner = Banner()
        self.views = RunViews(run, jobs)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        for widget in (self.strip, self.banner):
            column.addWidget(widget)
        column.addWidget(self.views, 1)

        self._show_log = make_action(self, "Show the &log", self.views.show_log)
        self._dismiss = make_action(self, "Dismiss", lambda: self.banner.set_message(None))
        self._end_now = make_action(self, "&End it now", self.session.kill)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._look)
        self._connect()

    @property
    def title(self) -> str:
        return self.session.title

    @property
    def history(self) -> RunHistory:
        return self.session.history

    @property
    def is_running(self) -> bool:
        """Whether a trainer works on the run, or is being started."""
        return self.session.is_running

    @property
    def is_attached_process(self) -> bool:
        """Whether its trainer would end with this program."""
        return self.session.is_own

    # What the window asks for.

    def start(self) -> None:
        """Starts the run or resumes it. Follows it if a trainer already works on it."""
        self.session.start()

    def attach(self) -> None:
        """Shows the run, and follows it if a trainer works on it."""
        self.session.attach()

    def stop_and_keep(self) -> None:
        """Stops the run with a checkpoint. Emits `ended` at its end."""
        self.session.stop_and_keep()

    def go_on_in_background(self) -> None:
        """Stops the window's process and starts one that needs no window."""
        self.session.go_on_in_background()

    def finish_closing(self, timeout_s: float) -> bool:
        """See `RunSession.finish_closing`."""
        return self.session.finish_closing(timeout_s)

    def end(self) -> None:
        """Kills the window's process. One in the background continues. Nothing is emitted afterwards."""
        self._timer.stop()
        self.session.end()

    def begin_shutdown(self) -> list[threading.Thread]:
        """Does the same as `end`. The job runner ends a read."""
        self.end()
        return []

    # What the user asks for.

    def _discard(self) -> None:
        answer = QMessageBox.question(
            self,
            self.window().windowTitle(),
            DISCARD,
            QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        if answer is QMessageBox.StandardButton.Discard:
            self.session.discard()

    def _use(self) -> None:
        card = Path(self.history.card) if self.history.card else self.run.card_file
        if card is not None and card.is_file():
            self.use_requested.emit(card)
        else:
            self._show_problem(Problem("The model was not found", f"{card or self.run.path}: no card."))

    # What is shown.

    def _connect(self) -> None:
        session = self.session
        for signal, slot in (
            (self.strip.paused, lambda: session.say("pause")),
            (self.strip.continued, lambda: session.say("continue")),
            (self.strip.stopped, session.stop_and_keep),
            (self.strip.discarded, self._discard),
            (self.strip.resumed, session.start),
            (self.strip.used, self._use),
            (session.phase_changed, self._on_phase),
            (session.spoke, self._on_spoke),
            (session.found, self._show_problem),
            (session.ended, self.ended),
            (session.said, self.said),
            (session.runs_changed, self.runs_changed),
            (session.discarded, self.discarded),
            (self.views.currentChanged, self._refresh),
        ):
            signal.connect(slot)

    def _on_phase(self) -> None:
        self.strip.set_title(self.title)
        self.strip.set_phase(self.session.phase, in_background=self.session.is_in_background)
        self._look()
        self._refresh()
        if self.session.is_running:
            self._timer.start()
        else:
            self._timer.stop()

    def _on_spoke(self, messages: list[RunMessage]) -> None:
        self._is_stale = True
        self.views.curves.expect()
        if any(isinstance(message, Epoch) for message in messages):
            self.views.expect_worst()

    def _show_problem(self, problem: Problem | None) -> None:
        if problem is None:
            self.banner.set_message(None)
            return
        first = self._end_now if problem.can_kill else self._show_log
        self.banner.set_message(Message("warning", problem.title, problem.text, (first, self._dismiss)))

    def _look(self) -> None:
        """Updates what is visible. Other views are drawn when they are shown."""
        lines = self._log.read()
        self.views.log.add_lines(lines)
        if lines:
            self.strip.log_line = lines[-1]
        if self._is_stale or lines or self.views.is_behind:
            self._refresh(at_once=False)

    def _refresh(self, _: object = None, *, at_once: bool = True) -> None:
        if self.isVisible():
            self._is_stale = False
            self.strip.show_progress(self.history)
            self.views.show_run(self.session.info, self.history, at_once=at_once)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()
