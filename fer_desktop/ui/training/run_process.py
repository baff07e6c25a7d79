"""The training process of this window, and the start of a process in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from fer_desktop.core.training import Failed, Finished, MessageReader, RunFolder, RunInfo, RunMessage, Word
from fer_desktop.ui.training.command import TRAINER, environment, error_line
from fer_desktop.ui.training.log_tail import last_lines

STOP_PATIENCE_S = 30.0
"""The time that a stop may take. Then the user may end the trainer at once."""

Program = tuple[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a trainer ended. text: why it failed. log: its last lines if it failed."""

    kind: Literal["completed", "stopped", "failed", "crashed", "killed"]
    text: str = ""
    log: str = ""


class RunProcess(QObject):
    """A trainer whose stdin this program holds. It stops with a checkpoint if this program ends.

    spoke(list of RunMessage). stop_is_slow(): it still works after a stop. ended(RunOutcome): once.
    """

    spoke = Signal(list)
    stop_is_slow = Signal()
    ended = Signal(object)

    def __init__(
        self,
        run: RunFolder,
        parent: QObject | None = None,
        *,
        program: Program = TRAINER,
        patience_s: float = STOP_PATIENCE_S,
    ) -> None:
        super().__init__(parent)
        self._run = run
        self._program = program
        self._reader = MessageReader()
        self._end: Finished | Failed | None = None
        self._is_killed = False
        self._process: QProcess | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(round(patience_s * 1000))
        self._patience.timeout.connect(self.stop_is_slow)

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self, info: RunInfo) -> None:
        """Starts the trainer. Only once. The run's folder must contain config.json."""
        assert self._process is None
        process = QProcess(self)
        _prepare(process, self._run, self._program, [*arguments(self._run, info), "--stop-with-stdin"])
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail_to_start)
        self._process = process
        process.start()

    def say(self, word: Word) -> None:
        if self._process is not None:
            self._process.write(f"{word}\n".encode("ascii"))
            if word == "stop":
                self._patience.start()

    def kill(self) -> None:
        """Ends the trainer at once. Its last checkpoint is kept."""
        if self._process is not None:
            self._is_killed = True
            self._process.kill()

    def end(self) -> None:
        """Kills the trainer and waits. Nothing is emitted afterwards."""
        self.blockSignals(True)
        self.kill()
        self.wait(2.0)

    def wait(self, timeout_s: float) -> bool:
        """Blocks until the trainer has ended and `ended` was emitted. Returns False on a timeout."""
        if self._process is not None:
            self._process.waitForFinished(round(timeout_s * 1000))
        return self._process is None

    def _read(self) -> None:
        if self._process is None:
            return
        items = self._reader.feed(bytes(self._process.readAllStandardOutput().data()))
        messages: list[RunMessage] = [item for item in items if not isinstance(item, str)]
        for message in messages:
            if isinstance(message, Finished | Failed):
                self._end = message
        if messages:
            self.spoke.emit(messages)

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._close()
        if self._is_killed and not isinstance(self._end, Finished):
            self.ended.emit(RunOutcome("killed"))
        elif self._end is not None:
            self.ended.emit(outcome_of(self._end, self._run))
        elif status is QProcess.ExitStatus.CrashExit:
            self.ended.emit(crash(self._run, "The trainer was killed or crashed."))
        else:
            self.ended.emit(
                crash(self._run, f"The trainer ended with code {code} before the run was finished.")
            )

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            reason = self._process.errorString()
            self._close()
            self.ended.emit(RunOutcome("failed", f"The trainer cannot be started ({reason})."))

    def _close(self) -> None:
        self._patience.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None


def start_detached(run: RunFolder, info: RunInfo, *, program: Program = TRAINER) -> bool:
    """Starts a trainer that outlives this program and obeys `RunFolder.say`. Returns False on failure."""
    process = QProcess()
    _prepare(process, run, program, arguments(run, info))
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(QProcess.nullDevice())  # its messages are in messages.jsonl, too
    started = process.startDetached()
    return bool(started[0] if isinstance(started, tuple) else started)


def arguments(run: RunFolder, info: RunInfo) -> list[str]:
    votes = ["--votes", info.votes] if info.votes else []
    places = ["--config", str(run.path / "config.json"), "--output", str(run.path)]
    return ["train", "--data", info.data, *votes, *places, "--low-priority"]


def outcome_of(end: Finished | Failed, run: RunFolder) -> RunOutcome:
    if isinstance(end, Finished):
        return RunOutcome(end.outcome)
    return RunOutcome("failed", end.message, last_lines(run.log_file))


def crash(run: RunFolder, text: str) -> RunOutcome:
    """Returns the outcome of a crash, with the trainer's last message if there is one."""
    log = last_lines(run.log_file)
    said = error_line(log)
    return RunOutcome("crashed", f"{text} Its last message: {said}" if said else text, log)


def _prepare(process: QProcess, run: RunFolder, program: Program, words: Sequence[str]) -> None:
    process.setProgram(program[0])
    process.setArguments([*program[1], *words])
    process.setProcessEnvironment(environment())
    process.setStandardErrorFile(str(run.log_file), QProcess.OpenModeFlag.Append)
