from __future__ import annotations

import threading

import cv2
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import CameraUnavailableError, SourceError
from fer_desktop.core.live.capture import SessionPhase, SessionState, SourceRequest
from fer_desktop.core.live.meters import Stats
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Frame
from fer_desktop.ui.common import GuiQueue
from fer_desktop.ui.live.session import LiveSession
from tests.support.sources import FakeClock, Fault, FaultySource, SyntheticSource
from tests.ui.fakes import WAIT_S, EndingSource, FakePipeline, Gate, camera_of, file_of
from tests.ui.viewer import MakeSession, Viewer, gated_camera, start_ready, wait_for_phase

# Pictures and results


def test_a_file_is_shown_with_its_results(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source = SyntheticSource(20, fps=1000)
    session.open(file_of(source))
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    qtbot.waitUntil(lambda: viewer.newest_result == 19)
    assert viewer.frames[-1].index == 19
    assert viewer.phases == [SessionPhase.OPENING, SessionPhase.RUNNING, SessionPhase.FINISHED]
    assert session.state.source == source.info
    assert session.state.name == "synthetic"


def test_the_preview_does_not_wait_for_the_model(qtbot: QtBot, make_session: MakeSession) -> None:
    gate = Gate()

    def build(settings: PipelineSettings) -> FakePipeline:
        gate.pass_through()
        return FakePipeline()

    session = make_session(build=build)
    viewer = Viewer(session)
    session.start_model()
    gate.wait_until_reached()
    session.open(file_of(SyntheticSource(5, fps=1000)))
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    assert viewer.frames[-1].index == 4
    assert session.model_status.phase == "loading"
    assert viewer.results == []
    gate.open()
    qtbot.waitUntil(lambda: viewer.newest_result == 4)
    assert session.model_status.phase == "ready"
    assert session.stats().dropped == 0


def test_the_preview_does_not_wait_for_the_inference(qtbot: QtBot, make_session: MakeSession) -> None:
    gate = Gate()
    pipeline = FakePipeline(gate=gate)
    session = make_session(build=lambda settings: pipeline)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    frames.release()
    qtbot.waitUntil(gate.reached.is_set)
    for index in range(1, 10):
        frames.release()
        qtbot.waitUntil(lambda index=index: viewer.frames[-1].index == index)
    assert viewer.results == []
    gate.open()
    qtbot.waitUntil(lambda: viewer.newest_result == 9)
    assert pipeline.processed == [0, 9]
    assert session.stats().dropped == 8


class WakeUps(QObject):
    """Counts the calls from other threads that reach a session."""

    def __init__(self, session: LiveSession) -> None:
        super().__init__()
        self.count = 0
        session.findChild(GuiQueue).installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MetaCall:
            self.count += 1
        return False


def test_a_busy_window_is_woken_once_and_gets_the_newest_picture(
    qtbot: QtBot, make_session: MakeSession
) -> None:
    session = make_session()
    viewer = Viewer(session)
    wake_ups = WakeUps(session)
    source = EndingSource(50, fps=1000)
    session.open(file_of(source))
    assert source.ended.wait(WAIT_S)  # the window's thread is busy here
    assert viewer.frames == []
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    QCoreApplication.processEvents()
    assert [frame.index for frame in viewer.frames] == [49]
    assert viewer.wake_ups == 1
    assert wake_ups.count == 3  # running, picture, finished


def test_signals_come_on_the_thread_of_the_window(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    threads = set()
    for signal in (session.ready, session.state_changed, session.model_changed):
        signal.connect(lambda *_: threads.add(threading.current_thread()))
    start_ready(qtbot, session)
    session.open(file_of(SyntheticSource(3, fps=1000)))
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    assert threads == {threading.current_thread()}


def test_opencv_uses_one_thread(make_session: MakeSession) -> None:
    cv2.setNumThreads(2)
    make_session()
    assert cv2.getNumThreads() == 1


# Pause and stop


def test_pause_and_resume(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    viewer = Viewer(session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    frames.release()
    qtbot.waitUntil(lambda: bool(viewer.frames))
    session.pause()
    assert session.state.phase is SessionPhase.PAUSED
    assert session.state.source == source.info
    for _ in range(3):
        frames.release()
    session.resume()
    assert session.state.phase is SessionPhase.RUNNING
    shown = len(viewer.frames)
    frames.release(2)
    qtbot.waitUntil(lambda: len(viewer.frames) > shown)
    assert viewer.phases == [
        SessionPhase.OPENING,
        SessionPhase.RUNNING,
        SessionPhase.PAUSED,
        SessionPhase.RUNNING,
    ]
    assert source.opened == 1


def test_pause_and_resume_without_a_running_source_do_nothing(make_session: MakeSession) -> None:
    session = make_session()
    session.pause()
    session.resume()
    assert session.state == SessionState()


def test_a_paused_camera_that_comes_back_is_still_paused(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    first = FaultySource({1: Fault.STALL, 2: Fault.UNPLUG}, live=True, fps=1000)
    second, frames = gated_camera()
    viewer = Viewer(session)
    session.open(camera_of(first, second))
    qtbot.waitUntil(first.blocked.is_set)
    wait_for_phase(qtbot, session, SessionPhase.RUNNING)
    session.pause()
    first.resume.set()
    qtbot.waitUntil(lambda: viewer.phases[-2:] == [SessionPhase.RECONNECTING, SessionPhase.PAUSED])
    session.resume()
    frames.release()
    qtbot.waitUntil(lambda: session.state.phase is SessionPhase.RUNNING and len(viewer.frames) == 2)


def test_stop_closes_the_source_and_leaves_nothing_to_show(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    source = SyntheticSource(None, live=True, fps=200)
    start_ready(qtbot, session)
    session.open(camera_of(source))
    with qtbot.waitSignal(session.ready):
        pass
    session.stop()
    assert session.state == SessionState()
    assert session.take_frame() is None
    assert session.take_result() is None
    assert session.stats().capture_fps == 0
    qtbot.waitUntil(lambda: source.released)


# Changing the source at any moment


@pytest.mark.parametrize("fault", ["opening", "reading"])
def test_another_source_can_be_opened_while_one_hangs(
    fault: str, qtbot: QtBot, make_session: MakeSession
) -> None:
    session = make_session()
    viewer = Viewer(session)
    hanging = HangingSource(hangs_in=fault)
    session.open(file_of(hanging))
    hanging.gate.wait_until_reached()
    session.open(file_of(SyntheticSource(3, fps=1000, name="other")))
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    assert viewer.frames[-1].index == 2
    before = len(viewer.states)
    hanging.gate.open()
    assert hanging.ended.wait(WAIT_S)
    session.shutdown()
    assert len(viewer.states) == before
    assert session.state.name == "other"
    assert {frame.size for frame in viewer.frames} == {(64, 48)}


class HangingSource(EndingSource):
    """Hangs, and `close` does not help; goes on with a frame and an error when the gate opens."""

    def __init__(self, hangs_in: str) -> None:
        super().__init__(None, size=(10, 10), fps=1000)
        self.gate = Gate()
        self._hangs_in = hangs_in

    def _open(self) -> None:
        if self._hangs_in == "opening":
            self.gate.pass_through()

    def _read(self) -> Frame | None:
        if self._hangs_in == "reading":
            self.gate.pass_through()
        if self._index == 1:
            raise SourceError("too late")
        return super()._read()


def test_news_of_the_source_before_that_were_on_their_way_are_not_told(
    qtbot: QtBot, make_session: MakeSession
) -> None:
    session = make_session()
    viewer = Viewer(session)
    first = EndingSource(1)
    session.open(file_of(first))
    assert first.ended.wait(WAIT_S)  # its first news wait for the window's thread, which is busy here
    second = SyntheticSource(1, name="second")
    session.open(file_of(second))
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    assert viewer.phases == [
        SessionPhase.OPENING,
        SessionPhase.OPENING,
        SessionPhase.RUNNING,
        SessionPhase.FINISHED,
    ]
    assert viewer.states[2].source == second.info


def test_a_result_of_the_source_before_is_not_shown(qtbot: QtBot, make_session: MakeSession) -> None:
    gate = Gate()
    session = make_session(build=lambda settings: FakePipeline(gate=gate))
    viewer = Viewer(session)
    start_ready(qtbot, session)
    session.open(file_of(SyntheticSource(1, size=(10, 10))))
    qtbot.waitUntil(gate.reached.is_set)
    session.open(file_of(SyntheticSource(1, size=(20, 20))))
    gate.open()
    qtbot.waitUntil(lambda: bool(viewer.results))
    assert {result.size for result in viewer.results} == {(20, 20)}


def test_an_error_of_the_source_before_is_not_shown(qtbot: QtBot, make_session: MakeSession) -> None:
    gate = Gate()
    session = make_session()

    def fail() -> SyntheticSource:
        gate.pass_through()
        raise SourceError("the old source failed")

    session.open(SourceRequest("old", fail, live=False))
    gate.wait_until_reached()
    session.stop()
    gate.open()
    assert session.shutdown()
    assert session.state == SessionState()


def test_a_failure_with_the_source_before_is_not_told(qtbot: QtBot, make_session: MakeSession) -> None:
    gate = Gate()
    pipeline = FakePipeline(gate=gate, error=lambda index: None if index else ValueError("odd picture"))
    session = make_session(build=lambda settings: pipeline)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    session.open(file_of(SyntheticSource(1)))
    gate.wait_until_reached()
    session.open(file_of(SyntheticSource(2, fps=1000)))
    wait_for_phase(qtbot, session, SessionPhase.FINISHED)
    gate.open()
    qtbot.waitUntil(lambda: viewer.newest_result == 1)
    assert [status.message for status in viewer.models if status.message] == []


# Errors of the source


def test_an_unplugged_camera_comes_back_by_itself(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    viewer = Viewer(session)
    camera = [FaultySource({2: Fault.UNPLUG}), SyntheticSource(None, live=True, fps=200)]
    session.open(camera_of(*camera))
    qtbot.waitUntil(lambda: viewer.phases[-2:] == [SessionPhase.RECONNECTING, SessionPhase.RUNNING])
    reconnecting = viewer.states[-2]
    assert "unplugged" in reconnecting.message
    assert reconnecting.advice
    assert session.state.message is None


def test_an_absent_camera_says_when_it_is_tried_again(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session(backoff_s=(1000.0,))
    source = FaultySource(open_error=CameraUnavailableError("The camera is in use by another program."))
    session.open(camera_of(source))
    wait_for_phase(qtbot, session, SessionPhase.RECONNECTING)
    assert session.state.message == "The camera is in use by another program."
    assert 999 < session.state.retry_in_s <= 1000


def test_an_unreadable_file_is_an_error_with_advice(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    session.open(file_of(FaultySource(open_error=SourceError("notes.txt is no video."), name="notes.txt")))
    wait_for_phase(qtbot, session, SessionPhase.ERROR)
    assert session.state.name == "notes.txt"
    assert session.state.message == "notes.txt is no video."
    assert session.state.advice


# Figures


def test_stats(qtbot: QtBot, make_session: MakeSession) -> None:
    clock = FakeClock()
    session = make_session(clock=clock)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    gate = threading.Semaphore(0)
    session.open(camera_of(SyntheticSource(None, live=True, gate=gate, clock=clock)))
    for index in range(10):
        clock.advance(0.1875)
        gate.release()
        qtbot.waitUntil(lambda index=index: viewer.newest_result == index)
        session.note_displayed(viewer.frames[-1])
        clock.advance(0.0625)
        session.note_displayed(viewer.results[-1])
    assert session.stats() == Stats(capture_fps=4, inference_fps=4, display_fps=4, latency_ms=62.5, dropped=0)
