from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from fer_desktop.core.live.mailbox import Mailbox


def test_only_the_first_of_several_values_has_to_wake_the_receiver() -> None:
    mailbox: Mailbox[int] = Mailbox()
    assert [mailbox.put(value) for value in (1, 2, 3)] == [True, False, False]
    assert mailbox.take() == 3
    assert mailbox.take() is None
    assert mailbox.put(4)


def test_replaced_values_are_counted_and_taken_ones_are_not() -> None:
    mailbox: Mailbox[int] = Mailbox()
    for value in range(5):
        mailbox.put(value)
    mailbox.take()
    mailbox.put(5)
    assert mailbox.dropped == 4


def test_is_empty_until_something_is_put() -> None:
    mailbox: Mailbox[str] = Mailbox()
    assert mailbox.is_empty
    mailbox.put("")
    assert not mailbox.is_empty


class Receiver(QObject):
    """Counts the wake-ups that it gets on its own thread."""

    ready = Signal()

    def __init__(self, mailbox: Mailbox[int]) -> None:
        super().__init__()
        self.wake_ups = 0
        self.taken: list[int | None] = []
        self._mailbox = mailbox
        self.ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    def _on_ready(self) -> None:
        self.wake_ups += 1
        self.taken.append(self._mailbox.take())


def test_a_receiver_that_was_busy_is_woken_once_and_sees_the_newest_value(qtbot: QtBot) -> None:
    mailbox: Mailbox[int] = Mailbox()
    receiver = Receiver(mailbox)

    def send() -> None:
        for value in range(1000):
            if mailbox.put(value):
                receiver.ready.emit()

    sender = threading.Thread(target=send)
    sender.start()
    sender.join()  # the receiver's thread is busy here: nothing is delivered
    assert receiver.wake_ups == 0
    qtbot.waitUntil(lambda: receiver.wake_ups > 0)
    mailbox.put(1000)
    receiver.ready.emit()
    qtbot.waitUntil(lambda: 1000 in receiver.taken)
    assert receiver.taken == [999, 1000]


def test_nothing_is_lost_or_taken_twice_between_threads() -> None:
    mailbox: Mailbox[int] = Mailbox()
    taken: list[int] = []
    wake_up = threading.Semaphore(0)

    def receive() -> None:
        while not taken or taken[-1] != 1999:
            assert wake_up.acquire(timeout=30)
            value = mailbox.take()
            assert value is not None
            taken.append(value)

    receiver = threading.Thread(target=receive)
    receiver.start()
    for value in range(2000):
        if mailbox.put(value):
            wake_up.release()
    receiver.join()
    assert taken == sorted(set(taken))
    assert taken[-1] == 1999
    assert len(taken) + mailbox.dropped == 2000
