"""Events from other threads, handled in order on the GUI thread."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot


class GuiQueue(QObject):
    """Passes events from any thread to the GUI thread, which must create the queue.

    on_event: called with each event, in the order of `post`.
    on_woken: called once per wake-up, after the events. It reads what other threads left in a mailbox.
    Both are called on the GUI thread, and neither after `close`.
    """

    _woken = Signal()

    def __init__(
        self,
        parent: QObject,
        *,
        on_event: Callable[[Any], None] | None = None,
        on_woken: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._on_event = on_event
        self._on_woken = on_woken
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._closed = False
        self._woken.connect(self._handle, Qt.ConnectionType.QueuedConnection)

    @property
    def is_closed(self) -> bool:
        return self._closed

    def post(self, event: Any) -> None:
        """Queues an event. May be called from any thread."""
        self._events.put(event)
        self.wake()

    def wake(self) -> None:
        """Wakes the GUI thread without an event. May be called from any thread."""
        if not self._closed:
            self._woken.emit()

    def close(self) -> None:
        """Drops the events that were not handled yet, and all later ones."""
        self._closed = True

    @Slot()
    def _handle(self) -> None:
        if self._closed:
            return
        while self._on_event is not None and not self._events.empty():
            self._on_event(self._events.get())
        if self._on_woken is not None:
            self._on_woken()
