"""The player of a recording: moving in it and playing by the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources.base import SourceInfo
from fer_desktop.core.types import Frame
from fer_desktop.ui.analysis.player import Player
from fer_desktop.ui.analysis.player_requests import PlayerRequests
from fer_desktop.ui.analysis.transport import exact_clock
from fer_desktop.ui.common.threads import join_threads
from tests.support.results import make_frame
from tests.support.sources import FakeClock
from tests.support.videos import write_video
from tests.ui.analysis.playing import FPS, brightness, number_in_the_picture, shows
from tests.ui.fakes import WAIT_S, Gate

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
