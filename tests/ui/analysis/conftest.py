"""A player with a recording open, and what it takes to make one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.ui.analysis.player import Player
from fer_desktop.ui.common.threads import join_threads
from tests.support.sources import FakeClock
from tests.ui.analysis.playing import PLAIN, write_recording
from tests.ui.fakes import WAIT_S


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("recording") / "talk.mp4")


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
