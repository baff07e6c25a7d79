"""The thread of a player: opens a recording, serves its requests, and plays by the clock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.live import Clock, Mailbox
from fer_desktop.core.seeking import SeekableSource, open_seekable
from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame
from fer_desktop.ui.analysis.player_requests import PlayerRequest, PlayerRequests

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Playback:
    """The complete state of a player, so that only the newest one matters.

    number: of the request that this state answers. info, frame: None before it is open. error: for people.
    """

    number: int = 0
    info: SourceInfo | None = None
    frame: Frame | None = None
    ended: bool = False
    error: str | None = None


class PlayerThread(threading.Thread):
    """Shows the first frame of a recording, then serves requests.

    states: for the window. on_state: called from this thread when `states` was empty and has a state now.
    Late frames are skipped. clock: seconds, for tests.
    """

    def __init__(
        self,
        path: Path,
        on_state: Callable[[], None],
        *,
        clock: Clock = time.monotonic,
        opener: Callable[[Path], SeekableSource] = open_seekable,
    ) -> None:
        super().__init__(name=f"player of {path.name}", daemon=True)
        self.states: Mailbox[Playback] = Mailbox()
        self.requests = PlayerRequests()
        self._path = path
        self._on_state = on_state
        self._clock = clock
        self._opener = opener
        self._stopped = threading.Event()
        self._source: SeekableSource | None = None
        self._state = Playback()
        self._anchor: tuple[float, float] | None = None  # a moment on the clock, and the PTS that is due then

    def stop(self) -> None:
        """Ends the thread soon, without waiting. May be called from any thread."""
        self._stopped.set()
        self.requests.wake.set()
        source = self._source
        if source is not None:
            source.close()

    def run(self) -> None:
        try:
            self._source = source = self._opener(self._path)
            if self._stopped.is_set():
                return
            with source:
                self._tell(info=source.info)
                self._show(source.frame_at(0.0))
                source.prepare()
                self._serve(source)
        except FerDesktopError as error:
            log.warning("%s", error)
            self._tell(error=str(error))
        except Exception as error:
            log.exception("%s: playing failed", self._path)
            self._tell(error=f"{self._path}: playing failed ({type(error).__name__}: {error})")

    def _serve(self, source: SeekableSource) -> None:
        request = PlayerRequest()
        while not self._stopped.is_set():
            asked = self.requests.take()
            if asked.number != request.number:
                request = asked
                self._state = replace(self._state, number=request.number)
                self._go(source, request)
            if not request.playing:
                self.requests.wake.wait()
            elif not self._play_on(source, request.speed):
                request = replace(request, playing=False)
                self.requests.stop_playing(request.number)
                self._tell(ended=True)

    def _go(self, source: SeekableSource, request: PlayerRequest) -> None:
        self._anchor = None
        if request.seek_s is not None:
            self._show(source.frame_at(request.seek_s))
        elif self._state.frame is not None:
            source.frame_at(self._state.frame.pts_s)  # playing may have looked ahead
        for _ in range(abs(request.steps)):
            frame = source.next() if request.steps > 0 else source.previous()
            if frame is None or self._stopped.is_set():
                break
            self._show(frame)

    def _play_on(self, source: SeekableSource, speed: float) -> bool:
        """Shows the next frame when it is due, unless there is a request. Returns False at the end."""
        shown = self._state.frame
        frame = source.next()
        if frame is None or shown is None:
            return self._stopped.is_set()
        if self._anchor is None:
            self._anchor = self._clock(), shown.pts_s
        while (delay_s := self._due(frame, speed) - self._clock()) > 0:
            if self.requests.wake.wait(delay_s):
                return True
        if self.requests.wake.is_set():  # requested while the frame was decoded
            return True
        late = source.frame_at(self._anchor[1] + (self._clock() - self._anchor[0]) * speed)
        self._show(late)
        return True

    def _due(self, frame: Frame, speed: float) -> float:
        assert self._anchor is not None
        return self._anchor[0] + (frame.pts_s - self._anchor[1]) / speed

    def _show(self, frame: Frame | None) -> None:
        if frame is not None:
            self._tell(frame=frame, ended=False)

    def _tell(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        if not self._stopped.is_set() and self.states.put(self._state):
            self._on_state()
