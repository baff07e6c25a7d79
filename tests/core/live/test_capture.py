from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from fer_desktop.core.errors import CameraUnavailableError, SourceError
from fer_desktop.core.live import capture
from fer_desktop.core.live.capture import CaptureThread, SessionPhase, SessionState, SourceRequest
from fer_desktop.core.types import Frame
from tests.support.sources import FakeClock, Fault, FaultySource, SyntheticSource, plain_picture
from tests.ui.fakes import WAIT_S, Gate, camera_of, file_of


@dataclass
class Recorder:
    """Runs a capture with a clock that only waiting moves, and notes what comes out and when."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(0.0))
    frames: list[Frame] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    states: list[SessionState] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    pause_s: float = 100.0
    on_frame: Callable[[CaptureThread, Frame], None] = lambda thread, frame: None

    def thread(self, request: SourceRequest, **options: object) -> CaptureThread:
        def handle(frame: Frame) -> None:
            self.frames.append(frame)
            self.times.append(self.clock())
            self.on_frame(thread, frame)

        thread = CaptureThread(
            request, on_frame=handle, on_state=self.states.append, clock=self.clock, **options
        )
        return thread

    def run(self, request: SourceRequest) -> None:
        """Runs it on this thread to its end."""
        self.thread(request, make_event=lambda: ClockEvent(self)).run()

    @property
    def indices(self) -> list[int]:
        return [frame.index for frame in self.frames]

    @property
    def phases(self) -> list[SessionPhase]:
        return [state.phase for state in self.states]


class ClockEvent(threading.Event):
    """An event whose waiting moves the clock; waiting without an end lasts pause_s, then it is set."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._recorder.clock.advance(self._recorder.pause_s if timeout is None else timeout)
            if timeout is None:
                self.set()
            else:
                self._recorder.waits.append(timeout)
        return self.is_set()


def failing(*errors: Exception, then: SyntheticSource | None = None) -> SourceRequest:
    """A camera that fails with each of these errors, then opens."""
    remaining = iter(errors)

    def open_camera() -> SyntheticSource:
        error = next(remaining, None)
        if error is not None:
            raise error
        assert then is not None
        return then

    return SourceRequest("Desk camera", open_camera, live=True)


def stop_at(index: int) -> Callable[[CaptureThread, Frame], None]:
    return lambda thread, frame: thread.stop() if frame.index == index else None


# Files


def test_a_file_plays_at_its_own_speed_and_finishes() -> None:
    recorder = Recorder()
    source = SyntheticSource(4, fps=10)
    recorder.run(file_of(source))
    assert recorder.indices == [0, 1, 2, 3]
    assert recorder.times == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert recorder.phases == [SessionPhase.RUNNING, SessionPhase.FINISHED]
    assert recorder.states[0].source == source.info
    assert source.released


def test_waiting_for_its_turn_does_not_age_a_frame() -> None:
    recorder = Recorder()
    recorder.run(file_of(SyntheticSource(3, fps=10, clock=recorder.clock)))
    assert [frame.captured_at for frame in recorder.frames] == recorder.times


def slow_source(recorder: Recorder, slow_index: int, seconds: float) -> SyntheticSource:
    """Ten frames a second, but making one of them takes this long."""

    def picture(index: int):  # type: ignore[no-untyped-def]
        if index == slow_index:
            recorder.clock.advance(seconds)
        return plain_picture(index, (64, 48))

    return SyntheticSource(5, fps=10, picture=picture)


def test_a_short_delay_is_caught_up() -> None:
    recorder = Recorder()
    recorder.run(file_of(slow_source(recorder, slow_index=2, seconds=0.25)))
    assert recorder.times == pytest.approx([0.0, 0.1, 0.35, 0.35, 0.4])


def test_after_a_long_delay_a_file_goes_on_at_its_own_speed() -> None:
    recorder = Recorder()
    recorder.run(file_of(slow_source(recorder, slow_index=2, seconds=5.0)))
    assert recorder.times == pytest.approx([0.0, 0.1, 5.1, 5.2, 5.3])


@pytest.mark.parametrize("pause_s", [100.0, 0.3])
def test_a_pause_holds_a_file_and_it_goes_on_at_its_own_speed(pause_s: float) -> None:
    recorder = Recorder(pause_s=pause_s)
    recorder.on_frame = lambda thread, frame: thread.pause() if frame.index == 1 else None
    recorder.run(file_of(SyntheticSource(4, fps=10)))
    assert recorder.indices == [0, 1, 2, 3]
    assert recorder.times == pytest.approx([0.0, 0.1, 0.1 + pause_s, 0.2 + pause_s])


