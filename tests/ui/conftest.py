"""What every test of the window shares: no thread outlives its test, and live sessions are shut down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.ui.live.session import LiveSession
from tests.ui.desk import Desk, NewDesk
from tests.ui.fakes import SETTINGS, WAIT_S, FakePipeline


@pytest.fixture(autouse=True)
def no_thread_survives() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT_S)
        assert not thread.is_alive(), f"{thread.name} outlived the test"


@pytest.fixture
def make_session(qtbot: QtBot) -> Iterator[Callable[..., LiveSession]]:
    """Makes live sessions with a fake pipeline and no waiting before a camera is tried again."""
    sessions = []

    def make(**arguments: Any) -> LiveSession:
        defaults = {"build": lambda settings: FakePipeline(), "backoff_s": (0.0,)}
        session = LiveSession(SETTINGS, **(defaults | arguments))
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.shutdown()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> NewDesk:
    return lambda **arguments: Desk(qtbot, tmp_path, **arguments)
