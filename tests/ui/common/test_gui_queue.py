"""Events from other threads arrive in order on the GUI thread, and none after the queue is closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from fer_desktop.ui.common import GuiQueue


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[int] = []
        self.wake_ups = 0
        self.threads: set[int] = set()
        self.queue = GuiQueue(self, on_event=self._on_event, on_woken=self._on_woken)

    def _on_event(self, event: int) -> None:
        self.events.append(event)
        self.threads.add(threading.get_ident())

    def _on_woken(self) -> None:
        self.wake_ups += 1


@pytest.fixture
def receiver(qtbot: QtBot) -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.deleteLater()


def on_another_thread(receiver: Receiver, *events: int) -> None:
    def post() -> None:
        for event in events:
            receiver.queue.post(event)

    thread = threading.Thread(target=post)
    thread.start()
    thread.join()


def test_events_arrive_in_order_on_the_gui_thread(qtbot: QtBot, receiver: Receiver) -> None:
    on_another_thread(receiver, 1, 2, 3)
    assert receiver.events == []
    qtbot.waitUntil(lambda: receiver.events == [1, 2, 3])
    assert receiver.threads == {threading.get_ident()}


def test_a_wake_up_needs_no_event(qtbot: QtBot, receiver: Receiver) -> None:
    receiver.queue.wake()
    qtbot.waitUntil(lambda: receiver.wake_ups == 1)
    assert receiver.events == []


def test_a_closed_queue_drops_what_waits_and_what_comes_later(receiver: Receiver) -> None:
    on_another_thread(receiver, 1)
    receiver.queue.close()
    on_another_thread(receiver, 2)
    QCoreApplication.processEvents()
    assert receiver.queue.is_closed
    assert (receiver.events, receiver.wake_ups) == ([], 0)
