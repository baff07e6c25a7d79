from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

import cv2
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from fer_desktop.core.errors import CameraUnavailableError, ModelError, SourceError
from fer_desktop.core.pipeline import PipelineSettings, build_pipeline
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.inference import MAX_FAILURES
from fer_desktop.ui.live import LiveSession, ModelStatus, Phase, SessionState, SourceRequest, Stats
from tests.support.models import write_tiny_model
from tests.support.sources import FakeClock, Fault, FaultySource, SyntheticSource
from tests.ui.fakes import SETTINGS, WAIT_S, EndingSource, FakePipeline, Gate, camera_of, file_of

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
    def phases(self) -> list[Phase]:
        return [state.phase for state in self.states]

    @property
    def newest_result(self) -> int | None:
        return self.results[-1].index if self.results else None


def wait_for_phase(qtbot: QtBot, session: LiveSession, phase: Phase) -> None:
    qtbot.waitUntil(lambda: session.state.phase is phase, timeout=WAIT_S * 1000)


def start_ready(qtbot: QtBot, session: LiveSession) -> None:
    session.start_model()
    qtbot.waitUntil(lambda: session.model_status.phase == "ready")


# Pictures and results


def test_a_file_is_shown_with_its_results(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source = SyntheticSource(20, fps=1000)
    session.open(file_of(source))
    wait_for_phase(qtbot, session, Phase.FINISHED)
    qtbot.waitUntil(lambda: viewer.newest_result == 19)
    assert viewer.frames[-1].index == 19
    assert viewer.phases == [Phase.OPENING, Phase.RUNNING, Phase.FINISHED]
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
    wait_for_phase(qtbot, session, Phase.FINISHED)
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
        session.installEventFilter(self)

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
    wait_for_phase(qtbot, session, Phase.FINISHED)
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
    wait_for_phase(qtbot, session, Phase.FINISHED)
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
    assert session.state.phase is Phase.PAUSED
    assert session.state.source == source.info
    for _ in range(3):
        frames.release()
    session.resume()
    assert session.state.phase is Phase.RUNNING
    shown = len(viewer.frames)
    frames.release(2)
    qtbot.waitUntil(lambda: len(viewer.frames) > shown)
    assert viewer.phases == [Phase.OPENING, Phase.RUNNING, Phase.PAUSED, Phase.RUNNING]
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
    wait_for_phase(qtbot, session, Phase.RUNNING)
    session.pause()
    first.resume.set()
    qtbot.waitUntil(lambda: viewer.phases[-2:] == [Phase.RECONNECTING, Phase.PAUSED])
    session.resume()
    frames.release()
    qtbot.waitUntil(lambda: session.state.phase is Phase.RUNNING and len(viewer.frames) == 2)


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
    wait_for_phase(qtbot, session, Phase.FINISHED)
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
    wait_for_phase(qtbot, session, Phase.FINISHED)
    assert viewer.phases == [Phase.OPENING, Phase.OPENING, Phase.RUNNING, Phase.FINISHED]
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
    wait_for_phase(qtbot, session, Phase.FINISHED)
    gate.open()
    qtbot.waitUntil(lambda: viewer.newest_result == 1)
    assert [status.message for status in viewer.models if status.message] == []


# Errors of the source


def test_an_unplugged_camera_comes_back_by_itself(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    viewer = Viewer(session)
    camera = [FaultySource({2: Fault.UNPLUG}), SyntheticSource(None, live=True, fps=200)]
    session.open(camera_of(*camera))
    qtbot.waitUntil(lambda: viewer.phases[-2:] == [Phase.RECONNECTING, Phase.RUNNING])
    reconnecting = viewer.states[-2]
    assert "unplugged" in reconnecting.message
    assert reconnecting.advice
    assert session.state.message is None


def test_an_absent_camera_says_when_it_is_tried_again(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session(backoff_s=(1000.0,))
    source = FaultySource(open_error=CameraUnavailableError("The camera is in use by another program."))
    session.open(camera_of(source))
    wait_for_phase(qtbot, session, Phase.RECONNECTING)
    assert session.state.message == "The camera is in use by another program."
    assert 999 < session.state.retry_in_s <= 1000


def test_an_unreadable_file_is_an_error_with_advice(qtbot: QtBot, make_session: MakeSession) -> None:
    session = make_session()
    session.open(file_of(FaultySource(open_error=SourceError("notes.txt is no video."), name="notes.txt")))
    wait_for_phase(qtbot, session, Phase.ERROR)
    assert session.state.name == "notes.txt"
    assert session.state.message == "notes.txt is no video."
    assert session.state.advice


# The model


def test_the_status_says_what_runs_where(qtbot: QtBot, make_session: MakeSession) -> None:
    pipeline = FakePipeline(device="cpu")
    pipeline.classifier.notice = "There is no GPU."
    session = make_session(build=lambda settings: pipeline)
    assert session.model_status == ModelStatus("loading")
    start_ready(qtbot, session)
    assert session.model_status == ModelStatus(
        "ready", card=pipeline.classifier.card, device="cpu", notice="There is no GPU."
    )


def test_a_damaged_model_is_an_error_and_the_preview_goes_on(
    qtbot: QtBot, make_session: MakeSession, tmp_path
) -> None:
    card = write_tiny_model(tmp_path)
    weights = card.with_suffix(".onnx")
    weights.write_bytes(weights.read_bytes()[:-100])
    session = make_session(build=build_pipeline)
    session.configure(settings_with(model=card))
    viewer = Viewer(session)
    session.start_model()
    session.open(file_of(SyntheticSource(5, fps=1000)))
    qtbot.waitUntil(lambda: session.model_status.phase == "error")
    wait_for_phase(qtbot, session, Phase.FINISHED)
    assert weights.name in session.model_status.message
    assert session.model_status.card is None
    assert viewer.frames[-1].index == 4
    assert viewer.results == []


def test_the_model_can_be_tried_again(qtbot: QtBot, make_session: MakeSession) -> None:
    outcomes = iter([ModelError("damaged"), FakePipeline()])

    def build(settings: PipelineSettings) -> FakePipeline:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    session = make_session(build=build)
    session.start_model()
    qtbot.waitUntil(lambda: session.model_status.phase == "error")
    start_ready(qtbot, session)
    assert session.model_status.message is None


def test_a_real_pipeline_analyses_a_source(qtbot: QtBot, make_session: MakeSession, tmp_path) -> None:
    session = make_session(build=build_pipeline)
    viewer = Viewer(session)
    session.configure(settings_with(model=write_tiny_model(tmp_path), device="cpu"))
    session.start_model()
    session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: viewer.newest_result == 0, timeout=WAIT_S * 1000)
    assert session.model_status.card.name == "tiny"


# Settings


class Builder:
    """Builds a pipeline for each device; every build but the first passes a gate. None for one that fails."""

    def __init__(self) -> None:
        self.built: list[PipelineSettings] = []
        self.pipelines: list[FakePipeline] = []
        self.gate = Gate()
        self.error: Exception | None = None

    def __call__(self, settings: PipelineSettings) -> FakePipeline:
        self.built.append(settings)
        if len(self.built) > 1:
            self.gate.pass_through()
            if self.error is not None:
                raise self.error
        self.pipelines.append(FakePipeline(device=settings.device))
        return self.pipelines[-1]


@pytest.fixture
def builder() -> Builder:
    return Builder()


def test_tau_holds_at_once(qtbot: QtBot, make_session: MakeSession, builder: Builder) -> None:
    session = make_session(build=builder)
    start_ready(qtbot, session)
    assert builder.pipelines[0].classifier.tau == SETTINGS.tau
    session.configure(settings_with(tau=0.2))
    assert builder.pipelines[0].classifier.tau == 0.2
    assert session.model_status.phase == "ready"
    assert len(builder.built) == 1


def test_smoothing_is_switched_without_loading(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    session.configure(settings_with(smoothing=False))
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 1)
    assert len(builder.built) == 1
    assert builder.pipelines[0].processed == [0]  # the second frame went through its successor


def test_the_old_model_serves_until_the_new_one_is_ready(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    session.configure(settings_with(device="cuda"))
    builder.gate.wait_until_reached()
    assert session.model_status.phase == "loading"
    assert session.model_status.device == "auto"
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    assert builder.pipelines[0].processed == [0]
    builder.gate.open()
    qtbot.waitUntil(lambda: session.model_status.phase == "ready")
    assert session.model_status.device == "cuda"
    frames.release()
    qtbot.waitUntil(lambda: viewer.newest_result == 1)
    assert builder.pipelines[1].processed == [1]


def test_the_old_model_stays_when_the_new_one_fails(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    builder.error = ModelError("other.json is damaged.")
    builder.gate.open()
    session.configure(settings_with(device="cuda"))
    qtbot.waitUntil(lambda: session.model_status.phase == "error")
    assert session.model_status.message == "other.json is damaged."
    assert session.model_status.device == "auto"
    session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    session.configure(SETTINGS)
    assert session.model_status.phase == "ready"


def test_a_model_that_is_no_longer_wanted_is_not_used(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    session.configure(settings_with(device="cuda"))
    builder.gate.wait_until_reached()
    session.configure(SETTINGS)
    assert session.model_status.phase == "ready"
    builder.gate.open()
    qtbot.waitUntil(lambda: len(builder.pipelines) == 2)
    session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: viewer.newest_result == 0)
    assert builder.pipelines[1].processed == []
    assert session.model_status.device == "auto"


def test_tau_changed_during_a_load_holds_for_both_models_and_loads_once(
    qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    start_ready(qtbot, session)
    session.configure(settings_with(device="cuda"))
    builder.gate.wait_until_reached()
    session.configure(settings_with(device="cuda", tau=0.1))
    assert builder.pipelines[0].classifier.tau == 0.1
    builder.gate.open()
    qtbot.waitUntil(lambda: session.model_status.device == "cuda")
    assert builder.pipelines[1].classifier.tau == 0.1
    assert len(builder.built) == 2


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.FINISHED])
def test_a_still_picture_follows_the_settings(
    phase: Phase, qtbot: QtBot, make_session: MakeSession, builder: Builder
) -> None:
    session = make_session(build=builder)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    if phase is Phase.PAUSED:
        source, frames = gated_camera()
        session.open(camera_of(source))
        frames.release()
    else:
        session.open(file_of(SyntheticSource(1)))
    qtbot.waitUntil(lambda: len(viewer.results) == 1 and session.state.phase is not Phase.OPENING)
    if phase is Phase.PAUSED:
        session.pause()
    wait_for_phase(qtbot, session, phase)
    session.configure(settings_with(tau=0.1))
    qtbot.waitUntil(lambda: len(viewer.results) == 2)
    assert viewer.results[1].index == 0
    session.note_displayed(viewer.results[1])
    assert session.stats().latency_ms is None


# Failures of the pipeline


def test_one_failure_is_told_once_and_the_view_goes_on(qtbot: QtBot, make_session: MakeSession) -> None:
    pipeline = FakePipeline(error=lambda index: ValueError("odd picture") if index < 2 else None)
    session = make_session(build=lambda settings: pipeline)
    viewer = Viewer(session)
    start_ready(qtbot, session)
    source, frames = gated_camera()
    session.open(camera_of(source))
    for index in range(3):
        frames.release()
        qtbot.waitUntil(lambda index=index: len(pipeline.processed) == index + 1)
    qtbot.waitUntil(lambda: viewer.newest_result == 2)
    told = [status for status in viewer.models if status.message is not None]
    assert [status.phase for status in told] == ["ready"]
    assert "odd picture" in told[0].message
    assert session.state.phase is Phase.RUNNING


def test_many_failures_in_a_row_end_the_view_with_an_error(qtbot: QtBot, make_session: MakeSession) -> None:
    pipeline = FakePipeline(error=lambda index: RuntimeError("out of memory"))
    session = make_session(build=lambda settings: pipeline)
    start_ready(qtbot, session)
    source = SyntheticSource(None, live=True, fps=500)
    session.open(camera_of(source))
    wait_for_phase(qtbot, session, Phase.ERROR)
    assert "out of memory" in session.state.message
    assert session.state.advice
    assert len(pipeline.processed) >= MAX_FAILURES
    qtbot.waitUntil(lambda: source.released)


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
    session.state_changed.connect(lambda state: state.phase is Phase.RECONNECTING and waiting.set())
    session.open(camera_of(FaultySource(open_error=CameraUnavailableError("busy"))))
    return waiting


def paused(session: LiveSession) -> threading.Event:
    waiting = threading.Event()

    def pause(state: SessionState) -> None:
        session.pause()
        if state.phase is Phase.PAUSED:
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
    wait_for_phase(qtbot, session, Phase.RUNNING)
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
    assert viewer.phases == [Phase.OPENING]
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
