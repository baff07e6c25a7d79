"""The capture thread: opens a source, reads it, paces files, reconnects cameras."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from fer_desktop.core.errors import CameraUnavailableError, FerDesktopError
from fer_desktop.core.sources import FrameSource, SourceInfo
from fer_desktop.core.types import Frame

log = logging.getLogger(__name__)

BACKOFF_S: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
"""Waiting times between attempts to reach a camera; the last one repeats."""

CAMERA_HANDOVER_S = 1.0
"""How long a camera waits for the one before it to be closed: it may be the same device."""

MAX_LAG_S = 0.5
"""A file that is further behind goes on from where it is instead of playing the rest too fast."""

CAMERA_ADVICE = "The picture comes back by itself as soon as the camera works again."
OTHER_CAMERA_ADVICE = "Choose another camera, or open a video or picture."
FILE_ADVICE = "Open another video or picture, or choose a camera."


class SessionPhase(Enum):
    """What the live view is doing with its source."""

    IDLE = auto()
    OPENING = auto()
    RUNNING = auto()
    PAUSED = auto()
    RECONNECTING = auto()
    FINISHED = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class SessionState:
    """The live view's source and what it is doing.

    source: known once it was opened. name: of the source, as the user knows it; empty while idle.
    message, advice: what went wrong and what to do, in whole sentences, while reconnecting or in error.
    retry_in_s: while reconnecting, seconds until the next attempt; None during the attempt.
    """

    phase: SessionPhase = SessionPhase.IDLE
    source: SourceInfo | None = None
    name: str = ""
    message: str | None = None
    advice: str | None = None
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A source that the user asked for.

    open: makes the source; called on the capture thread, once per attempt, may be slow and raise SourceError.
    live: True for a camera (never paced, reconnected), False for a file (played at its own speed to its end).
    """

    name: str
    open: Callable[[], FrameSource]
    live: bool


class CaptureThread(threading.Thread):
    """Reads one requested source and hands on every frame that is due.

    It calls on_frame and on_state, from this thread, until it is stopped, the file ends or an error is final.
    camera_lock: shared by all captures that may use the same camera. The thread is a daemon, since a driver
    that never returns must not keep the program from ending.
    """

    def __init__(
        self,
        request: SourceRequest,
        *,
        on_frame: Callable[[Frame], None],
        on_state: Callable[[SessionState], None],
        camera_lock: threading.Lock | None = None,
        clock: Callable[[], float] = time.monotonic,
        make_event: Callable[[], threading.Event] = threading.Event,
        backoff_s: Sequence[float] = BACKOFF_S,
    ) -> None:
        super().__init__(name=f"capture of {request.name}", daemon=True)
        self._request = request
        self._on_frame = on_frame
        self._on_state = on_state
        self._camera_lock = camera_lock or threading.Lock()
        self._clock = clock
        self._stopped = make_event()
        self._backoff_s = tuple(backoff_s)
        self._unpaused = make_event()
        self._unpaused.set()
        self._source_lock = threading.Lock()
        self._source: FrameSource | None = None
        self._info: SourceInfo | None = None
        self._frames_since_opening = 0
        self._anchor: tuple[float, float] | None = None  # a moment on the clock, and the PTS that is due then

    def pause(self) -> None:
        """A file waits; a camera stays open and its frames are ignored."""
        self._unpaused.clear()

    def resume(self) -> None:
        self._unpaused.set()

    def stop(self) -> None:
        """Ends the thread soon and does not wait for it. May be called from any thread, and again."""
        self._stopped.set()
        self._unpaused.set()
        with self._source_lock:
            source = self._source
        if source is not None:
            source.close()

    def run(self) -> None:
        if not self._request.live:
            self._run()
            return
        locked = self._camera_lock.acquire(timeout=CAMERA_HANDOVER_S)
        if not locked:
            log.warning("%s: the camera before it hangs and is not waited for", self._request.name)
        try:
            self._run()
        finally:
            if locked:
                self._camera_lock.release()

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            self._frames_since_opening = 0
            try:
                self._read()
                if not self._request.live:
                    self._tell(SessionPhase.FINISHED)
                    return
                error: Exception = CameraUnavailableError(
                    f"{self._request.name}: the camera sends no more pictures; plug it in again"
                )
            except Exception as raised:
                error = raised
            if self._stopped.is_set():
                return
            if not (self._request.live and isinstance(error, CameraUnavailableError)):
                self._fail(error)
                return
            failures = 1 if self._frames_since_opening else failures + 1
            self._wait_to_reconnect(error, failures)

    def _read(self) -> None:
        """Opens the source and reads it until it ends or the thread is told to stop."""
        source = self._request.open()
        with self._source_lock:
            self._source = source
        try:
            if self._stopped.is_set():
                return
            with source:
                self._info = source.info
                self._tell(SessionPhase.RUNNING)
                self._hand_on(source)
        finally:
            with self._source_lock:
                self._source = None

    def _hand_on(self, source: FrameSource) -> None:
        self._anchor = None
        for frame in source:
            self._frames_since_opening += 1
            if not self._request.live:
                self._wait_until_due(frame.pts_s)
                frame = replace(frame, captured_at=self._clock())  # the wait is no latency
            if self._stopped.is_set():
                return
            if self._unpaused.is_set():
                self._on_frame(frame)

    def _wait_until_due(self, pts_s: float) -> None:
        """Returns when it is the turn of a file's frame, never during a pause; at once when told to stop."""
        while not self._stopped.is_set():
            if not self._unpaused.is_set():
                self._unpaused.wait()
                self._anchor = None
                continue
            now = self._clock()
            if self._anchor is None or now > self._due(pts_s, self._anchor) + MAX_LAG_S:
                self._anchor = now, pts_s
            delay = self._due(pts_s, self._anchor) - now
            if delay <= 0:
                return
            self._stopped.wait(delay)

    @staticmethod
    def _due(pts_s: float, anchor: tuple[float, float]) -> float:
        return anchor[0] + pts_s - anchor[1]

    def _wait_to_reconnect(self, error: Exception, failures: int) -> None:
        log.warning("%s (attempt %d)", error, failures)
        delay = self._backoff_s[min(failures, len(self._backoff_s)) - 1]
        until = self._clock() + delay
        while (remaining := until - self._clock()) > 0 and not self._stopped.is_set():
            self._tell(SessionPhase.RECONNECTING, str(error), CAMERA_ADVICE, remaining)
            self._stopped.wait(min(1.0, remaining))
        self._tell(SessionPhase.RECONNECTING, str(error), CAMERA_ADVICE)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, FerDesktopError):
            log.warning("%s", error)
            message = str(error)
        else:
            log.error("%s: reading failed", self._request.name, exc_info=error)
            message = f"{self._request.name}: reading failed ({type(error).__name__}: {error})."
        self._tell(SessionPhase.ERROR, message, OTHER_CAMERA_ADVICE if self._request.live else FILE_ADVICE)

    def _tell(
        self,
        phase: SessionPhase,
        message: str | None = None,
        advice: str | None = None,
        retry_in_s: float | None = None,
    ) -> None:
        if not self._stopped.is_set():
            self._on_state(SessionState(phase, self._info, self._request.name, message, advice, retry_in_s))
