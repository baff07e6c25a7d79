"""The player of a recording: moving in it, playing by the clock, and what is drawn over the picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import SourceError
from fer_desktop.core.frame_source import SourceInfo
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.types import Box, Frame, FrameResult
from fer_desktop.ui.analysis.player import Player
from fer_desktop.ui.analysis.player_requests import PlayerRequests
from fer_desktop.ui.analysis.transport import exact_clock
from fer_desktop.ui.threads import join_threads
from tests.support.results import make_face, make_frame, make_result
from tests.support.sources import FakeClock
from tests.support.videos import write_video
from tests.ui.fakes import WAIT_S, Gate

FPS = 10.0
FRAMES = 40
SIZE = (160, 90)
PLAIN = OverlayStyle(boxes=False, labels=False, bars=False)


def brightness(index: int) -> int:
    """As it is shown; pictures of one shade come out of the encoder 4 darker."""
    return 16 + 5 * index


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds at 10 frames a second; each picture tells its index by its brightness."""
    path = tmp_path_factory.mktemp("recording") / "talk.mp4"
    pictures = [np.full((SIZE[1], SIZE[0], 3), brightness(index) + 4, np.uint8) for index in range(FRAMES)]
    write_video(path, pictures, fps=FPS, options={"preset": "veryfast", "bf": "3", "g": "250"})
    return path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def new_player(qtbot: QtBot, clock: FakeClock) -> Iterator[Callable[..., Player]]:
    players = []

    def make(**options: object) -> Player:
        player = Player(clock=clock, **options)  # type: ignore[arg-type]
        qtbot.addWidget(player)
        player.resize(480, 320)
        player.set_style(PLAIN)
        player.show()
        players.append(player)
        return player

    yield make
    for player in players:
        assert join_threads(player.begin_shutdown(), WAIT_S)


@pytest.fixture
def player(qtbot: QtBot, new_player: Callable[..., Player], recording: Path) -> Player:
    """With the recording open and its first frame shown."""
    player = new_player()
    with qtbot.waitSignal(player.position_changed):
        player.open(recording)
    return player


def picture(player: Player) -> QImage:
    return player.view.grab().toImage()


def number_in_the_picture(player: Player) -> int:
    image = picture(player)
    return round((image.pixelColor(image.rect().center()).red() - 16) / 5)


def shows(qtbot: QtBot, player: Player, index: int) -> None:
    qtbot.waitUntil(lambda: player.frame is not None and player.frame.index == index)
    assert number_in_the_picture(player) == index


# Moving.


def test_it_opens_at_the_first_frame(player: Player) -> None:
    assert number_in_the_picture(player) == 0
    assert player.transport.time.text() == "0:00.00 / 0:04.00"
    assert player.transport.number.text() == "Frame 0"


@pytest.mark.parametrize(("pts_s", "index"), [(1.23, 12), (3.0, 30), (0.0, 0), (99.0, 39), (-1.0, 0)])
def test_a_seek_shows_the_frame_of_that_time(qtbot: QtBot, player: Player, pts_s: float, index: int) -> None:
    player.seek(2.0)
    shows(qtbot, player, 20)
    player.seek(pts_s)
    shows(qtbot, player, index)
    assert player.transport.time.text().startswith(exact_clock(index / FPS))


def test_positions_are_those_of_the_frames(qtbot: QtBot, player: Player) -> None:
    told: list[float] = []
    player.position_changed.connect(told.append)
    player.seek(1.27)
    shows(qtbot, player, 12)
    assert told == [pytest.approx(1.2)]


def test_steps_go_both_ways_and_add_up(qtbot: QtBot, player: Player) -> None:
    player.seek(1.0)
    player.step(1)
    shows(qtbot, player, 11)
    player.step(-1)
    player.step(-1)
    player.step(-1)
    shows(qtbot, player, 8)
    qtbot.mouseClick(player.transport.forward, Qt.MouseButton.LeftButton)
    shows(qtbot, player, 9)
    qtbot.mouseClick(player.transport.back, Qt.MouseButton.LeftButton)
    shows(qtbot, player, 8)


def test_steps_end_at_both_ends(qtbot: QtBot, player: Player) -> None:
    player.seek(3.8)
    player.step(5)
    shows(qtbot, player, 39)
    player.seek(0.1)
    player.step(-5)
    shows(qtbot, player, 0)


