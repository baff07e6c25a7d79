"""A run whose trainer is not a child of this window, followed through its folder."""

from __future__ import annotations

import logging
import time

from PySide6.QtCore import QObject, QTimer, Signal

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.training import Failed, Finished, MessageReader, RunFolder, RunMessage, Word
from fer_desktop.ui.training.run_process import STOP_PATIENCE_S, RunOutcome, crash, outcome_of

log = logging.getLogger(__name__)

LOOK_MS = 250
START_PATIENCE_S = 60.0
"""The time that a new trainer may take until it holds its lock."""


class AttachedRun(QObject):
    """Emits the signals of `RunProcess`. It cannot kill the trainer."""

    spoke = Signal(list)
    stop_is_slow = Signal()
    ended = Signal(object)

    def __init__(
        self,
        run: RunFolder,
        reader: MessageReader,
        offset: int,
        end: Finished | Failed | None = None,
        parent: QObject | None = None,
        *,
        start_patience_s: float = 0.0,
        patience_s: float = STOP_PATIENCE_S,
    ) -> None:
        """reader, offset, end: the state after reading the messages so far.

        start_patience_s: how long the trainer may be absent.
        """
        super().__init__(parent)
        self._run = run
        self._reader, self._offset, self._end = reader, offset, end
        self._absent_until = time.monotonic() + start_patience_s if start_patience_s else 0.0
        self._word: Word | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(round(patience_s * 1000))
        self._patience.timeout.connect(self.stop_is_slow)

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    def say(self, word: Word) -> None:
        """Passes a word to the trainer. Raises OutputError."""
        self._word = word
        self._run.say(word)
        if word == "stop":
            self._patience.start()

    def leave(self) -> None:
        """Stops following the run. Its trainer continues."""
        self._timer.stop()
        self._patience.stop()

    def _look(self) -> None:
        is_alive = self._run.is_alive  # checked before reading, so that the last messages are not missed
        was_present = time.monotonic() >= self._absent_until
        messages: list[RunMessage] = []
        try:
            messages, self._offset = self._run.tail(self._reader, self._offset)
            if is_alive and self._absent_until and self._word is not None:
                self._run.say(self._word)  # a trainer ignores what was said before its start
        except FerDesktopError as error:
            log.warning("%s", error)
        self._note(messages)
        if is_alive or messages:
            self._absent_until = 0.0
        if not is_alive and was_present:
            self.leave()
            self.ended.emit(self._outcome())

    def _note(self, messages: list[RunMessage]) -> None:
        for message in messages:
            self._end = message if isinstance(message, Finished | Failed) else None
        if messages:
            self.spoke.emit(messages)

    def _outcome(self) -> RunOutcome:
        if self._end is not None:
            return outcome_of(self._end, self._run)
        return crash(self._run, "The trainer in the background ended before the run was finished.")
