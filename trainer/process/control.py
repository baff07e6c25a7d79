"""Requests to a run while it trains: by a line on stdin, a word in the run's folder, or a signal."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from enum import IntEnum
from types import FrameType, TracebackType
from typing import TextIO

from fer_desktop.core.training import RunFolder


class ControlRequest(IntEnum):
    """What a run is asked to do next. Of several requests the highest counts."""

    CONTINUE = 0
    PAUSE = 1
    STOP = 2


class StoppedError(Exception):
    """The run was asked to stop. step, seconds: how far it had come, and how long it had worked."""

    def __init__(self, step: int = 0, seconds: float = 0.0) -> None:
        super().__init__(f"stopped at step {step}")
        self.step, self.seconds = step, seconds


class RunControl:
    """Calling it returns the newest request. The run asks after each step.

    The words are stop, pause and continue. Ctrl-C and SIGTERM mean stop. A second Ctrl-C interrupts at once.
    The end of stdin means nothing, so that a run goes on without a terminal and in the background of one.
    With ``ends_with_stream`` it means stop, so that a run ends with the program that holds its stdin.
    """

    def __init__(
        self, stream: TextIO | None = None, run: RunFolder | None = None, *, ends_with_stream: bool = False
    ) -> None:
        self._stream = stream
        self._run = run
        self._ends_with_stream = ends_with_stream
        # Plain attributes: a signal handler may take no lock. A stop is never taken back.
        self._stops = False
        self._pauses = False
        self._handlers: dict[int, object] = {}

    def __call__(self) -> ControlRequest:
        if self._run is not None:
            self._hear(self._run.take_word())
        if self._stops:
            return ControlRequest.STOP
        return ControlRequest.PAUSE if self._pauses else ControlRequest.CONTINUE

    def __enter__(self) -> RunControl:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._on_signal)
        if sys.platform != "win32":  # reading a terminal from the background would stop the process
            self._handlers[signal.SIGTTIN] = signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        if self._stream is not None:
            threading.Thread(target=self._listen, name="run-control", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _listen(self) -> None:
        assert self._stream is not None
        with contextlib.suppress(OSError, ValueError):  # cannot be read, or is not text
            for line in self._stream:
                self._hear(line.strip())
        self._stops |= self._ends_with_stream

    def _hear(self, word: str | None) -> None:
        if word == "stop":
            self._stops = True
        elif word in ("pause", "continue"):
            self._pauses = word == "pause"

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stops and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._stops = True
