from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.messages import Finished
from fer_desktop.core.training.run_folder import RunFolder
from fer_desktop.ui.training.close_question import Choice, ask_what_becomes_of_runs
from fer_desktop.ui.training.run_phase import RunPhase
from fer_desktop.ui.training.run_process import start_detached
from tests.ui.training.run_pages import SLOW_MS, Make, press, reaches, started
from tests.ui.training.runs import fake, info

# The end of the window.


def test_a_run_goes_on_in_the_background(qtbot: QtBot, make_run_page: Make, run: RunFolder) -> None:
    page = started(qtbot, make_run_page())
    with qtbot.waitSignal(page.said, timeout=SLOW_MS) as said:
        page.go_on_in_background()
    assert said.args == ["My run continues in the background.", None]
    assert not page.is_attached_process
    qtbot.waitUntil(lambda: page.history.last_checkpoint == 6, timeout=SLOW_MS)
    assert page.session.phase is RunPhase.RUNNING
    page.end()
    assert run.is_alive


@pytest.mark.parametrize("background", [False, True])
def test_closing_needs_no_event_loop(
    qtbot: QtBot, make_run_page: Make, run: RunFolder, background: bool
) -> None:
    page = started(qtbot, make_run_page())
    if background:
        page.go_on_in_background()
    else:
        page.stop_and_keep()
    assert page.finish_closing(20.0)
    page.begin_shutdown()
    assert not page.is_running
    if background:
        qtbot.waitUntil(lambda: run.is_alive, timeout=SLOW_MS)
    else:
        assert not run.is_alive
        assert run.messages()[-1] == Finished("stopped", 3, None, 60.0)


def test_a_run_that_was_about_to_start_goes_on_in_the_background(
    qtbot: QtBot, make_run_page: Make, run: RunFolder
) -> None:
    page = make_run_page()
    page.start()
    page.go_on_in_background()
    assert page.finish_closing(20.0)
    page.begin_shutdown()
    qtbot.waitUntil(lambda: run.is_alive, timeout=SLOW_MS)


def test_a_run_that_was_about_to_start_is_not_started_when_it_is_stopped(
    qtbot: QtBot, make_run_page: Make, run: RunFolder
) -> None:
    page = make_run_page()
    page.start()
    page.stop_and_keep()
    reaches(qtbot, page, RunPhase.INTERRUPTED)
    assert not page.is_running
    assert not run.messages_file.exists()


def test_a_trainer_that_hangs_is_killed_when_the_window_closes(
    qtbot: QtBot, make_run_page: Make, run: RunFolder
) -> None:
    page = started(qtbot, make_run_page("hang"))
    assert not page.finish_closing(0.05)
    assert not run.is_alive


@pytest.mark.parametrize("choice", Choice)
def test_the_question_when_the_window_closes(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, choice: Choice
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    def answer(box: QMessageBox) -> int:
        assert box.text() == "“Night run” is still training."
        next(item for item in box.findChildren(QPushButton) if item.text() == choice.value).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    assert ask_what_becomes_of_runs(parent, ["Night run"]) is choice


# The trash.


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[QMessageBox.StandardButton], None]:
    def set_answer(button: QMessageBox.StandardButton) -> None:
        monkeypatch.setattr(QMessageBox, "question", lambda *arguments: button)

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    set_answer(QMessageBox.StandardButton.Discard)
    return set_answer


def test_a_run_is_stopped_and_discarded(
    qtbot: QtBot, make_run_page: Make, run: RunFolder, answer: Callable
) -> None:
    page = started(qtbot, make_run_page("hang"))
    answer(QMessageBox.StandardButton.Cancel)
    press(page, "Stop and discard…")
    assert page.session.phase is RunPhase.RUNNING
    answer(QMessageBox.StandardButton.Discard)
    with qtbot.waitSignals([page.discarded, page.runs_changed], timeout=SLOW_MS):
        press(page, "Stop and discard…")
    assert not run.path.exists()


def test_a_run_in_the_background_stops_before_it_is_discarded(
    qtbot: QtBot, make_run_page: Make, run: RunFolder, answer: Callable
) -> None:
    assert start_detached(run, info(), program=fake("run"))
    qtbot.waitUntil(lambda: run.checkpoint_file.exists() and run.is_alive, timeout=SLOW_MS)
    page = make_run_page()
    page.attach()
    reaches(qtbot, page, RunPhase.RUNNING)
    with qtbot.waitSignal(page.discarded, timeout=SLOW_MS):
        press(page, "Stop and discard…")
    assert not run.path.exists()


def test_a_run_that_cannot_be_discarded_is_still_there(
    qtbot: QtBot, make_run_page: Make, run: RunFolder, answer: Callable
) -> None:
    run.append([Finished("stopped", 1, None, 1.0)])
    page = make_run_page()
    page.attach()
    reaches(qtbot, page, RunPhase.STOPPED)
    shutil.rmtree(run.path)
    press(page, "Move to the trash…")
    qtbot.waitUntil(lambda: page.banner.message is not None)
    assert page.session.phase is RunPhase.STOPPED
    assert str(run.path) in page.banner.message.text
