from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.common.reading import ReadingDialog
from tests.support.models import write_tiny_model
from tests.support.sources import FaultySource, SyntheticSource
from tests.support.stored import two_people, write_ferx
from tests.support.videos import write_face_video
from tests.ui.desk import (
    INTEGRATED,
    Desk,
    FindingPipeline,
    NewDesk,
    face,
    shows_picture,
)
from tests.ui.fakes import FakePipeline, Gate

# The first start.


def test_before_consent_nothing_is_opened_and_no_camera_is_looked_for(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(agreed=False, cameras=[INTEGRATED], camera_key=INTEGRATED.key)
    with qtbot.waitSignal(new.session.model_changed):
        new.window.begin(files=[Path("a.mp4")])

    new.window.open_files([Path("b.mp4")])

    assert new.window.consent.page is not None
    assert new.window.consent.page.isVisible()
    assert (new.opened, new.listed) == ([], 0)


def test_before_consent_only_closing_and_reading_is_possible(desk: NewDesk) -> None:
    new = desk(agreed=False)
    new.window.begin()
    enabled = {action for action in new.commands.all() if action.isEnabled()}

    assert not {new.commands.open_files, new.commands.toggle, new.commands.analyse} & enabled
    assert {new.commands.quit, new.commands.about, new.commands.consent} <= enabled
    assert not new.window.camera_menu.isEnabled()


def test_agreeing_opens_the_camera_and_is_remembered(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(agreed=False, cameras=[INTEGRATED])
    new.window.begin()
    assert new.window.consent.page is not None

    new.window.consent.page.buttons.buttons[0].click()

    shows_picture(qtbot, new)
    assert new.opened == [INTEGRATED.key]
    again = desk(agreed=False, consent_version=new.settings.consent_version)
    assert again.window.has_consent


def test_declining_closes_the_window_and_is_not_remembered(desk: NewDesk) -> None:
    new = desk(agreed=False)
    new.window.begin()
    assert new.window.consent.page is not None

    new.window.consent.page.buttons.buttons[1].click()

    assert not new.window.isVisible()
    assert new.settings.consent_version == 0


def test_a_newer_version_of_the_text_is_shown_again(desk: NewDesk) -> None:
    assert not desk(agreed=False, consent_version=0).window.has_consent


# What is seen.


def test_no_face_is_told_after_a_while(desk: NewDesk, qtbot: QtBot) -> None:
    pipeline = FakePipeline()
    gate = threading.Semaphore(0)
    new = desk(build=lambda settings: pipeline, camera_key=INTEGRATED.key)
    new.camera_source = lambda: SyntheticSource(None, fps=1.0, live=True, gate=gate)
    new.window.begin()
    qtbot.waitUntil(lambda: new.session.model_status.phase == "ready")
    for seconds in range(2):
        gate.release()
        qtbot.waitUntil(lambda: len(pipeline.processed) > seconds)  # noqa: B023
        assert new.page.view.note == ""
    gate.release()
    qtbot.waitUntil(lambda: new.page.view.note == "No face in the picture")


@pytest.mark.parametrize(
    ("action", "setting", "part"),
    [("timeline", "timeline_visible", "timeline"), ("panel", "panel_visible", "panel")],
)
def test_parts_can_be_hidden_and_stay_hidden(
    desk: NewDesk, qtbot: QtBot, action: str, setting: str, part: str
) -> None:
    new = desk(camera_key=INTEGRATED.key)
    new.window.begin()
    shows_picture(qtbot, new)
    assert getattr(new.page, part).isVisible()

    getattr(new.commands, action).trigger()

    assert not getattr(new.page, part).isVisible()
    assert getattr(new.settings, setting) is False
    again = desk(camera_key=INTEGRATED.key)
    again.window.begin()
    shows_picture(qtbot, again)
    assert not getattr(again.page, part).isVisible()


def test_switches_are_remembered(desk: NewDesk) -> None:
    new = desk(show_bars=False)
    assert not new.commands.bars.isChecked()
    for action in (new.commands.boxes, new.commands.labels, new.commands.blur, new.commands.mirror):
        action.trigger()
    assert (new.settings.show_boxes, new.settings.show_labels) == (False, False)
    assert (new.settings.blur_faces, new.settings.mirror) == (True, False)


def test_only_a_camera_is_mirrored(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=INTEGRATED.key)
    new.window.begin()
    shows_picture(qtbot, new)
    assert new.page.view.is_mirrored

    new.window.open_files([Path("talk.mp4")])

    assert not new.page.view.is_mirrored
    assert not new.commands.mirror.isEnabled()
    assert new.settings.mirror


def test_a_clicked_card_is_followed_in_picture_and_timeline(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(build=lambda settings: FindingPipeline(face(1), face(2)), camera_key=INTEGRATED.key)
    new.window.begin()
    qtbot.waitUntil(lambda: len(new.page.panel.cards) == 2)
    card = new.page.panel.cards[1]

    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert new.page.timeline.title == "Face 1"

    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert new.page.timeline.title == "Largest face"


def test_full_screen_leaves_only_the_view_and_keeps_the_shortcuts(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    qtbot.waitUntil(new.window.isActiveWindow)
    new.commands.full_screen.trigger()
    assert new.window.isFullScreen()
    assert not new.window.menuBar().isVisible()
    assert not new.window.tool_bar.isVisible()

    qtbot.keyClick(new.window, Qt.Key.Key_F11)

    assert not new.window.isFullScreen()
    assert new.window.menuBar().isVisible()


def test_it_fits_on_a_small_screen(desk: NewDesk) -> None:
    smallest = desk(agreed=False).window.minimumSizeHint().expandedTo(desk().window.minimumSizeHint())
    assert smallest.width() <= 640
    assert smallest.height() <= 480


def test_escape_leaves_full_screen(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    new.commands.full_screen.trigger()
    qtbot.keyClick(new.window, Qt.Key.Key_Escape)
    assert not new.window.isFullScreen()


# Snapshot.


def test_a_snapshot_is_saved_and_told_with_its_folder(desk: NewDesk, qtbot: QtBot, tmp_path: Path) -> None:
    new = desk(camera_key=INTEGRATED.key, snapshot_folder=tmp_path / "shots")
    new.window.begin()
    shows_picture(qtbot, new)

    new.commands.snapshot.trigger()

    qtbot.waitUntil(lambda: "Saved as" in new.window.status_bar.message)
    (saved,) = (tmp_path / "shots").iterdir()
    assert saved.suffix == ".png"
    assert saved.name in new.window.status_bar.message
    assert QUrl.fromLocalFile(str(tmp_path / "shots")).toString() in new.window.status_bar.message
    assert QImage(str(saved)).size().toTuple() == (64, 48)


def test_a_snapshot_that_cannot_be_saved_says_why(desk: NewDesk, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    new = desk(camera_key=INTEGRATED.key, snapshot_folder=tmp_path / "file")
    new.window.begin()
    shows_picture(qtbot, new)
    new.commands.snapshot.trigger()
    qtbot.waitUntil(lambda: "cannot be written" in new.window.status_bar.message)


# Help.


@pytest.mark.parametrize("name", ["about", "shortcuts", "consent"])
def test_help_opens_a_window_to_read(desk: NewDesk, name: str) -> None:
    new = desk()
    action: QAction = getattr(new.commands, name)
    action.trigger()
    (dialog,) = new.window.findChildren(ReadingDialog)
    assert dialog.isVisible()
    dialog.close()


# The end.


def test_closing_ends_every_thread_and_remembers_the_window(desk: NewDesk, qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    new = desk(cameras=[INTEGRATED])
    new.window.begin()
    shows_picture(qtbot, new)
    new.window.resize(762, 603)
    threads = {thread for thread in threading.enumerate() if thread not in before}
    assert len(threads) >= 4

    new.window.close()

    assert new.window.ended_cleanly
    assert not threads & set(threading.enumerate())
    assert desk().window.size().toTuple() == (762, 603)


def test_closing_while_a_source_opens_and_the_model_loads(desk: NewDesk, qtbot: QtBot) -> None:
    gate = Gate()
    slow = FaultySource(slow_open=True, live=True)

    def build(settings: Any) -> FakePipeline:
        gate.pass_through()
        return FakePipeline()

    new = desk(build=build, camera_key=INTEGRATED.key)
    new.camera_source = lambda: slow
    new.window.begin()
    qtbot.waitUntil(slow.blocked.is_set)
    gate.open()
    new.window.close()
    assert new.window.ended_cleanly


def test_closing_during_an_analysis_asks_first(
    desk: NewDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Close]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    new = desk()
    monkeypatch.setattr(type(new.window.tabs), "is_running", property(lambda _: True))

    assert not new.window.close()
    assert new.window.isVisible()
    assert new.window.close()


def shown_figures(new: Desk) -> str:
    labels = new.window.status_bar.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisible())


def test_results_open_in_a_tab_where_the_keys_are_its_own(
    desk: NewDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    new = desk()
    new.file_source = lambda: SyntheticSource(None, live=True)
    new.window.begin(files=[tmp_path / "a.mp4"])
    shows_picture(qtbot, new)
    assert new.commands.toggle.isEnabled()
    new.window.open_files(
        [write_ferx(tmp_path / "talk.ferx", FaceTable.of(two_people()), tmp_path / "talk.mp4")]
    )
    assert not new.window.tabs.shows_live
    assert not new.commands.toggle.isEnabled()
    assert not new.commands.snapshot.isEnabled()
    assert new.commands.analyse.isEnabled()
    assert "Latency" not in shown_figures(new)
    new.window.tabs.show_live()
    assert "Latency" in shown_figures(new)
    assert new.commands.toggle.isEnabled()


def test_a_file_is_analysed_in_a_tab(desk: NewDesk, qtbot: QtBot, tmp_path: Path) -> None:
    write_face_video(tmp_path / "talk.mp4", seconds=0.4)
    new = desk(model=write_tiny_model(tmp_path / "model"), device="cpu")
    new.window.begin(files=[tmp_path / "talk.mp4"])
    new.commands.analyse.trigger()
    assert new.window.files.analyse_dialog.form.input.text() == str(tmp_path / "talk.mp4")
    with qtbot.waitSignal(new.window.tabs.said, timeout=30_000) as said:
        new.window.files.analyse_dialog.start.click()
    assert said.args[0].startswith("Finished: 10 pictures analysed")
    assert (tmp_path / "FER Desktop" / "talk.ferx").is_file()
    assert new.window.tabs.tabText(1) == "talk"


def test_the_queue_is_a_tab_that_keeps_what_is_in_it(desk: NewDesk, qtbot: QtBot, tmp_path: Path) -> None:
    write_face_video(tmp_path / "talk.mp4", seconds=0.4)
    new = desk(model=write_tiny_model(tmp_path / "model"), device="cpu")
    new.commands.queue.trigger()
    tabs = new.window.tabs
    assert tabs.queue is not None
    assert tabs.currentWidget() is tabs.queue
    tabs.queue.offer([tmp_path / "talk.mp4"])
    tabs.close_tab(1)
    assert tabs.shows_live
    new.commands.queue.trigger()
    tabs.queue.output.setText(str(tmp_path / "results"))
    qtbot.waitUntil(tabs.queue.start.isEnabled)
    with qtbot.waitSignal(tabs.said, timeout=30_000):
        tabs.queue.start.trigger()
    tabs.queue.open_requested.emit(tmp_path / "results" / "talk.ferx")
    assert [workspace.path for workspace in tabs.workspaces] == [tmp_path / "results" / "talk.ferx"]


def test_results_reach_those_who_use_them_with_their_own_pictures(desk: NewDesk, qtbot: QtBot) -> None:
    """The personal calibration gets every result, the collecting of faces those whose picture was shown."""
    bench = desk(cameras=(INTEGRATED,))
    shown: list[tuple[Frame, FrameResult]] = []
    seen: list[FrameResult] = []
    bench.page.shown.connect(lambda *pair: shown.append(pair))
    bench.window.personal.result_seen.connect(seen.append)
    bench.window.begin()
    qtbot.waitUntil(lambda: len(shown) >= 3)
    assert all(frame.index == result.index for frame, result in shown)
    assert {result.index for _, result in shown} <= {result.index for result in seen}


def test_training_and_calibration_are_in_the_menus_once_there_is_consent(desk: NewDesk, qtbot: QtBot) -> None:
    bench = desk(agreed=False)
    act, calibrate = bench.commands, bench.window.personal_actions.calibrate
    entries = (act.new_run, act.runs, act.check_data, act.collect, act.evaluate, act.import_model, calibrate)
    assert not any(action.isEnabled() for action in entries)
    assert bench.window.consent.page is not None
    bench.window.consent.agree()
    assert all(action.isEnabled() for action in entries)
    menus = [action.menu() for action in bench.window.menuBar().actions()]
    present = {action for menu in menus if menu is not None for action in menu.actions()}
    assert set(entries) <= present


@pytest.mark.development
@pytest.mark.parametrize("name", ["check_data", "collect", "evaluate", "new_run", "runs"])
def test_each_page_of_the_training_is_a_tab_that_keeps_its_content(
    desk: NewDesk, qtbot: QtBot, name: str
) -> None:
    bench = desk()
    action, tabs = getattr(bench.commands, name), bench.window.tabs
    action.trigger()
    page = tabs.currentWidget()
    assert tabs.count() == 2
    tabs.close_tab(1)
    action.trigger()
    assert tabs.currentWidget() is page
    assert tabs.count() == 2
