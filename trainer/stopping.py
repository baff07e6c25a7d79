"""Asking a run to stop: a line ``stop`` on stdin, Ctrl-C, or SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import TextIO


class StopRequest:
    """Becomes true once a stop was asked for; called by the run between two steps.

    The end of stdin asks for nothing, so a run without a terminal goes on, also as a job in the background of
    one. A second Ctrl-C interrupts.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._asked = threading.Event()
        self._stream = stream
        self._handlers: dict[int, object] = {}

    def __call__(self) -> bool:
        return self._asked.is_set()

    def __enter__(self) -> StopRequest:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._on_signal)
        if sys.platform != "win32":  # reading a terminal from the background would stop the process
            self._handlers[signal.SIGTTIN] = signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        if self._stream is not None:
            threading.Thread(target=self._listen, name="stop-listener", daemon=True).start()
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
                if line.strip() == "stop":
                    self._asked.set()
                    return

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._asked.set()
