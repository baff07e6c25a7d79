"""The connection to the trainer of a run."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from fer_desktop.core.training import Failed, Finished, MessageReader, RunFolder

STOP_PATIENCE_S = 30.0
"""The time that a stop may take. Then the user may end the trainer at once."""


class RunLink(QObject):
    """The base of the connections to a trainer: one in a process of this window, and one in the background.

    spoke(list of RunMessage). stop_is_slow(): it still works after a stop. ended(RunOutcome): once.
    reader, end: the state after reading the messages so far.
    """

    spoke = Signal(list)
    stop_is_slow = Signal()
    ended = Signal(object)

    def __init__(
        self,
        run: RunFolder,
        reader: MessageReader,
        end: Finished | Failed | None,
        parent: QObject | None,
        patience_s: float,
    ) -> None:
        super().__init__(parent)
        self._run = run
        self._reader = reader
        self._end = end
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(round(patience_s * 1000))
        self._patience.timeout.connect(self.stop_is_slow)
