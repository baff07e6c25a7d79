from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import OutputError
from fer_desktop.core.live.capture import SessionPhase, SessionState
from fer_desktop.core.paths import default_paths
from fer_desktop.core.types import Box, Face
from fer_desktop.ui.common.jobs import JobRunner
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.training import collect_page
from fer_desktop.ui.training.collect_page import CollectPage, CollectState
from tests.ui import desk

IMAGE = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
NEAR = desk.face(1, box=Box(100, 60, 120, 120))
FAR = desk.face(2, box=Box(10, 10, 30, 30))


@pytest.fixture
def session(make_session: Callable[..., LiveSession]) -> LiveSession:
    session = make_session()
    session._change_state(SessionState(SessionPhase.RUNNING, name="camera"))
    return session


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    jobs.shutdown()


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path, session: LiveSession, jobs: JobRunner) -> CollectPage:
    paths = dataclasses.replace(default_paths(), runs=tmp_path / "home" / "runs")
    page = CollectPage(session, Settings(tmp_path / "settings.ini"), paths, jobs)
    qtbot.addWidget(page)
    page.resize(900, 640)
    page.show()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    return page


def note(page: CollectPage, at_s: float, *faces: Face) -> None:
    frame = dataclasses.replace(desk.frame(IMAGE), captured_at=at_s, wall_time=1_780_000_000 + at_s)
    page.note_result(frame, desk.result(*faces, size=(320, 240)))


def burst(page: CollectPage, count: int = 4, emotion: str = "happiness") -> None:
    """A whole burst without countdown, up to its review."""
    page.options.countdown.setValue(0)
    page.options.count.setValue(count)
    page.options.duration.setValue(1)
    page.options.buttons[emotion].click()
    page.start.trigger()
    for step in range(count):
        note(page, 10 + step / count, NEAR)


def files(page: CollectPage) -> list[Path]:
    folder = page.options.folder
    assert folder is not None
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def select(page: CollectPage, *rows: int) -> None:
    grid = page.review.grid
    grid.clearSelection()
    for row in rows:
        grid.selectionModel().select(grid.model().index(row, 0), QItemSelectionModel.SelectionFlag.Select)


def test_an_emotion_is_chosen_first(page: CollectPage, tmp_path: Path) -> None:
    assert page.options.folder == tmp_path / "home" / "collected"
    assert not page.start.isEnabled()
    assert page.status.text() == "Choose an emotion to show."
    page.options.buttons["anger"].click()
    assert page.start.isEnabled()


def test_without_a_live_picture_it_says_so(page: CollectPage, session: LiveSession) -> None:
    page.options.buttons["anger"].click()
    session._change_state(SessionState())
    assert not page.start.isEnabled()
    assert page.status.text() == collect_page.NO_PICTURE


def test_the_preview_shows_the_largest_face_and_what_is_in_the_way(page: CollectPage) -> None:
    note(page, 1, NEAR)
    assert page.view.has_picture
    assert page.view.mark == ""
    note(page, 2, FAR, NEAR)
    assert page.view.mark == "2 faces in view. The largest one is used."
    note(page, 3)
    assert not page.view.has_picture
    assert page.view.mark == "No face in view"
    note(page, 4, FAR)
    assert page.view.mark == "Small: 30 pixels. Come closer."


def test_after_the_countdown_crops_are_taken(page: CollectPage) -> None:
    page.options.countdown.setValue(2)
    page.options.count.setValue(2)
    page.options.duration.setValue(1)
    page.options.buttons["anger"].click()
    page.start.trigger()
    assert page.start.text() == "S&top"
    assert not page.options.isEnabled()
    note(page, 5.0, NEAR)
    assert page.status.text() == "Show anger…"
    note(page, 7.0, NEAR)
    assert page.status.text() == "1 of 2 taken"
    note(page, 7.2, NEAR)
    assert page.status.text() == "1 of 2 taken"
    note(page, 7.5, NEAR)
    assert page.state is CollectState.REVIEW
    assert len(page.review.crops) == 2
    assert page.review.crops[0].image.shape == (144, 144, 3)


def test_nothing_is_written_before_keep(page: CollectPage, qtbot: QtBot) -> None:
    burst(page)
    assert files(page) == []
    with qtbot.waitSignal(page.said) as said:
        page.review.keep.trigger()
    assert said.args == ["4 pictures of happiness saved.", page.options.folder]
    assert len(files(page)) == 4
    assert {path.parent for path in files(page)} == {Path("train/happiness")}
    assert page.state is CollectState.IDLE
    qtbot.waitUntil(lambda: page.options.buttons["happiness"].text() == "Happiness (4)")
    assert page.status.text() == "4 pictures of happiness saved."


