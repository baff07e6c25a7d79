from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.messages import (
    Checkpoint,
    Continued,
    Epoch,
    Finished,
    MessageReader,
    Paused,
    RunMessage,
    RunStarted,
    Step,
)
from fer_desktop.core.training.run_folder import RunFolder
from fer_desktop.ui.training.attached_run import AttachedRun
from fer_desktop.ui.training.log_tail import LogTail
from fer_desktop.ui.training.run_process import RunOutcome, RunProcess, start_detached
from tests.ui.training.runs import fake, info

BEGINNING = [RunStarted, Step, Step, Step, Epoch, Checkpoint]


class Heard:
    """What a runner said, and how it ended."""

    def __init__(self, runner: RunProcess | AttachedRun) -> None:
        self.messages: list[RunMessage] = []
        self.outcomes: list[RunOutcome] = []
        runner.spoke.connect(self.messages.extend)
        runner.ended.connect(self.outcomes.append)

    @property
    def kinds(self) -> list[type]:
        return [type(message) for message in self.messages]


@pytest.fixture
def make(qtbot: QtBot, run: RunFolder) -> Iterator[Callable[..., tuple[RunProcess, Heard]]]:
    made = []

    def make(behaviour: str = "run", **options: float) -> tuple[RunProcess, Heard]:
        process = RunProcess(run, program=fake(behaviour), **options)
        made.append(process)
        heard = Heard(process)
        process.start(info())
        return process, heard

    yield make
    for process in made:
        process.end()


def test_a_run_pauses_continues_and_stops_with_a_checkpoint(
    qtbot: QtBot, run: RunFolder, make: Callable
) -> None:
    process, heard = make()
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING)
    assert run.is_alive
    process.say("pause")
    qtbot.waitUntil(lambda: heard.kinds[6:] == [Paused])
    process.say("continue")
    qtbot.waitUntil(lambda: heard.kinds[7:] == [Continued, Step])
    process.say("stop")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.kinds[9:] == [Checkpoint, Finished]
    assert heard.outcomes == [RunOutcome("stopped")]
    assert not process.is_running
    assert not run.is_alive
    assert LogTail(run.log_file).read() == ["INFO trainer: reading the data"]


@pytest.mark.parametrize("behaviour", ["garbage", "huge"])
def test_what_is_no_message_costs_nothing(qtbot: QtBot, make: Callable, behaviour: str) -> None:
    process, heard = make(behaviour)
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING)
    process.say("stop")
    qtbot.waitUntil(lambda: heard.outcomes == [RunOutcome("stopped")])


def test_a_finished_run(qtbot: QtBot, make: Callable) -> None:
    _, heard = make("complete")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes == [RunOutcome("completed")]


def test_a_failed_run_says_why(qtbot: QtBot, make: Callable) -> None:
    _, heard = make("fail")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    (outcome,) = heard.outcomes
    assert (outcome.kind, outcome.text) == ("failed", "the loss is nan at step 4")


def test_a_crash_shows_the_end_of_the_log(qtbot: QtBot, make: Callable) -> None:
    _, heard = make("crash")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    (outcome,) = heard.outcomes
    assert outcome.kind == "crashed"
    assert (
        outcome.text
        == "The trainer ended with code 3 before the run was finished. Its last message: the memory is full"
    )
    assert outcome.log.splitlines() == ["INFO trainer: reading the data", "error: the memory is full"]


def test_a_trainer_killed_within_a_line(qtbot: QtBot, make: Callable) -> None:
    _, heard = make("partial")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.kinds == [RunStarted]
    assert heard.outcomes[0].kind == "crashed"
    assert "killed or crashed" in heard.outcomes[0].text


def test_a_stop_that_takes_too_long_can_be_ended_by_a_kill(qtbot: QtBot, make: Callable) -> None:
    process, heard = make("hang", patience_s=0.0)
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING)
    with qtbot.waitSignal(process.stop_is_slow):
        process.say("stop")
    assert heard.outcomes == []
    process.kill()
    qtbot.waitUntil(lambda: heard.outcomes == [RunOutcome("killed")])


