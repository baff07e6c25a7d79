from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from fer_desktop.core.errors import OutputError
from fer_desktop.ui.common.jobs import Job, JobRunner
from tests.ui.fakes import WAIT_S, Gate


class Calls:
    """Notes which callback came with what, and on which thread."""

    def __init__(self) -> None:
        self.progress: list[object] = []
        self.outcomes: list[tuple[str, object]] = []
        self.threads: set[threading.Thread] = set()

    def on_progress(self, value: object) -> None:
        self.threads.add(threading.current_thread())
        self.progress.append(value)

    def on_end(self, kind: str, value: object) -> None:
        self.threads.add(threading.current_thread())
        self.outcomes.append((kind, value))

    @property
    def callbacks(self) -> dict:
        return {
            "on_progress": self.on_progress,
            "on_success": lambda value: self.on_end("success", value),
            "on_error": lambda error: self.on_end("error", error),
            "on_cancelled": lambda value: self.on_end("cancelled", value),
        }


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.shutdown()


def test_the_result_comes_on_the_thread_of_the_window(qtbot: QtBot, runner: JobRunner) -> None:
    calls = Calls()
    worked_on = []

    def work(job: Job) -> int:
        worked_on.append(threading.current_thread())
        return 42

    runner.start(work, **calls.callbacks)
    assert runner.is_busy
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert calls.outcomes == [("success", 42)]
    assert calls.threads == {threading.current_thread()}
    assert worked_on[0] is not threading.current_thread()


@pytest.mark.parametrize(
    ("error", "has_traceback"), [(OutputError("results.csv: disk full"), False), (KeyError("x"), True)]
)
def test_an_error_comes_as_a_value(
    error: Exception,
    has_traceback: bool,
    qtbot: QtBot,
    runner: JobRunner,
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = Calls()

    def work(job: Job) -> None:
        raise error

    runner.start(work, name="saving", **calls.callbacks)
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert calls.outcomes == [("error", error)]
    assert "saving failed" in caplog.text
    assert ("Traceback" in caplog.text) is has_traceback


def test_a_busy_window_sees_the_newest_progress_before_the_outcome(qtbot: QtBot, runner: JobRunner) -> None:
    calls = Calls()
    done = threading.Event()

    def work(job: Job) -> None:
        for step in range(1000):
            job.report(step)
        done.set()

    runner.start(work, on_progress=calls.on_progress, on_success=lambda _: calls.on_progress("the outcome"))
    assert done.wait(WAIT_S)
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert calls.progress == [999, "the outcome"]


def test_a_cancelled_job_ends_when_it_wants_and_gives_what_it_has(qtbot: QtBot, runner: JobRunner) -> None:
    calls = Calls()
    gate = Gate()

    def work(job: Job) -> str:
        assert not job.should_stop()
        gate.pass_through()
        return "half a file" if job.should_stop() else "a whole file"

    job = runner.start(work, **calls.callbacks)
    gate.wait_until_reached()
    job.cancel()
    gate.open()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert calls.outcomes == [("cancelled", "half a file")]


def test_jobs_run_side_by_side(qtbot: QtBot, runner: JobRunner) -> None:
    slow, quick = Calls(), Calls()
    gate = Gate()
    runner.start(lambda job: gate.pass_through(), **slow.callbacks)
    runner.start(lambda job: "done", **quick.callbacks)
    qtbot.waitUntil(lambda: quick.outcomes == [("success", "done")])
    assert slow.outcomes == []
    gate.open()
    qtbot.waitUntil(lambda: slow.outcomes == [("success", None)])


def test_callbacks_may_be_left_out_and_may_start_the_next_job(qtbot: QtBot, runner: JobRunner) -> None:
    calls = Calls()
    runner.start(lambda job: job.report(1))
    runner.start(lambda job: 1, on_success=lambda _: runner.start(lambda job: 2, **calls.callbacks))
    qtbot.waitUntil(lambda: calls.outcomes == [("success", 2)])


def test_shutdown_cancels_joins_and_calls_nothing_back(qtbot: QtBot, runner: JobRunner) -> None:
    calls = Calls()
    started, ended = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        started.set()
        while not job.should_stop():
            job.report(1)
        ended.set()

    runner.start(work, **calls.callbacks)
    assert started.wait(WAIT_S)
    assert runner.shutdown()
    assert ended.is_set()
    QCoreApplication.processEvents()
    assert calls.outcomes == []
    assert calls.progress == []


def test_a_job_that_hangs_is_left_behind_and_named(
    qtbot: QtBot, runner: JobRunner, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()
    runner.start(lambda job: gate.pass_through(), name="analysis of film.mp4")
    gate.wait_until_reached()
    assert not runner.shutdown(timeout_s=0.0)
    assert "analysis of film.mp4" in caplog.text
    gate.open()
    assert runner.shutdown()


def test_nothing_is_called_back_for_an_owner_that_is_gone(qtbot: QtBot, runner: JobRunner) -> None:
    calls, gate, owner = Calls(), Gate(), QObject()
    runner.start(lambda job: gate.pass_through(), owner=owner, **calls.callbacks)
    delete(owner)
    gate.open()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert calls.outcomes == []
