from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import CameraUnavailableError, ModelError, SourceError
from fer_desktop.ui.live import Phase
from fer_desktop.ui.message_page import Message
from fer_desktop.ui.reading import ReadingDialog
from tests.support.sources import Fault, FaultySource, SyntheticSource
from tests.ui.fakes import FakePipeline, Gate
from tests.ui.window import EXTERNAL, INTEGRATED, Desk, FindingPipeline, face

NewDesk = Callable[..., Desk]


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> NewDesk:
    return lambda **arguments: Desk(qtbot, tmp_path, **arguments)


def reaches(qtbot: QtBot, desk: Desk, phase: Phase) -> None:
    qtbot.waitUntil(lambda: desk.session.state.phase is phase)


def shows_page(qtbot: QtBot, desk: Desk, title: str) -> Message:
    qtbot.waitUntil(lambda: desk.page.page is not None and desk.page.page.title == title)
    assert desk.page.page is not None
    return desk.page.page


def shows_picture(qtbot: QtBot, desk: Desk) -> None:
    qtbot.waitUntil(lambda: desk.page.page is None)


def button(desk: Desk, text: str) -> Any:
    everywhere = (
        desk.page.message_page.buttons + desk.page.model_banner.buttons + desk.page.end_banner.buttons
    )
    return next(item for item in everywhere if item.text().replace("&", "") == text)


def files_dialog(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([str(path) for path in paths], ""))


# The first start.


