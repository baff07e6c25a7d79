"""What tests of the live session share: a stand-in for the window, and waiting for states."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from fer_desktop.core.live.capture import SessionPhase, SessionState
from fer_desktop.core.live.inference import ModelStatus
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.live.session import LiveSession
from tests.support.sources import SyntheticSource
from tests.ui.fakes import SETTINGS, WAIT_S

MakeSession = Callable[..., LiveSession]


def settings_with(**changes: object) -> PipelineSettings:
    return dataclasses.replace(SETTINGS, **changes)


def gated_camera(*, size: tuple[int, int] = (64, 48)) -> tuple[SyntheticSource, threading.Semaphore]:
    """An endless camera, and the semaphore that lets its frames come one by one."""
    gate = threading.Semaphore(0)
    return SyntheticSource(None, live=True, gate=gate, size=size), gate


class Viewer:
    """Takes what the session has whenever it is woken, as the window does."""

    def __init__(self, session: LiveSession) -> None:
        self.frames: list[Frame] = []
        self.results: list[FrameResult] = []
        self.states: list[SessionState] = []
        self.models: list[ModelStatus] = []
        self.wake_ups = 0
        self._session = session
        session.ready.connect(self._take)
        session.state_changed.connect(self.states.append)
        session.model_changed.connect(self.models.append)

    def _take(self) -> None:
        self.wake_ups += 1
        frame, result = self._session.take_frame(), self._session.take_result()
        if frame is not None:
            self.frames.append(frame)
        if result is not None:
            self.results.append(result)

    @property
    def phases(self) -> list[SessionPhase]:
        return [state.phase for state in self.states]

    @property
    def newest_result(self) -> int | None:
        return self.results[-1].index if self.results else None


def wait_for_phase(qtbot: QtBot, session: LiveSession, phase: SessionPhase) -> None:
    qtbot.waitUntil(lambda: session.state.phase is phase, timeout=WAIT_S * 1000)


def start_ready(qtbot: QtBot, session: LiveSession) -> None:
    session.start_model()
    qtbot.waitUntil(lambda: session.model_status.phase == "ready")
