from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.messages import Finished, RunStarted, Step
from fer_desktop.core.training.run_folder import RunFolder
from fer_desktop.ui.training.run_phase import RunPhase
from fer_desktop.ui.training.run_process import start_detached
from tests.ui.training.run_pages import SLOW_MS, Make, buttons, press, reaches, started
from tests.ui.training.runs import fake, info


def test_a_run_is_started_paused_stopped_and_resumed(
    qtbot: QtBot, make_run_page: Make, run: RunFolder
) -> None:
    page = make_run_page()
    page.start()
    assert page.is_running
    assert page.is_attached_process
    assert page.strip.state.text() == RunPhase.LOADING.value
    reaches(qtbot, page, RunPhase.STARTING)
    assert buttons(page) == ["Stop and keep", "Stop and discard…"]
    started(qtbot, page)
    assert page.session.phase is RunPhase.RUNNING
    assert buttons(page) == ["Pause", "Stop and keep", "Stop and discard…"]
    press(page, "Pause")
    assert not page.strip.pause.isEnabled()
    reaches(qtbot, page, RunPhase.PAUSED)
    assert buttons(page) == ["Continue", "Stop and keep", "Stop and discard…"]
    press(page, "Continue")
    reaches(qtbot, page, RunPhase.RUNNING)
    with qtbot.waitSignals([page.ended, page.runs_changed], timeout=SLOW_MS):
        press(page, "Stop and keep")
        assert page.session.phase is RunPhase.STOPPING
        assert buttons(page) == []
    assert page.session.phase is RunPhase.STOPPED
    assert not page.is_running
    assert buttons(page) == ["Resume", "Move to the trash…"]
    press(page, "Resume")
    qtbot.waitUntil(lambda: page.history.last_checkpoint == 7, timeout=SLOW_MS)
    assert page.history.started is not None
    assert page.history.started.resumed_at == 4
    assert page.history.steps.step.tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_finished_run_gives_its_model(qtbot: QtBot, make_run_page: Make, run: RunFolder) -> None:
    page = make_run_page("complete")
    with qtbot.waitSignal(page.ended, timeout=SLOW_MS) as ended:
        page.start()
    assert ended.args == ["My run is finished."]
    assert page.session.phase is RunPhase.COMPLETED
    assert page.strip.bar.value() == 1000
    assert buttons(page) == ["Use in live view", "Move to the trash…"]
    with qtbot.waitSignal(page.use_requested) as used:
        press(page, "Use in live view")
    assert used.args == [run.path / "fer7.json"]
    (run.path / "fer7.json").unlink()
    press(page, "Use in live view")
    assert page.banner.message is not None
    assert "was not found" in page.banner.message.title


@pytest.mark.parametrize(
    ("behaviour", "phase", "words"),
    [
        (
            "fail",
            RunPhase.FAILED,
            "the loss is nan at step 4\nPress Resume to continue from the last checkpoint.",
        ),
        ("crash", RunPhase.INTERRUPTED, "Its last message: the memory is full"),
        ("partial", RunPhase.INTERRUPTED, "killed or crashed.* The run has no checkpoint yet"),
    ],
)
def test_a_run_that_ends_badly_says_what_to_do(
    qtbot: QtBot, make_run_page: Make, behaviour: str, phase: RunPhase, words: str
) -> None:
    page = make_run_page(behaviour)
    with qtbot.waitSignal(page.ended, timeout=SLOW_MS):
        page.start()
    assert page.session.phase is phase
    assert "Resume" in buttons(page)
    assert page.banner.message is not None
    for part in words.split(".*"):
        assert part.strip() in page.banner.message.text
    page.banner.buttons[0].click()
    assert page.views.currentWidget() is page.views.log


def test_a_stop_that_hangs_is_ended_by_the_user(
    qtbot: QtBot, make_run_page: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = started(qtbot, make_run_page("hang"))
    page.session._runner._patience.setInterval(0)
    page.stop_and_keep()
    qtbot.waitUntil(lambda: page.banner.message is not None)
    assert page.banner.message.title == "The trainer has not stopped yet"
    with qtbot.waitSignal(page.ended, timeout=SLOW_MS) as ended:
        page.banner.buttons[0].click()
    assert "can be resumed" in ended.args[0]
    assert page.session.phase is RunPhase.INTERRUPTED


# Opening one.


@pytest.mark.parametrize(
    ("messages", "phase"),
    [
        ([], RunPhase.INTERRUPTED),
        ([Step(1, 1, 1.0, 1.0, 1.0, 1.0)], RunPhase.INTERRUPTED),
        ([Finished("stopped", 1, None, 1.0)], RunPhase.STOPPED),
        ([Finished("completed", 1, None, 1.0)], RunPhase.COMPLETED),
    ],
)
def test_a_run_of_before_is_shown_as_it_is(
    qtbot: QtBot, make_run_page: Make, run: RunFolder, messages: list, phase: RunPhase
) -> None:
    run.append(messages)
    page = make_run_page()
    page.attach()
    reaches(qtbot, page, phase)
    assert not page.is_running
    assert page.title == "My run"


def test_a_damaged_run_says_which_file(qtbot: QtBot, make_run_page: Make, run: RunFolder) -> None:
    run.info_file.write_text("{")
    page = make_run_page()
    assert page.title == run.path.name
    page.start()
    qtbot.waitUntil(lambda: page.banner.message is not None)
    assert "run.json: the run cannot be read" in page.banner.message.text
    assert not page.is_running


def test_a_run_in_the_background_is_found_paused_and_stopped(
    qtbot: QtBot, make_run_page: Make, run: RunFolder
) -> None:
    assert start_detached(run, info(), program=fake("run"))
    qtbot.waitUntil(lambda: run.checkpoint_file.exists() and run.is_alive, timeout=SLOW_MS)
    page = make_run_page()
    page.start()  # another trainer is not started
    reaches(qtbot, page, RunPhase.RUNNING)
    assert page.is_running
    assert not page.is_attached_process
    assert page.strip.state.text() == "Running (in the background)"
    press(page, "Pause")
    reaches(qtbot, page, RunPhase.PAUSED)
    press(page, "Stop and keep")
    reaches(qtbot, page, RunPhase.STOPPED)
    assert len([item for item in run.messages() if isinstance(item, RunStarted)]) == 1