def test_no_frame_of_a_file_comes_during_a_pause_that_began_while_it_waited_for_its_turn() -> None:
    recorder = Recorder()
    threads: list[CaptureThread] = []

    class PausingEvent(ClockEvent):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is not None and len(recorder.frames) == 2:
                threads[0].pause()
            return super().wait(timeout)

    threads.append(
        recorder.thread(file_of(SyntheticSource(4, fps=10)), make_event=lambda: PausingEvent(recorder))
    )
    threads[0].run()
    assert recorder.times == pytest.approx([0.0, 0.1, 0.2 + recorder.pause_s, 0.3 + recorder.pause_s])


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SourceError("film.mp4: this is no video; choose another file"), "film.mp4: this is no video"),
        (CameraUnavailableError("film.mp4 is on a drive that is gone"), "film.mp4 is on a drive"),
        (RuntimeError("broken"), "reading failed (RuntimeError: broken)"),
    ],
)
def test_a_file_that_cannot_be_opened_is_an_error_and_not_tried_again(error: Exception, message: str) -> None:
    recorder = Recorder()
    source = FaultySource(open_error=error)
    recorder.run(file_of(source))
    assert recorder.phases == [SessionPhase.ERROR]
    assert message in recorder.states[0].message
    assert recorder.states[0].advice
    assert source.opened == 1
    assert recorder.waits == []


@pytest.mark.parametrize("fault", [Fault.READ_FAILURE, Fault.CRASH])
def test_a_file_that_breaks_off_shows_what_came_before(fault: Fault) -> None:
    recorder = Recorder()
    source = FaultySource({3: fault})
    recorder.run(file_of(source))
    assert recorder.indices == [0, 1, 2]
    assert recorder.phases == [SessionPhase.RUNNING, SessionPhase.ERROR]
    assert source.released


# Cameras


def test_a_camera_is_not_paced() -> None:
    recorder = Recorder(on_frame=stop_at(5))
    recorder.run(camera_of(SyntheticSource(None, fps=1)))
    assert recorder.indices == [0, 1, 2, 3, 4, 5]
    assert recorder.waits == []


def test_a_paused_camera_is_read_on_and_its_frames_are_ignored() -> None:
    threads: list[CaptureThread] = []

    def on_frame(thread: CaptureThread, frame: Frame) -> None:
        threads.append(thread)
        if frame.index == 2:
            thread.pause()
        if frame.index == 7:
            thread.stop()

    def picture(index: int):  # type: ignore[no-untyped-def]
        if index == 6:
            threads[0].resume()
        return plain_picture(index, (64, 48))

    recorder = Recorder(on_frame=on_frame)
    source = SyntheticSource(None, picture=picture)
    recorder.run(camera_of(source))
    assert recorder.indices == [0, 1, 2, 6, 7]
    assert source.opened == 1


def test_an_absent_camera_is_tried_again_after_1_2_4_8_8_seconds() -> None:
    recorder = Recorder(on_frame=stop_at(0))
    absent = [CameraUnavailableError("Desk camera is not connected.") for _ in range(5)]
    recorder.run(failing(*absent, then=SyntheticSource(None)))
    attempts = [state for state in recorder.states if state.phase is SessionPhase.RECONNECTING]
    announced = [state.retry_in_s for state in attempts]
    assert announced == [
        *(1, None),
        *(2, 1, None),
        *(4, 3, 2, 1, None),
        *(8, 7, 6, 5, 4, 3, 2, 1, None),
        *(8, 7, 6, 5, 4, 3, 2, 1, None),
    ]
    assert recorder.clock() == 23
    assert {state.message for state in attempts} == {"Desk camera is not connected."}
    assert all(state.advice for state in attempts)
    assert recorder.phases[-1] is SessionPhase.RUNNING
    assert recorder.states[-1].message is None


def test_the_waiting_times_start_again_once_frames_came() -> None:
    recorder = Recorder()
    unplugged = [FaultySource({3: Fault.UNPLUG}), FaultySource({3: Fault.UNPLUG}), SyntheticSource(None)]
    recorder.on_frame = stop_at(10)
    recorder.run(camera_of(*unplugged))
    assert recorder.indices == [0, 1, 2, 0, 1, 2, *range(11)]
    assert recorder.waits == [1.0, 1.0]
    assert recorder.phases == [
        SessionPhase.RUNNING,
        SessionPhase.RECONNECTING,
        SessionPhase.RECONNECTING,
    ] * 2 + [SessionPhase.RUNNING]