def test_what_is_deleted_in_the_review_is_not_written(page: CollectPage, qtbot: QtBot) -> None:
    burst(page)
    kept = [page.review.crops[0], page.review.crops[3]]
    assert not page.review.delete.isEnabled()
    select(page, 1, 2)
    page.review.delete.trigger()
    assert list(page.review.crops) == kept
    assert page.review.keep.text() == "&Keep 2"
    with qtbot.waitSignal(page.said):
        page.review.keep.trigger()
    assert len(files(page)) == 2


def test_the_delete_key_deletes(page: CollectPage, qtbot: QtBot) -> None:
    burst(page)
    page.activateWindow()
    select(page, 0)
    qtbot.keyClick(page.review.grid, Qt.Key.Key_Delete)
    assert len(page.review.crops) == 3


def test_discard_writes_nothing(page: CollectPage) -> None:
    burst(page)
    page.review.discard.trigger()
    assert files(page) == []
    assert page.state is CollectState.IDLE
    assert page.review.crops == ()
    assert page.status.text() == "No picture was saved."


def test_a_full_disk_keeps_the_pictures_in_the_review(
    page: CollectPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OutputError("collected: cannot be written (No space left on device)")

    burst(page)
    monkeypatch.setattr(collect_page, "write_crops", fails)
    page.review.keep.trigger()
    qtbot.waitUntil(lambda: page.problem.message is not None)
    assert page.problem.message is not None
    assert "No space left" in page.problem.message.text
    assert page.state is CollectState.REVIEW
    assert len(page.review.crops) == 4
    monkeypatch.undo()
    with qtbot.waitSignal(page.said):
        page.review.keep.trigger()
    assert page.problem.message is None
    assert len(files(page)) == 4


def test_a_burst_can_be_stopped(page: CollectPage) -> None:
    burst(page, count=1)
    page.review.discard.trigger()
    page.options.count.setValue(10)
    page.start.trigger()
    page.start.trigger()
    assert page.status.text() == "No picture was taken: it was stopped."
    page.start.trigger()
    note(page, 20.0, NEAR)
    page.start.trigger()
    assert page.state is CollectState.REVIEW
    assert page.review.title.text().startswith("1 of 10 pictures taken. Then it was stopped.")


def test_a_burst_without_a_face_ends_and_says_so(page: CollectPage) -> None:
    page.options.countdown.setValue(0)
    page.options.buttons["fear"].click()
    page.start.trigger()
    note(page, 0.0)
    note(page, 100.0)
    assert page.state is CollectState.IDLE
    assert page.status.text() == "No picture was taken: no face was in view."


def test_a_camera_that_goes_ends_the_burst_with_what_it_has(page: CollectPage, session: LiveSession) -> None:
    page.options.countdown.setValue(0)
    page.options.buttons["fear"].click()
    page.start.trigger()
    note(page, 0.0, NEAR)
    session._change_state(SessionState(SessionPhase.RECONNECTING, name="camera"))
    assert page.state is CollectState.REVIEW
    assert len(page.review.crops) == 1


def test_what_was_collected_can_be_checked(page: CollectPage, qtbot: QtBot) -> None:
    assert not page.check.isEnabled()
    burst(page)
    with qtbot.waitSignal(page.said):
        page.review.keep.trigger()
    qtbot.waitUntil(page.check.isEnabled)
    with qtbot.waitSignal(page.data_requested) as asked:
        page.check.trigger()
    assert asked.args == [page.options.folder]


def test_another_folder_is_counted(page: CollectPage, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "other" / "train" / "sadness").mkdir(parents=True)
    (tmp_path / "other" / "train" / "sadness" / "me.png").touch()
    page.options.folder_line.setText(str(tmp_path / "other"))
    qtbot.waitUntil(lambda: page.options.buttons["sadness"].text() == "Sadness (1)")
    page.options.folder_line.clear()
    assert page.options.buttons["sadness"].text() == "Sadness"
    assert not page.start.isEnabled()


def test_a_result_costs_less_than_a_millisecond(page: CollectPage) -> None:
    at_the_border = desk.face(1, box=Box(200, 100, 200, 200))
    frame, found = desk.frame(IMAGE), desk.result(at_the_border, FAR, size=(320, 240))
    began = time.perf_counter()
    for _ in range(200):
        page.note_result(frame, found)
    assert (time.perf_counter() - began) / 200 < 1e-3
