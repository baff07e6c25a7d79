from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import CameraUnavailableError, SourceError
from fer_desktop.core.live.capture import SessionPhase
from tests.support.sources import Fault, FaultySource, SyntheticSource
from tests.ui.desk import (
    EXTERNAL,
    INTEGRATED,
    Desk,
    FindingPipeline,
    NewDesk,
    button,
    face,
    files_dialog,
    reaches,
    shows_page,
    shows_picture,
)

# Cameras.


def test_the_remembered_camera_starts_without_waiting_for_the_list(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=EXTERNAL.key, cameras=[INTEGRATED, EXTERNAL])
    new.window.begin()
    assert new.session.state.phase is SessionPhase.OPENING

    shows_picture(qtbot, new)
    assert new.opened == [EXTERNAL.key]
    qtbot.waitUntil(lambda: EXTERNAL.name in new.window.windowTitle())


def test_a_camera_given_at_the_start_goes_before_the_remembered_one(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=EXTERNAL.key)
    new.window.begin(camera_key=INTEGRATED.key)
    shows_picture(qtbot, new)
    assert new.opened == [INTEGRATED.key]


def test_the_only_camera_is_used_and_remembered(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(cameras=[INTEGRATED])
    new.window.begin()
    shows_picture(qtbot, new)
    assert new.opened == [INTEGRATED.key]
    assert new.settings.camera_key == INTEGRATED.key


def test_of_several_cameras_the_page_lets_choose(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(cameras=[INTEGRATED, EXTERNAL])
    new.window.begin()
    shows_page(qtbot, new, "Choose a camera")

    button(new, EXTERNAL.name).click()

    shows_picture(qtbot, new)
    assert new.opened == [EXTERNAL.key]


def test_without_a_camera_the_page_says_so_and_looks_again(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    new.window.begin()
    shows_page(qtbot, new, "No camera was found")

    new.cameras = (INTEGRATED,)
    button(new, "Look for cameras again").click()

    shows_picture(qtbot, new)
    assert new.opened == [INTEGRATED.key]


def test_without_a_camera_a_sample_picture_can_be_tried(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    new.window.begin()
    shows_page(qtbot, new, "No camera was found")

    button(new, "Try a sample picture").click()

    shows_picture(qtbot, new)
    assert new.opened == [(new.window.paths.sample_picture,)]
    assert new.window.paths.sample_picture.is_file()


def test_the_menu_follows_cameras_that_come_and_go(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(cameras=[INTEGRATED])
    new.window.begin()
    shows_picture(qtbot, new)

    new.cameras = (EXTERNAL, INTEGRATED)
    with qtbot.waitSignal(new.window.watcher.cameras_changed):
        new.commands.refresh_cameras.trigger()

    cameras = new.window.camera_menu.cameras
    assert cameras is not None
    assert [action.data() for action in cameras] == [EXTERNAL, INTEGRATED]
    assert [action.isChecked() for action in cameras] == [False, True]
    cameras[0].trigger()
    qtbot.waitUntil(lambda: new.opened == [INTEGRATED.key, EXTERNAL.key])
    assert [action.isChecked() for action in cameras] == [True, False]


def test_a_busy_camera_says_what_to_do_and_tries_again_at_once_when_asked(
    desk: NewDesk, qtbot: QtBot
) -> None:
    new = desk(cameras=[INTEGRATED, EXTERNAL], camera_key=INTEGRATED.key)

    def busy() -> SyntheticSource:
        raise CameraUnavailableError("It is used by another program.")

    new.camera_source = busy
    new.window.begin()
    page = shows_page(qtbot, new, f"{INTEGRATED.name} is not available")
    qtbot.waitUntil(lambda: "Next attempt in" in getattr(new.page.page, "text", ""))
    assert "used by another program" in page.text
    assert button(new, EXTERNAL.name).isEnabled()

    new.camera_source = lambda: SyntheticSource(None, live=True)
    button(new, "Try now").click()

    shows_picture(qtbot, new)


def test_an_unplugged_camera_leaves_no_picture_and_no_face(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=INTEGRATED.key)
    gate = threading.Semaphore(1)
    new.camera_source = lambda: FaultySource({2: Fault.UNPLUG}, frames=None, live=True, gate=gate)
    new.window.begin()
    qtbot.waitUntil(lambda: len(new.page.panel.cards) == 1)

    gate.release()

    reaches(qtbot, new, SessionPhase.RECONNECTING)
    assert new.page.page is not None
    assert new.page.panel.cards == []
    assert not new.page.view.has_picture


# Files.


def test_opening_files_shows_them_with_their_faces(
    desk: NewDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new = desk(build=lambda settings: FindingPipeline(face(1), face(2, None)))
    new.window.begin()
    files_dialog(monkeypatch, tmp_path / "talk.mp4")

    new.commands.open_files.trigger()

    qtbot.waitUntil(lambda: [card.title for card in new.page.panel.cards] == ["Uncertain", "Happiness 70%"])
    assert new.opened == [(tmp_path / "talk.mp4",)]
    assert new.settings.open_folder == tmp_path
    assert "talk.mp4" in new.window.windowTitle()


def test_a_cancelled_dialog_opens_nothing(desk: NewDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    new = desk()
    files_dialog(monkeypatch)
    new.commands.open_files.trigger()
    assert new.session.state.phase is SessionPhase.IDLE


def test_a_folder_of_pictures_is_opened(
    desk: NewDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path / "holiday"))
    new = desk()
    new.commands.open_folder.trigger()
    qtbot.waitUntil(lambda: new.opened == [(tmp_path / "holiday",)])


@pytest.mark.parametrize(
    ("dropped", "opened"),
    [
        (["talk.mp4"], [("talk.mp4",)]),
        (["a.png", "b.jpg", "notes.txt"], [("a.png", "b.jpg")]),
        (["talk.mp4", "walk.mp4"], [("talk.mp4",)]),
    ],
)
def test_dropped_files_are_opened(
    desk: NewDesk, qtbot: QtBot, tmp_path: Path, dropped: list[str], opened: list[tuple[str, ...]]
) -> None:
    new = desk()
    drop(new, [QUrl.fromLocalFile(str(tmp_path / name)) for name in dropped])
    reaches(qtbot, new, SessionPhase.FINISHED)
    assert new.opened == [tuple(tmp_path / name for name in names) for names in opened]


def test_what_is_dropped_from_the_web_is_not_opened(desk: NewDesk) -> None:
    new = desk()
    drop(new, [QUrl("https://example.org/talk.mp4")])
    assert new.session.state.phase is SessionPhase.IDLE


def drop(desk: Desk, urls: list[QUrl]) -> None:
    data = QMimeData()
    data.setUrls(urls)
    desk.window.dropEvent(
        QDropEvent(
            QPointF(1, 1),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def test_a_file_at_its_end_keeps_its_picture_and_offers_to_play_it_again(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    new.window.begin(files=[Path("talk.mp4")])
    reaches(qtbot, new, SessionPhase.FINISHED)
    assert new.page.page is None
    assert new.page.end_banner.isVisible()

    with qtbot.waitSignals([new.session.state_changed] * 3):
        button(new, "Play again").click()

    assert new.opened == [(Path("talk.mp4"),)] * 2


def test_one_picture_has_no_end(desk: NewDesk, qtbot: QtBot, tmp_path: Path) -> None:
    from fer_desktop.core.sources.images import ImageSource

    QImage(32, 24, QImage.Format.Format_RGB32).save(str(tmp_path / "a.png"))
    new = desk()
    new.file_source = lambda: ImageSource(tmp_path / "a.png")
    new.window.begin(files=[tmp_path / "a.png"])
    reaches(qtbot, new, SessionPhase.FINISHED)
    assert not new.page.end_banner.isVisible()


def test_an_unreadable_file_says_why_and_offers_another(
    desk: NewDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = desk()
    new.file_source = lambda: FaultySource(open_error=SourceError("It holds no picture."))
    new.window.begin(files=[Path("talk.mp4")])
    page = shows_page(qtbot, new, "talk.mp4 cannot be shown")
    assert "It holds no picture." in page.text

    new.file_source = lambda: SyntheticSource(3)
    files_dialog(monkeypatch, Path("walk.mp4"))
    button(new, "Open video or pictures…").click()

    shows_picture(qtbot, new)
    assert new.opened[-1] == (Path("walk.mp4"),)


# Playing.


def test_one_action_pauses_and_continues(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=INTEGRATED.key)
    new.window.begin()
    reaches(qtbot, new, SessionPhase.RUNNING)
    shows_picture(qtbot, new)

    new.commands.toggle.trigger()
    assert new.session.state.phase is SessionPhase.PAUSED
    assert new.page.view.note == "Paused"
    assert new.commands.toggle.text() == "&Continue"

    new.commands.toggle.trigger()
    assert new.session.state.phase is SessionPhase.RUNNING
    assert new.page.view.note == ""


def test_stopping_closes_the_source_and_it_can_be_started_again(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=INTEGRATED.key)
    new.window.begin()
    shows_picture(qtbot, new)

    new.commands.stop.trigger()
    assert "is closed. Nothing is analysed" in shows_page(qtbot, new, "Stopped").text
    assert not new.commands.stop.isEnabled()
    assert not new.commands.snapshot.isEnabled()

    button(new, "Start").click()
    shows_picture(qtbot, new)
    assert new.opened == [INTEGRATED.key] * 2


def test_space_starts_and_pauses_but_presses_a_button_that_has_the_focus(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(cameras=[INTEGRATED, EXTERNAL])
    new.window.begin()
    shows_page(qtbot, new, "Choose a camera")
    focused = button(new, EXTERNAL.name)
    focused.setFocus()
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    shows_picture(qtbot, new)
    qtbot.keyClick(new.window, Qt.Key.Key_Space)
    assert new.session.state.phase is SessionPhase.PAUSED