def test_the_newest_wish_counts() -> None:
    requests = PlayerRequests()
    for pts_s in (1.0, 5.0, 3.0):
        requests.seek(pts_s)
    requests.step(1)
    requests.step(1)
    taken = requests.take()
    assert (taken.seek_s, taken.steps, taken.number) == (3.0, 2, 5)
    assert requests.take() == replace(taken, seek_s=None, steps=0)
    requests.step(1)
    requests.seek(2.0)
    assert requests.take().steps == 0


class GatedSource:
    """A hundred frames a second apart, each of which waits at a gate."""

    def __init__(self, gate: Gate, frames: int = 100) -> None:
        self.info = SourceInfo("gated", "video", duration_s=float(frames))
        self.asked: list[float] = []
        self._gate = gate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        self._gate.open()

    def prepare(self) -> None:
        pass

    def frame_at(self, pts_s: float) -> Frame:
        self.asked.append(pts_s)
        if pts_s > 0:
            self._gate.pass_through()
        return make_frame(index=int(pts_s), pts_s=float(int(pts_s)))

    def next(self) -> Frame | None:
        return None

    def previous(self) -> Frame | None:
        return None


def test_while_scrubbing_only_the_newest_place_is_decoded(
    qtbot: QtBot, new_player: Callable[..., Player]
) -> None:
    gate = Gate()
    source = GatedSource(gate)
    player = new_player(opener=lambda path: source)
    with qtbot.waitSignal(player.position_changed):
        player.open(Path("gated"))
    player.seek(1.0)
    gate.wait_until_reached()
    for pts_s in range(2, 50):
        player.seek(float(pts_s))
    gate.open()
    qtbot.waitUntil(lambda: player.frame is not None and player.frame.index == 49)
    assert [pts_s for pts_s in source.asked if pts_s > 0] == [1.0, 49.0]


# Playing.


def test_it_plays_by_the_clock(qtbot: QtBot, player: Player, clock: FakeClock) -> None:
    with qtbot.waitSignal(player.playing_changed) as told:
        player.play()
    assert told.args == [True]
    assert player.is_playing
    assert player.transport.play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: anchored(player))
    for index in (1, 2, 3):
        clock.advance(0.1)
        shows(qtbot, player, index)


def anchored(player: Player) -> bool:
    """The thread has noted when playing began, so the clock may go on."""
    return player._thread is not None and player._thread._anchor is not None


def test_late_frames_are_left_out(qtbot: QtBot, player: Player, clock: FakeClock) -> None:
    positions: list[float] = []
    player.position_changed.connect(positions.append)
    player.play()
    qtbot.waitUntil(lambda: anchored(player))
    clock.advance(2.05)
    shows(qtbot, player, 20)
    assert positions == [pytest.approx(2.0)]


@pytest.mark.parametrize(("speed", "index"), [(0.25, 5), (1.0, 20), (1.7, 34), (0.01, 5), (100.0, 39)])
def test_the_speed_is_kept_in_its_range(
    qtbot: QtBot, player: Player, clock: FakeClock, speed: float, index: int
) -> None:
    player.set_speed(speed)
    player.play()
    qtbot.waitUntil(lambda: anchored(player))
    clock.advance(2.01)
    shows(qtbot, player, index)


def test_a_pause_stays_where_it_is_and_playing_goes_on_from_there(
    qtbot: QtBot, player: Player, clock: FakeClock
) -> None:
    player.seek(1.0)
    player.play()
    qtbot.waitUntil(lambda: anchored(player))
    clock.advance(0.1)
    shows(qtbot, player, 11)
    player.pause()
    assert not player.is_playing
    clock.advance(50.0)
    player.step(1)
    shows(qtbot, player, 12)
    player.toggle()
    qtbot.waitUntil(lambda: anchored(player))
    clock.advance(0.1)
    shows(qtbot, player, 13)


def test_a_pause_while_a_picture_is_decoded_shows_none_that_came_due_since(
    qtbot: QtBot, new_player: Callable[..., Player], clock: FakeClock
) -> None:
    class Slow(GatedSource):
        def next(self) -> Frame | None:
            if 1.0 in self.asked:
                decoding.pass_through()
            return make_frame(index=1, pts_s=1.0)

    decoding = Gate()
    source = Slow(Gate(is_open=True))
    player = new_player(opener=lambda path: source)
    with qtbot.waitSignal(player.position_changed):
        player.open(Path("slow"))
    player.play()
    qtbot.waitUntil(lambda: anchored(player))
    clock.advance(1.0)
    decoding.wait_until_reached()
    player.pause()
    clock.advance(50.0)
    decoding.open()
    qtbot.waitUntil(lambda: source.asked[-2:] == [1.0, 1.0])
    assert 51.0 not in source.asked


