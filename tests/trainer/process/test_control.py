from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_desktop.core.training.run_folder import RunFolder
from trainer.process.control import ControlRequest, RunControl


class Unreadable(io.StringIO):
    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        raise OSError(5, "Input/output error")


def request_after(stream: io.StringIO, **options: bool) -> ControlRequest:
    """The request once everything was read."""
    with RunControl(stream, **options) as control:
        for thread in threading.enumerate():
            if thread.name == "run-control":
                thread.join()
        return control()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stop\n", ControlRequest.STOP),
        ("hello\n stop \n", ControlRequest.STOP),
        ("", ControlRequest.CONTINUE),
        ("stopped\n", ControlRequest.CONTINUE),
        ("pause\n", ControlRequest.PAUSE),
        ("pause\ncontinue\n", ControlRequest.CONTINUE),
        ("pause\nstop\n", ControlRequest.STOP),
        ("stop\ncontinue\n", ControlRequest.STOP),
    ],
)
def test_lines_are_requests(text: str, expected: ControlRequest) -> None:
    assert request_after(io.StringIO(text)) is expected


@pytest.mark.parametrize("stream", [io.StringIO(""), Unreadable()], ids=["end", "unreadable"])
def test_the_end_of_stdin_stops_only_a_run_that_belongs_to_it(stream: io.StringIO) -> None:
    """Nor can a terminal be read from the background; an error in the thread would fail the test."""
    assert request_after(stream) is ControlRequest.CONTINUE
    assert request_after(stream, ends_with_stream=True) is ControlRequest.STOP


def test_words_come_through_the_folder_too(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with RunControl(None, run) as control:
        assert control() is ControlRequest.CONTINUE
        run.say("pause")
        assert control() is ControlRequest.PAUSE
        assert control() is ControlRequest.PAUSE
        run.say("continue")
        assert control() is ControlRequest.CONTINUE
        run.say("stop")
        assert control() is ControlRequest.STOP


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_and_the_handler_before_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with RunControl() as control:
        assert control() is ControlRequest.CONTINUE
        signal.raise_signal(number)
        assert control() is ControlRequest.STOP
    assert signal.getsignal(number) == before


def test_a_second_interrupt_is_not_held_back() -> None:
    with RunControl():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no jobs in the background of a terminal")
def test_reading_the_terminal_from_the_background_does_not_stop_the_process() -> None:
    with RunControl():
        assert signal.getsignal(signal.SIGTTIN) == signal.SIG_IGN
