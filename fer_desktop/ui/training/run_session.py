"""The life of a run in the window: start, control, end, discard. It uses no widgets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from PySide6.QtCore import QObject, Signal

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.training import (
    Continued,
    MessageReader,
    Paused,
    RunError,
    RunFolder,
    RunHistory,
    RunInfo,
    RunMessage,
    RunStarted,
    Step,
    Word,
)
from fer_desktop.ui.common import Job, JobRunner
from fer_desktop.ui.training.attached_run import START_PATIENCE_S, AttachedRun
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.run_loading import LoadedRun, load, load_to_start, move_to_trash
from fer_desktop.ui.training.run_phase import OF_STATE, RunPhase
from fer_desktop.ui.training.run_problem import Problem, end_in_words, failure, slow_stop
from fer_desktop.ui.training.run_process import Program, RunOutcome, RunProcess, start_detached

log = logging.getLogger(__name__)

END_TO_END_S = 5.0
"""The time in which a killed process ends."""


class RunSession(QObject):
    """phase_changed(). spoke(list of RunMessage): already in the history. found(Problem or None).

    ended(text), said(text, folder or None), runs_changed, discarded: see `RunPage`.
    """

    phase_changed = Signal()
    spoke = Signal(list)
    found = Signal(object)
    ended = Signal(str)
    said = Signal(str, object)
    runs_changed = Signal()
    discarded = Signal()

    def __init__(
        self, run: RunFolder, jobs: JobRunner, parent: QObject | None = None, *, program: Program = TRAINER
    ) -> None:
        super().__init__(parent)
        self.run = run
        self.info: RunInfo | None = None
        self.history = RunHistory()
        self.phase = RunPhase.LOADING
        self._jobs = jobs
        self._program = program
        self._runner: RunProcess | AttachedRun | None = None
        self._starts = False
        self._reading = threading.Lock()
        self._then: Literal["", "background", "discard"] = ""
        with suppress(RunError):  # said when it is opened
            self.info = run.read_info()

    @property
    def title(self) -> str:
        return self.info.title if self.info is not None and self.info.title else self.run.path.name

    @property
    def is_running(self) -> bool:
        """Whether a trainer works on the run, or is being started."""
        return self._starts or self._runner is not None

    @property
    def is_own(self) -> bool:
        """Whether its trainer would end with this program."""
        return self._starts or isinstance(self._runner, RunProcess)

    @property
    def _has_checkpoint(self) -> bool:
        return self.run.checkpoint_file.exists()

    @property
    def is_in_background(self) -> bool:
        return isinstance(self._runner, AttachedRun)

    # What the window asks for.

    def start(self) -> None:
        """Starts the run or resumes it. Follows it if a trainer already works on it."""
        if not self.is_running:
            self._starts = True
            self._load(load_to_start)

    def attach(self) -> None:
        """Reads the run, and follows it if a trainer works on it."""
        if not self.is_running:
            self._load(load)

    def say(self, word: Word) -> None:
        if self._runner is None:
            return
        try:
            self._runner.say(word)
        except FerDesktopError as error:
            self.found.emit(Problem("The trainer cannot be reached", str(error)))

    def stop_and_keep(self) -> None:
        self._starts = False
        if self._runner is not None and self.phase is not RunPhase.STOPPING:
            self._set_phase(RunPhase.STOPPING)
            self.say("stop")

    def go_on_in_background(self) -> None:
        """Stops the window's process and starts one that needs no window."""
        if self.is_own:
            self._then = "background"
            if self._runner is not None:
                self.stop_and_keep()

    def kill(self) -> None:
        """Kills the window's process. The last checkpoint is kept."""
        self.found.emit(None)
        if isinstance(self._runner, RunProcess):
            self._runner.kill()

    def discard(self) -> None:
        """Ends the run and moves its folder to the trash."""
        self._then = "discard"
        if isinstance(self._runner, RunProcess):
            self._set_phase(RunPhase.DISCARDING)
            self._runner.kill()
        elif self._runner is not None:
            self.stop_and_keep()
        else:
            self._move_to_trash()

    def finish_closing(self, timeout_s: float) -> bool:
        """Waits until the window's process has stopped, and starts one in the background if requested.

        Needs no event loop. Returns False if the process was killed, which keeps its last checkpoint, or if
        the one in the background cannot be started.
        """
        if self._starts and self._then == "background":
            return self._start_without_us()
        runner = self._runner
        if not isinstance(runner, RunProcess):
            return True
        self.stop_and_keep()
        in_time = runner.wait(timeout_s)
        if not in_time:
            runner.kill()
            runner.wait(END_TO_END_S)
        return in_time

    def _start_without_us(self) -> bool:
        """Starts the process in the background without the event loop."""
        self._starts = False
        try:
            with self._reading:
                loaded = load_to_start(self.run)
        except FerDesktopError as error:
            log.error("%s does not go on in the background: %s", self.title, error)
            return False
        return loaded.is_alive or start_detached(self.run, loaded.info, program=self._program)

    def end(self) -> None:
        """Kills the window's process. One in the background continues. Nothing is emitted afterwards."""
        runner, self._runner, self._starts = self._runner, None, False
        if isinstance(runner, RunProcess):
            runner.end()
        elif runner is not None:
            runner.leave()

    # The start.

    def _load(self, read: Callable[[RunFolder], LoadedRun]) -> None:
        self.found.emit(None)
        self._set_phase(RunPhase.LOADING)

        def work(job: Job) -> LoadedRun:
            with self._reading:
                return read(self.run)

        self._jobs.start(
            work,
            name=f"opening the run {self.run.path.name}",
            on_success=self._on_loaded,
            on_error=self._on_load_error,
            owner=self,
        )

    def _on_load_error(self, error: Exception) -> None:
        self._starts = False
        self._set_phase(RunPhase.INTERRUPTED)
        self.found.emit(Problem("The run cannot be opened", str(error)))

    def _on_loaded(self, loaded: LoadedRun) -> None:
        self.info, self.history = loaded.info, loaded.history
        starts, self._starts = self._starts, False
        if loaded.is_alive:
            self._follow(AttachedRun(self.run, loaded.reader, loaded.offset, self.history.end, self))
            if self.history.started is not None and self.history.end is None:
                self._set_phase(OF_STATE[self.history.state(is_alive=True)])
        elif starts and self._then == "background":
            self._start_in_background()
        elif starts:
            process = RunProcess(self.run, self, program=self._program)
            self._follow(process)
            process.start(loaded.info)
        else:
            self._set_phase(OF_STATE[self.history.state(is_alive=False)])
            if self.history.failure:
                self.found.emit(failure(self.history.failure, has_checkpoint=self._has_checkpoint))

    def _follow(self, runner: RunProcess | AttachedRun) -> None:
        self._runner = runner
        runner.spoke.connect(self._on_spoke)
        runner.stop_is_slow.connect(self._on_slow)
        runner.ended.connect(self._on_ended)
        self._set_phase(RunPhase.STARTING)
        self.runs_changed.emit()

    def _start_in_background(self) -> None:
        self._then = ""
        if self.info is None or not start_detached(self.run, self.info, program=self._program):
            self._set_phase(RunPhase.STOPPED)
            self.found.emit(Problem("The run did not continue in the background", "It cannot be started."))
            return
        # The window's own process has reported everything up to here.
        offset = self.run.messages_file.stat().st_size if self.run.messages_file.exists() else 0
        self._follow(
            AttachedRun(self.run, MessageReader(), offset, parent=self, start_patience_s=START_PATIENCE_S)
        )
        self.said.emit(f"{self.title} continues in the background.", None)

    # Messages of the trainer.

    def _on_spoke(self, messages: list[RunMessage]) -> None:
        phase = self.phase
        for message in messages:
            self.history.add(message)
            if isinstance(message, Paused):
                phase = RunPhase.PAUSED
            elif isinstance(message, RunStarted | Step | Continued):
                phase = RunPhase.RUNNING
        self.spoke.emit(messages)
        if self.phase not in (RunPhase.STOPPING, RunPhase.DISCARDING):
            self._set_phase(phase)

    def _on_slow(self) -> None:
        if self.phase is RunPhase.STOPPING:
            self.found.emit(slow_stop(can_kill=self.is_own))

    def _on_ended(self, outcome: RunOutcome) -> None:
        if self._runner is not None:
            self._runner.deleteLater()
            self._runner = None
        if self._then == "background" and outcome.kind in ("stopped", "killed"):
            self._start_in_background()
            return
        discards, self._then = self._then == "discard", ""
        self._set_phase(OF_STATE[outcome.kind])
        self.runs_changed.emit()
        if discards:
            self._move_to_trash()
            return
        text, problem = end_in_words(outcome, self.title, has_checkpoint=self._has_checkpoint)
        self.found.emit(problem)
        self.ended.emit(text)

    def _move_to_trash(self) -> None:
        before, self._then = self.phase, ""

        def fail(error: Exception) -> None:
            self._set_phase(before)
            self.found.emit(Problem("The run was not deleted", str(error)))

        def tell(_: object) -> None:
            self.said.emit(f"{self.title} is in the trash.", None)
            self.runs_changed.emit()
            self.discarded.emit()

        self._set_phase(RunPhase.DISCARDING)
        self._jobs.start(
            lambda job: move_to_trash(self.run.path),
            name=f"discarding the run {self.run.path.name}",
            on_success=tell,
            on_error=fail,
            owner=self,
        )

    def _set_phase(self, phase: RunPhase) -> None:
        if phase is not self.phase or phase is RunPhase.STARTING:
            self.phase = phase
            self.phase_changed.emit()