def test_a_trainer_that_cannot_be_started(qtbot: QtBot, run: RunFolder) -> None:
    process = RunProcess(run, program=("/no/such/program", ()))
    heard = Heard(process)
    process.start(info())
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    (outcome,) = heard.outcomes
    assert outcome.kind == "failed"
    assert "cannot be started" in outcome.text


def test_waiting_needs_no_event_loop(qtbot: QtBot, make: Callable) -> None:
    process, heard = make()
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING)
    assert not process.wait(0.0)
    process.say("stop")
    assert process.wait(20.0)
    assert heard.outcomes == [RunOutcome("stopped")]


def test_the_end_of_the_window_is_the_end_of_the_trainer(
    qtbot: QtBot, run: RunFolder, make: Callable
) -> None:
    process, heard = make()
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING)
    process._process.closeWriteChannel()
    qtbot.waitUntil(lambda: heard.outcomes == [RunOutcome("stopped")])


def test_ending_is_silent(qtbot: QtBot, run: RunFolder, make: Callable) -> None:
    process, heard = make("hang")
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING)
    process.end()
    assert not process.is_running
    assert heard.outcomes == []
    assert not run.is_alive


# A run that needs no window.


@pytest.fixture
def attach(qtbot: QtBot, run: RunFolder) -> Iterator[Callable[..., tuple[AttachedRun, Heard]]]:
    made = []

    def attach(**options: float) -> tuple[AttachedRun, Heard]:
        attached = AttachedRun(run, MessageReader(), 0, **options)
        made.append(attached)
        return attached, Heard(attached)

    yield attach
    for attached in made:
        attached.leave()


def test_a_run_in_the_background_is_followed_and_told(qtbot: QtBot, run: RunFolder, attach: Callable) -> None:
    assert start_detached(run, info(), program=fake("run"))
    attached, heard = attach(start_patience_s=30.0)
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING, timeout=20_000)
    attached.say("pause")
    qtbot.waitUntil(lambda: heard.kinds[6:] == [Paused], timeout=20_000)
    attached.say("stop")
    qtbot.waitUntil(lambda: bool(heard.outcomes), timeout=20_000)
    assert heard.kinds[7:] == [Checkpoint, Finished]
    assert heard.outcomes == [RunOutcome("stopped")]
    assert LogTail(run.log_file).read() == ["INFO trainer: reading the data"]


def test_the_death_of_a_run_in_the_background_is_noticed(
    qtbot: QtBot, run: RunFolder, attach: Callable
) -> None:
    assert start_detached(run, info(), program=fake("crash"))
    _, heard = attach(start_patience_s=30.0)
    qtbot.waitUntil(lambda: heard.kinds == BEGINNING, timeout=20_000)
    qtbot.waitUntil(lambda: bool(heard.outcomes), timeout=20_000)
    assert heard.outcomes[0].kind == "crashed"
    assert heard.outcomes[0].text.endswith("the memory is full")


def test_what_is_dead_is_said_to_have_ended(qtbot: QtBot, run: RunFolder, attach: Callable) -> None:
    run.append([Step(1, 1, 1.0, 1.0, 1.0, 1.0), Finished("stopped", 1, None, 2.0)])
    _, heard = attach()
    qtbot.waitUntil(lambda: heard.outcomes == [RunOutcome("stopped")])
    assert heard.kinds == [Step, Finished]


def test_the_log_is_read_in_bounded_pieces(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    tail = LogTail(path, most_bytes=32)
    assert tail.read() == []
    path.write_bytes(b"one\ntw")
    assert tail.read() == ["one"]
    with path.open("ab") as file:
        file.write(b"o\r\n\xff\n")
    assert tail.read() == ["two", "\ufffd"]
    with path.open("ab") as file:
        file.write(b"x" * 1000 + b"\nlast\n")
    assert tail.read() == ["x" * 26, "last"]
    path.write_bytes(b"anew\n")
    assert tail.read() == ["anew"]