def test_a_seek_while_playing_goes_on_from_there(qtbot: QtBot, player: Player, clock: FakeClock) -> None:
    player.play()
    qtbot.waitUntil(lambda: anchored(player))
    player.seek(3.0)
    shows(qtbot, player, 30)
    assert player.is_playing
    qtbot.waitUntil(lambda: anchored(player))
    clock.advance(0.1)
    shows(qtbot, player, 31)


def test_it_stops_at_the_end_and_plays_again_from_the_beginning(
    qtbot: QtBot, player: Player, clock: FakeClock
) -> None:
    player.seek(3.8)
    player.play()
    qtbot.waitUntil(lambda: anchored(player))
    with qtbot.waitSignal(player.playing_changed):
        clock.advance(0.1)
    assert number_in_the_picture(player) == 39
    assert player.view.note == "End"
    assert player.transport.play.accessibleName() == "Play again"
    player.toggle()
    shows(qtbot, player, 0)
    assert player.is_playing
    assert player.view.note == ""


# What is drawn over the picture.

LEFT, MIDDLE = Box(10, 20, 30, 30), Box(60, 20, 30, 30)
HAPPY = make_face(LEFT, id=1)


def stored(*results: FrameResult, people: People | None = None) -> StoredAnalysis:
    table = FaceTable.of(results)
    facts = {"source": {"name": "talk.mp4", "duration_s": 4.0}}
    known = (people or People()).with_faces(np.unique(table.face_id))
    return StoredAnalysis(Path("talk.ferx"), facts, table, known)


def at(index: int, *faces: object) -> FrameResult:
    return make_result(faces, index=index, pts_s=index / FPS, size=SIZE)  # type: ignore[arg-type]


def drawn(player: Player) -> list[Box]:
    return [face.box for face in player.view._picture.faces]


def test_the_faces_are_those_stored_for_the_frame_and_are_not_drawn_for_long(
    qtbot: QtBot, player: Player
) -> None:
    results = [at(0, HAPPY), at(1, HAPPY), at(2, make_face(MIDDLE, id=1))]
    player.set_analysis(stored(*results, at(30, HAPPY)))
    assert drawn(player) == [LEFT]
    for index, expected in ((2, [MIDDLE]), (5, [MIDDLE]), (6, []), (29, []), (30, [LEFT])):
        player.seek(index / FPS)
        shows(qtbot, player, index)
        assert drawn(player) == expected
    player.set_analysis(None)
    assert drawn(player) == []


def test_names_and_selection_are_drawn(qtbot: QtBot, player: Player) -> None:
    def changed_by(action: Callable[[], None]) -> bool:
        before = picture(player)
        action()
        return picture(player) != before

    player.set_style(OverlayStyle(bars=False))
    analysis = stored(at(0, HAPPY))
    player.set_analysis(analysis)
    named = analysis.with_people(analysis.people.renamed(1, "Zoë"))
    assert changed_by(lambda: player.set_analysis(named))
    assert player.view._names == {1: "Zoë"}
    assert not changed_by(lambda: player.set_analysis(named))
    assert changed_by(lambda: player.set_selected(1))


def hidden(player: Player) -> list[Box] | None:
    """What is blurred; None for the whole picture."""
    hiding = player.view._picture._hiding
    return None if hiding is None else [face.box for face in hiding.faces]


def test_blur_holds_between_stored_results(qtbot: QtBot, player: Player) -> None:
    player.set_style(replace(PLAIN, blur=True))
    assert hidden(player) is None, "without results nothing may be seen"
    new = make_face(Box(120, 50, 20, 20), id=2)
    player.set_analysis(stored(at(0, HAPPY), at(3, make_face(MIDDLE, id=1), new), at(20, HAPPY)))
    expected = {0: [LEFT], 1: [Box(10, 20, 80, 30), new.box], 3: [MIDDLE, new.box], 5: None, 20: [LEFT]}
    for index, boxes in expected.items():
        player.seek(index / FPS)
        shows(qtbot, player, index)
        assert hidden(player) == boxes
    player.seek(2.5)
    shows(qtbot, player, 25)
    assert hidden(player) is None, "after the last result"


def test_blur_hides_people_who_are_ignored_too(player: Player) -> None:
    analysis = stored(at(0, HAPPY))
    player.set_style(replace(PLAIN, blur=True))
    player.set_analysis(analysis.with_people(analysis.people.ignoring(1, True)))
    assert drawn(player) == []
    assert hidden(player) == [LEFT]