def test_a_camera_that_merely_ends_is_reconnected() -> None:
    recorder = Recorder()
    recorder.on_frame = stop_at(4)
    recorder.run(camera_of(SyntheticSource(2), SyntheticSource(None)))
    assert recorder.indices == [0, 1, 0, 1, 2, 3, 4]
    assert "no more pictures" in recorder.states[1].message


def test_a_camera_that_can_never_work_is_an_error() -> None:
    recorder = Recorder()
    recorder.run(failing(SourceError("Desk camera delivers depth, not pictures.")))
    assert recorder.phases == [SessionPhase.ERROR]
    assert recorder.states[0].message == "Desk camera delivers depth, not pictures."


# Stopping


def end(thread: CaptureThread) -> None:
    thread.stop()
    thread.join(WAIT_S)
    assert not thread.is_alive()


def test_stop_during_a_slow_opening() -> None:
    recorder = Recorder()
    source = FaultySource(slow_open=True)
    thread = recorder.thread(file_of(source))
    thread.start()
    assert source.blocked.wait(WAIT_S)
    end(thread)
    assert recorder.states == []
    assert source.released


def test_stop_before_the_source_exists() -> None:
    recorder = Recorder()
    gate = Gate()
    source = SyntheticSource()

    def slow() -> SyntheticSource:
        gate.pass_through()
        return source

    thread = recorder.thread(SourceRequest("slow", slow, live=False))
    thread.start()
    gate.wait_until_reached()
    thread.stop()
    gate.open()
    end(thread)
    assert source.opened == 0
    assert recorder.states == []


def test_stop_during_a_stalled_read() -> None:
    recorder = Recorder()
    source = FaultySource({2: Fault.STALL}, live=True, fps=1000)
    thread = recorder.thread(camera_of(source))
    thread.start()
    assert source.blocked.wait(WAIT_S)
    end(thread)
    assert recorder.indices == [0, 1]
    assert recorder.phases == [SessionPhase.RUNNING]
    assert source.released


def test_stop_during_the_wait_for_another_attempt() -> None:
    waiting = threading.Event()
    thread = CaptureThread(
        failing(CameraUnavailableError("Desk camera is busy.")),
        on_frame=lambda frame: None,
        on_state=lambda state: waiting.set(),
        backoff_s=(1000.0,),
    )
    thread.start()
    assert waiting.wait(WAIT_S)
    end(thread)


class WatchedEvent(threading.Event):
    """Sets `waiting` when somebody waits without an end."""

    def __init__(self, waiting: threading.Event) -> None:
        super().__init__()
        self._waiting = waiting

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None and not self.is_set():
            self._waiting.set()
        return super().wait(timeout)


def test_stop_during_a_pause() -> None:
    waiting = threading.Event()
    recorder = Recorder(on_frame=lambda thread, frame: thread.pause())
    thread = recorder.thread(file_of(SyntheticSource()), make_event=lambda: WatchedEvent(waiting))
    thread.start()
    assert waiting.wait(WAIT_S)
    end(thread)
    assert recorder.indices == [0]


@pytest.mark.parametrize("error", [CameraUnavailableError("gone"), SourceError("broken")])
def test_an_error_that_comes_after_the_stop_is_of_no_interest(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()
    recorder = Recorder()

    def fail() -> SyntheticSource:
        gate.pass_through()
        raise error

    thread = recorder.thread(SourceRequest("Desk camera", fail, live=True))
    thread.start()
    gate.wait_until_reached()
    thread.stop()
    gate.open()
    end(thread)
    assert recorder.states == []
    assert caplog.text == ""


def test_a_camera_waits_until_the_one_before_it_is_closed() -> None:
    lock = threading.Lock()
    first_source = FaultySource({1: Fault.STALL}, live=True, fps=1000)
    first = Recorder().thread(camera_of(first_source), camera_lock=lock)
    first.start()
    assert first_source.blocked.wait(WAIT_S)
    was_released = []

    def open_second() -> SyntheticSource:
        was_released.append(first_source.released)
        return SyntheticSource(None, live=True, fps=1000)

    recorder = Recorder(on_frame=stop_at(0))
    second = recorder.thread(SourceRequest("same camera", open_second, live=True), camera_lock=lock)
    second.start()
    end(first)
    second.join(WAIT_S)
    assert was_released == [True]
    assert recorder.indices == [0]


def test_a_camera_does_not_wait_for_ever_for_one_that_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(capture, "CAMERA_HANDOVER_S", 0.0)
    lock = threading.Lock()
    lock.acquire()
    recorder = Recorder(on_frame=stop_at(2))
    recorder.thread(camera_of(SyntheticSource(None)), camera_lock=lock).run()
    assert recorder.indices == [0, 1, 2]
    assert lock.locked()
    assert "hangs" in caplog.text
