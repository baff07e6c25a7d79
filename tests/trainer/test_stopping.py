from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from trainer.stopping import StopRequest


class Unreadable(io.StringIO):
    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        raise OSError(5, "Input/output error")


def listened(stream: io.StringIO) -> bool:
    """Whether a stop was asked for once everything was read."""
    with StopRequest(stream) as stop:
        for thread in threading.enumerate():
            if thread.name == "stop-listener":
                thread.join()
        return stop()


@pytest.mark.parametrize(
    ("text", "asked"), [("stop\n", True), ("hello\n stop \n", True), ("", False), ("stopped\n", False)]
)
def test_only_the_line_stop_asks(text: str, asked: bool) -> None:
    assert listened(io.StringIO(text)) is asked


def test_a_stream_that_cannot_be_read_asks_for_nothing() -> None:
    """As a terminal's from the background; an error in the thread would fail the test."""
    assert listened(Unreadable()) is False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_and_the_handler_before_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with StopRequest(None) as stop:
        assert not stop()
        signal.raise_signal(number)
        assert stop()
    assert signal.getsignal(number) == before


def test_a_second_interrupt_is_not_held_back() -> None:
    with StopRequest(None):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no jobs in the background of a terminal")
def test_reading_the_terminal_from_the_background_does_not_stop_the_process() -> None:
    with StopRequest(None):
        assert signal.getsignal(signal.SIGTTIN) == signal.SIG_IGN
