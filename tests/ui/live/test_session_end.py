from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import CameraUnavailableError
from fer_desktop.core.live.capture import SessionPhase, SessionState, SourceRequest
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.ui.live.session import LiveSession
from tests.support.sources import Fault, FaultySource, SyntheticSource
from tests.ui.fakes import SETTINGS, WAIT_S, EndingSource, FakePipeline, Gate, camera_of, file_of
from tests.ui.viewer import MakeSession, Viewer, settings_with, start_ready, wait_for_phase

# The end


def test_shutdown_before_anything_was_started(make_session: MakeSession) -> None:
    assert make_session().shutdown()


def test_shutdown_ends_every_thread_of_a_running_view(qtbot: QtBot, make_session: MakeSession) -> None:
    before = set(threading.enumerate())
    session = make_session()
    start_ready(qtbot, session)
    session.open(camera_of(SyntheticSource(None, live=True, fps=200)))
    with qtbot.waitSignal(session.ready):
        pass
    assert len(set(threading.enumerate()) - before) == 3
    assert session.shutdown()
    assert set(threading.enumerate()) == before


def opening(session: LiveSession) -> threading.Event:
    source = FaultySource(slow_open=True)
    session.open(file_of(source))
    return source.blocked


def stalled(session: LiveSession) -> threading.Event:
    source = FaultySource({2: Fault.STALL}, live=True, fps=1000)
    session.open(camera_of(source))
    return source.blocked


def reconnecting(session: LiveSession) -> threading.Event:
    waiting = threading.Event()
    session.state_changed.connect(lambda state: state.phase is SessionPhase.RECONNECTING and waiting.set())
    session.open(camera_of(FaultySource(open_error=CameraUnavailableError("busy"))))
    return waiting


def paused(session: LiveSession) -> threading.Event:
    waiting = threading.Event()

    def pause(state: SessionState) -> None:
        session.pause()
        if state.phase is SessionPhase.PAUSED:
            waiting.set()

    session.state_changed.connect(pause)
    session.open(file_of(SyntheticSource(None)))
    return waiting


@pytest.mark.parametrize("situation", [opening, stalled, reconnecting, paused])
def test_shutdown_during_anything_a_source_can_do(
    situation: Callable[[LiveSession], threading.Event], qtbot: QtBot, make_session: MakeSession
) -> None:
    session = make_session(backoff_s=(1000.0,))
    start_ready(qtbot, session)
    qtbot.waitUntil(situation(session).is_set)
    assert session.shutdown()


class ReleasingSource(SyntheticSource):
    """Opens a gate when it is closed, which is when a shutdown begins."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(None, live=True, fps=200)
        self._release_at_close = gate

    def close(self) -> None:
        super().close()
        self._release_at_close.open()


@pytest.mark.parametrize("busy_with", ["loading", "inference"])
def test_shutdown_waits_for_what_is_being_computed(
    busy_with: str, qtbot: QtBot, make_session: MakeSession
) -> None:
    gate = Gate()

    def build(settings: PipelineSettings) -> FakePipeline:
        if busy_with == "loading":
            gate.pass_through()
        return FakePipeline(gate=gate)

    session = make_session(build=build)
    session.start_model()
    session.open(camera_of(ReleasingSource(gate)))
    wait_for_phase(qtbot, session, SessionPhase.RUNNING)
    qtbot.waitUntil(gate.reached.is_set)
    assert session.shutdown()


@pytest.mark.parametrize("busy_with", ["model loader", "inference", "capture"])
def test_a_thread_that_hangs_is_left_behind_and_named(
    busy_with: str, qtbot: QtBot, make_session: MakeSession, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()

    def build(settings: PipelineSettings) -> FakePipeline:
        if busy_with == "model loader":
            gate.pass_through()
        return FakePipeline(gate=gate)

    def open_source() -> SyntheticSource:
        if busy_with == "capture":
            gate.pass_through()
        return SyntheticSource(None, live=True, fps=200)

    session = make_session(build=build)
    session.start_model()
    session.open(SourceRequest("Desk camera", open_source, live=True))
    qtbot.waitUntil(gate.reached.is_set)
    assert not session.shutdown(timeout_s=0.0)
    assert busy_with in caplog.text
    gate.open()
    assert session.shutdown()


def test_a_thread_left_behind_does_not_touch_a_deleted_session(qtbot: QtBot) -> None:
    gate = Gate()

    def build(settings: PipelineSettings) -> FakePipeline:
        gate.pass_through()
        return FakePipeline()

    session = LiveSession(SETTINGS, build=build)
    session.start_model()
    gate.wait_until_reached()
    assert not session.shutdown(timeout_s=0.0)
    shiboken6.delete(session)
    gate.open()
    assert session.shutdown()  # an error in the thread would fail the test


def test_nothing_comes_after_shutdown(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    viewer = Viewer(session)
    source = EndingSource(3, fps=1000)
    session.open(file_of(source))
    assert source.ended.wait(WAIT_S)
    session.shutdown()
    QCoreApplication.processEvents()
    assert viewer.phases == [SessionPhase.OPENING]
    assert viewer.wake_ups == 0


def test_calls_after_shutdown_do_nothing(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    start_ready(qtbot, session)
    viewer = Viewer(session)
    session.shutdown()
    session.open(file_of(SyntheticSource(3)))
    session.start_model()
    session.configure(settings_with(device="cuda"))
    session.pause()
    assert viewer.states == []
    assert viewer.models == []
