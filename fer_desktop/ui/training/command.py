"""Short commands of the trainer, each in its own process: inspect, probe, evaluate, import, export."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from fer_desktop.core.training import MessageReader, Progress

TRAINER = (sys.executable, ("-m", "trainer"))
"""The program and its first arguments."""


def environment(threads: int | None = None) -> QProcessEnvironment:
    """Returns an environment with passive waits and all cores but one, so that the live view stays fluid."""
    values = QProcessEnvironment.systemEnvironment()
    values.insert("OMP_WAIT_POLICY", "PASSIVE")
    values.insert("OMP_NUM_THREADS", str(threads or max(1, (os.cpu_count() or 2) - 1)))
    values.insert("NO_ALBUMENTATIONS_UPDATE", "1")
    values.insert("PYTHONUNBUFFERED", "1")
    values.insert("PYTHONIOENCODING", "utf-8")
    return values


class TrainerCommand(QObject):
    """Runs one command at a time. At its end it emits one of succeeded, failed and cancelled.

    progressed(Progress). succeeded(dict): the JSON object of the last line. failed(str): a line for the user.
    """

    progressed = Signal(object)
    succeeded = Signal(object)  # not dict: a QVariantMap would sort its keys
    failed = Signal(str)
    cancelled = Signal()

    def __init__(
        self, parent: QObject | None = None, *, program: tuple[str, Sequence[str]] = TRAINER
    ) -> None:
        super().__init__(parent)
        self._program = program
        self._process: QProcess | None = None
        self._cancels = False

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self, arguments: Sequence[str]) -> None:
        """Starts a command. arguments: after ``python -m trainer``. No other command may be running."""
        assert self._process is None
        self._reader, self._last, self._cancels = MessageReader(), "", False
        process = QProcess(self)
        process.setProcessEnvironment(environment())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail_to_start)
        self._process = process
        process.start(self._program[0], [*self._program[1], *arguments])
        process.closeWriteChannel()

    def cancel(self) -> None:
        """Cancels the command. Nothing of it is kept."""
        if self._process is not None:
            self._cancels = True
            self._process.kill()

    def end(self) -> None:
        """Kills the command and waits. Nothing is emitted afterwards."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(2000)

    def _read(self) -> None:
        assert self._process is not None
        for item in self._reader.feed(bytes(self._process.readAllStandardOutput().data())):
            if isinstance(item, Progress):
                self.progressed.emit(item)
            elif isinstance(item, str):
                self._last = item

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        process = self._process
        assert process is not None
        self._read()
        said = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        self._process = None
        process.deleteLater()
        result = _object(self._last)
        if self._cancels:
            self.cancelled.emit()
        elif code == 0 and status is QProcess.ExitStatus.NormalExit and result is not None:
            self.succeeded.emit(result)
        else:
            self.failed.emit(error_line(said) or f"The trainer ended with code {code} and gave no reason.")

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error is not QProcess.ProcessError.FailedToStart or self._process is None:
            return
        reason = self._process.errorString()
        self._process.deleteLater()
        self._process = None
        self.failed.emit(f"The trainer cannot be started ({reason}).")


def error_line(stderr: str) -> str:
    """Returns the last error line of the trainer, without the word "error"."""
    lines = stderr.splitlines()
    own = [line for line in lines if line.startswith("error: ")] or lines[-1:]
    return own[-1].removeprefix("error: ") if own else ""


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