def test_before_consent_nothing_is_opened_and_no_camera_is_looked_for(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(agreed=False, cameras=[INTEGRATED], camera_key=INTEGRATED.key)
    with qtbot.waitSignal(new.session.model_changed):
        new.window.begin(files=[Path("a.mp4")])

    new.window.open_files([Path("b.mp4")])

    assert new.window.consent_page is not None
    assert new.window.consent_page.isVisible()
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
    assert new.window.consent_page is not None

    new.window.consent_page.buttons.buttons[0].click()

    shows_picture(qtbot, new)
    assert new.opened == [INTEGRATED.key]
    again = desk(agreed=False, consent_version=new.settings.consent_version)
    assert again.window.has_consent


def test_declining_closes_the_window_and_is_not_remembered(desk: NewDesk) -> None:
    new = desk(agreed=False)
    new.window.begin()
    assert new.window.consent_page is not None

    new.window.consent_page.buttons.buttons[1].click()

    assert not new.window.isVisible()
    assert new.settings.consent_version == 0


def test_a_newer_version_of_the_text_is_shown_again(desk: NewDesk) -> None:
    assert not desk(agreed=False, consent_version=0).window.has_consent


# Cameras.


def test_the_remembered_camera_starts_without_waiting_for_the_list(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=EXTERNAL.key, cameras=[INTEGRATED, EXTERNAL])
    new.window.begin()
    assert new.session.state.phase is Phase.OPENING

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

    reaches(qtbot, new, Phase.RECONNECTING)
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
    assert new.session.state.phase is Phase.IDLE


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
    reaches(qtbot, new, Phase.FINISHED)
    assert new.opened == [tuple(tmp_path / name for name in names) for names in opened]


def test_what_is_dropped_from_the_web_is_not_opened(desk: NewDesk) -> None:
    new = desk()
    drop(new, [QUrl("https://example.org/talk.mp4")])
    assert new.session.state.phase is Phase.IDLE


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
    reaches(qtbot, new, Phase.FINISHED)
    assert new.page.page is None
    assert new.page.end_banner.isVisible()

    with qtbot.waitSignals([new.session.state_changed] * 3):
        button(new, "Play again").click()

    assert new.opened == [(Path("talk.mp4"),)] * 2


def test_one_picture_has_no_end(desk: NewDesk, qtbot: QtBot, tmp_path: Path) -> None:
    from fer_desktop.core.images import ImageSource

    QImage(32, 24, QImage.Format.Format_RGB32).save(str(tmp_path / "a.png"))
    new = desk()
    new.file_source = lambda: ImageSource(tmp_path / "a.png")
    new.window.begin(files=[tmp_path / "a.png"])
    reaches(qtbot, new, Phase.FINISHED)
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
    reaches(qtbot, new, Phase.RUNNING)
    shows_picture(qtbot, new)

    new.commands.toggle.trigger()
    assert new.session.state.phase is Phase.PAUSED
    assert new.page.view.note == "Paused"
    assert new.commands.toggle.text() == "&Continue"

    new.commands.toggle.trigger()
    assert new.session.state.phase is Phase.RUNNING
    assert new.page.view.note == ""


def test_stopping_closes_the_source_and_it_can_be_started_again(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(camera_key=INTEGRATED.key)
    new.window.begin()
    shows_picture(qtbot, new)

    new.commands.stop.trigger()
    assert "is closed. Nothing is watched" in shows_page(qtbot, new, "Stopped").text
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
    assert new.session.state.phase is Phase.PAUSED


# The model.


def test_a_damaged_model_leaves_the_preview_and_offers_the_bundled_one(
    desk: NewDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    def build(settings: Any) -> FakePipeline:
        if settings.model == tmp_path / "mine.json":
            raise ModelError("mine.onnx is damaged.")
        return FindingPipeline(face())

    new = desk(build=build, camera_key=INTEGRATED.key, model=tmp_path / "mine.json")
    new.window.begin()
    shows_picture(qtbot, new)
    qtbot.waitUntil(new.page.model_banner.isVisible)
    assert new.page.model_banner.message is not None
    assert "mine.onnx is damaged." in new.page.model_banner.message.text
    assert new.page.panel.cards == []

    button(new, "Use the bundled model").click()

    qtbot.waitUntil(lambda: len(new.page.panel.cards) == 1)
    assert not new.page.model_banner.isVisible()
    assert new.settings.model is None


def test_a_detector_that_cannot_be_used_offers_the_standard_one(desk: NewDesk, qtbot: QtBot) -> None:
    def build(settings: Any) -> FakePipeline:
        if settings.detector == "yunet":
            raise ModelError("It is not installed.")
        return FakePipeline()

    new = desk(build=build, detector="yunet")
    new.window.begin()
    qtbot.waitUntil(new.page.model_banner.isVisible)

    button(new, "Use the standard face detector").click()

    qtbot.waitUntil(lambda: not new.page.model_banner.isVisible())
    assert new.settings.detector == "cascade"


def test_the_bundled_model_can_be_loaded_again(desk: NewDesk, qtbot: QtBot) -> None:
    outcomes = [ModelError("It is missing."), None]

    def build(settings: Any) -> FakePipeline:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return FakePipeline()

    new = desk(build=build)
    new.window.begin()
    qtbot.waitUntil(new.page.model_banner.isVisible)
    button(new, "Load again").click()
    qtbot.waitUntil(lambda: not new.page.model_banner.isVisible())


def test_another_device_than_asked_for_is_told_until_dismissed(desk: NewDesk, qtbot: QtBot) -> None:
    def build(settings: Any) -> FakePipeline:
        pipeline = FakePipeline()
        pipeline.classifier.notice = "The GPU is not used."
        return pipeline

    new = desk(build=build, device="cuda")
    new.window.begin()
    qtbot.waitUntil(new.page.model_banner.isVisible)
    assert new.page.model_banner.message is not None
    assert new.page.model_banner.message.title == "The GPU is not used."
    button(new, "Dismiss").click()
    assert not new.page.model_banner.isVisible()


def test_the_preview_runs_while_the_model_is_loading(desk: NewDesk, qtbot: QtBot) -> None:
    gate = Gate()

    def build(settings: Any) -> FakePipeline:
        gate.pass_through()
        return FindingPipeline(face())

    new = desk(build=build, camera_key=INTEGRATED.key)
    new.window.begin()
    shows_picture(qtbot, new)
    assert new.page.view.note == "Loading the model…"

    gate.open()
    qtbot.waitUntil(lambda: len(new.page.panel.cards) == 1)
    assert new.page.view.note == ""


def test_settings_of_the_pipeline_apply_at_once_and_are_remembered(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk()
    new.window.begin()
    qtbot.waitUntil(lambda: new.session.model_status.phase == "ready")

    new.window.preferences.balance.setValue(20)
    new.window.preferences.smoothing.click()
    cpu = next(action for action in new.window.device_menu.actions() if action.data() == "cpu")
    cpu.trigger()

    qtbot.waitUntil(lambda: len(new.built) == 2)
    assert (new.built[-1].tau, new.built[-1].smoothing, new.built[-1].device) == (0.0, False, "cpu")
    assert (new.settings.tau, new.settings.smoothing, new.settings.device) == (0.0, False, "cpu")
    assert not new.commands.smoothing.isChecked()


def test_restoring_the_defaults_undoes_every_change(desk: NewDesk, qtbot: QtBot) -> None:
    new = desk(detector="yunet", tau=0.1, smoothing=False, device="cpu")
    before = new.window.pipeline.settings
    new.window.preferences.restore.click()
    after = new.window.pipeline.settings
    assert (before.detector, after.detector) == ("yunet", "cascade")
    assert (after.tau, after.smoothing, after.device) == (0.75, True, "auto")
    assert new.window.preferences.device.currentData() == "auto"


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
    monkeypatch.setattr(type(new.window.analyse_dialog), "is_running", property(lambda _: True))

    assert not new.window.close()
    assert new.window.isVisible()
    assert new.window.close()
