"""A real trainer on a tiny generated data set, through the real window."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.messages import Step
from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from fer_desktop.ui.training import close_question
from fer_desktop.ui.training.close_question import Choice
from fer_desktop.ui.training.run_page import RunPage
from fer_desktop.ui.training.run_phase import RunPhase
from tests.support.fer2013 import write_fer2013
from tests.support.runs import TINY
from tests.ui.conftest import NewDesk
from tests.ui.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.development]

TRAINER_MS = 90_000
"""A trainer imports torch first, beside whatever else the machine does."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_fer2013(tmp_path / "data", train=420)


@pytest.fixture(autouse=True)
def runs_stop_with_their_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that fails while its run goes on would else wait for an answer for ever."""
    monkeypatch.setattr(close_question, "ask_what_becomes_of_runs", lambda *_: Choice.STOP)


@pytest.fixture
def office(desk: NewDesk) -> Iterator[Desk]:
    """A desk whose runs do not outlive the test."""
    office = desk()
    yield office
    for page in office.window.training.run_pages:
        page.end()


def info(data: Path, title: str, **options: Any) -> RunInfo:
    config = dataclasses.replace(
        TINY, **{"epochs": 400, "batch_size": 14, "checkpoint_minutes": 0.02, **options}
    )
    return RunInfo(title, "2026-11-25T12:00:00+00:00", str(data), None, config.to_dict())


def reaches(qtbot: QtBot, page: RunPage, phase: RunPhase) -> None:
    qtbot.waitUntil(lambda: page.strip.phase is phase, timeout=TRAINER_MS)


def step_of(page: RunPage) -> int:
    return page.history.last_step.step if page.history.last_step is not None else 0


def steps(run: RunFolder) -> list[int]:
    return [message.step for message in run.messages() if isinstance(message, Step)]


@pytest.mark.timeout(300)
def test_a_run_is_started_watched_paused_stopped_resumed_and_used(
    office: Desk, qtbot: QtBot, data: Path
) -> None:
    training = office.window.training
    training.start_run(info(data, "First", epochs=12))
    (page,) = training.run_pages
    assert office.window.tabs.tabText(office.window.tabs.currentIndex()) == "First"
    qtbot.waitUntil(lambda: len(page.history.epochs) >= 1, timeout=TRAINER_MS)
    assert page.run.is_alive

    page.strip.pause.trigger()
    reaches(qtbot, page, RunPhase.PAUSED)
    reached = step_of(page)
    page.strip.go_on.trigger()
    reaches(qtbot, page, RunPhase.RUNNING)

    page.strip.stop.trigger()
    reaches(qtbot, page, RunPhase.STOPPED)
    assert step_of(page) >= reached
    assert not page.run.is_alive
    assert page.run.checkpoint_file.exists()

    page.strip.resume.trigger()
    reaches(qtbot, page, RunPhase.COMPLETED)
    assert [row.epoch for row in page.history.epochs] == list(range(1, 13))

    page.strip.use.trigger()
    assert office.window.tabs.shows_live
    assert office.window.pipeline.settings.model == page.run.path / "tiny.json"
    training.show_runs()
    assert training.runs is not None
    training.runs.restore_model_requested.emit()
    assert not office.window.pipeline.has_other_model


@pytest.mark.timeout(300)
def test_a_closed_window_leaves_its_run_in_the_background_and_the_next_one_finds_it(
    desk: NewDesk, qtbot: QtBot, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Choice.CANCEL, Choice.BACKGROUND]
    monkeypatch.setattr(close_question, "ask_what_becomes_of_runs", lambda *_: answers.pop(0))
    first = desk()
    first.window.training.start_run(info(data, "Long"))
    run = first.window.training.run_pages[0].run
    qtbot.waitUntil(
        lambda: first.window.training.run_pages[0].history.last_step is not None, timeout=TRAINER_MS
    )
    assert not first.window.close()
    assert first.window.isVisible()
    assert first.window.close()
    reached = max(steps(run))

    second = desk()
    second.window.begin()
    qtbot.waitUntil(lambda: run.is_alive, timeout=TRAINER_MS)
    second.window.training.find_living_runs()
    qtbot.waitUntil(lambda: bool(second.window.training.run_pages))
    (page,) = second.window.training.run_pages
    assert page.title == "Long"
    qtbot.waitUntil(lambda: step_of(page) > reached, timeout=TRAINER_MS)
    assert second.window.tabs.shows_live
    assert not second.window.training.own_runs
    page.strip.stop.trigger()
    reaches(qtbot, page, RunPhase.STOPPED)
    assert not run.is_alive


@pytest.mark.timeout(300)
def test_closing_can_stop_and_keep(desk: NewDesk, qtbot: QtBot, data: Path) -> None:
    office = desk()
    office.window.training.start_run(info(data, "Kept"))
    (page,) = office.window.training.run_pages
    qtbot.waitUntil(lambda: page.history.last_step is not None, timeout=TRAINER_MS)
    assert office.window.close()
    assert not page.run.is_alive
    assert page.run.checkpoint_file.exists()
    last = page.run.messages()[-1]
    assert (type(last).__name__, getattr(last, "outcome", "")) == ("Finished", "stopped")