def test_blur_is_in_the_picture(qtbot: QtBot, new_player: Callable[..., Player], tmp_path: Path) -> None:
    checks = (np.indices((90, 160)).sum(axis=0) // 2 % 2 * 255).astype(np.uint8)
    path = tmp_path / "checks.mkv"
    write_video(path, [np.repeat(checks[:, :, None], 3, axis=2)] * 5, fps=FPS)
    player = new_player()
    player.set_analysis(stored(*(at(index, HAPPY) for index in range(5))))
    with qtbot.waitSignal(player.position_changed):
        player.open(path)

    def contrast() -> int:
        shot = player.view.snapshot()
        values = [shot.pixelColor(x, y).red() for x in range(18, 32) for y in range(28, 42)]
        return max(values) - min(values)

    assert contrast() > 150
    player.set_style(replace(PLAIN, blur=True))
    assert contrast() < 60
    player.step(2)
    qtbot.waitUntil(lambda: player.frame is not None and player.frame.index == 2)
    assert contrast() < 60


# A running analysis.


def test_what_is_analysed_is_shown_until_somebody_moves(qtbot: QtBot, player: Player) -> None:
    live = np.full((SIZE[1], SIZE[0], 3), brightness(17), np.uint8)
    player.show_live(make_frame(live, index=17, pts_s=1.7), at(17, HAPPY))
    assert number_in_the_picture(player) == 17
    assert drawn(player) == [LEFT]
    player.set_analysis(stored(at(16, HAPPY)))
    assert drawn(player) == [LEFT]
    with qtbot.waitSignal(player.taken_over):
        player.transport.forward.click()
    shows(qtbot, player, 18)


def test_while_it_plays_the_analysis_is_not_shown(qtbot: QtBot, player: Player) -> None:
    player.play()
    player.show_live(make_frame(index=17, pts_s=1.7), at(17, HAPPY))
    assert number_in_the_picture(player) == 0


# States.


def test_without_a_recording_nothing_happens(new_player: Callable[..., Player]) -> None:
    player = new_player()
    player.seek(1.0)
    player.step(1)
    player.toggle()
    player.pause()
    assert not player.is_playing
    assert not player.transport.play.isEnabled()
    assert player.message_page.isVisible()


def test_an_error_is_told_and_shown(qtbot: QtBot, new_player: Callable[..., Player], tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no video at all")
    player = new_player()
    with qtbot.waitSignal(player.failed) as failed:
        player.open(path)
    assert failed.args[0].startswith(f"{path}: this is not a video")
    assert player.message_page.message is not None
    assert player.message_page.message.text == failed.args[0]
    assert player.message_page.isVisible()


def test_an_error_while_moving_is_told(qtbot: QtBot, new_player: Callable[..., Player]) -> None:
    class Breaking(GatedSource):
        def next(self) -> Frame | None:
            raise SourceError("talk.mp4: the disk is gone")

    player = new_player(opener=lambda path: Breaking(Gate(is_open=True)))
    with qtbot.waitSignal(player.position_changed):
        player.open(Path("talk.mp4"))
    with qtbot.waitSignal(player.failed) as failed:
        player.play()
    assert failed.args == ["talk.mp4: the disk is gone"]
    assert not player.is_playing


def test_another_recording_replaces_the_one_before(
    qtbot: QtBot, player: Player, recording: Path, tmp_path: Path
) -> None:
    player.seek(2.0)
    other = tmp_path / "other.mkv"
    write_video(other, [np.full((90, 160, 3), brightness(35) + 4, np.uint8)] * 3, fps=FPS)
    player.open(other)
    qtbot.waitUntil(lambda: player.frame is not None and number_in_the_picture(player) == 35)
    assert player.transport.number.text() == "Frame 0"
    player.close_recording()
    assert player.frame is None
    assert player.transport.play.accessibleName() == "Play"
    assert not player.transport.play.isEnabled()
    assert player.message_page.isVisible()


def test_shutting_down_ends_a_thread_that_is_at_work(qtbot: QtBot, new_player: Callable[..., Player]) -> None:
    gate = Gate()
    player = new_player(opener=lambda path: GatedSource(gate))
    with qtbot.waitSignal(player.position_changed):
        player.open(Path("gated"))
    player.seek(5.0)
    gate.wait_until_reached()
    threads = player.begin_shutdown()
    assert [thread.name for thread in threads] == ["player of gated"]
    assert join_threads(threads, WAIT_S)
    assert not any(thread.name.startswith("player of") for thread in threading.enumerate())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.00"), (12.4, "0:12.40"), (1 / 3, "0:00.33"), (0.29, "0:00.29"), (3661.999, "1:01:01.99")],
)
def test_times_have_hundredths(seconds: float, text: str) -> None:
    assert exact_clock(seconds) == text
