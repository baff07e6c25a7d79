"""The live loop: one thread reads a source, another analyses its newest frame."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from fer_desktop.core.live.capture import BACKOFF_S, CaptureThread, SessionState, SourceRequest
from fer_desktop.core.live.feed import LiveFeed
from fer_desktop.core.live.inference import InferenceThread
from fer_desktop.core.live.meters import Clock
from fer_desktop.core.pipeline import Pipeline
from fer_desktop.core.types import Frame


class LiveLoop:
    """Reads one source at a time, and analyses the newest frame that is there. The window and the benchmark
    both run it. Its methods are for one thread.

    The callbacks come from the loop's threads. on_preview(), on_result(): the feed has a new frame or result;
    they come again only after it was taken. on_state(feed, state): a source is in another state.
    on_failure(feed, error, final): a frame could not be analysed; final after too many in a row.
    """

    def __init__(
        self,
        *,
        on_preview: Callable[[], None],
        on_result: Callable[[], None],
        on_state: Callable[[LiveFeed, SessionState], None],
        on_failure: Callable[[LiveFeed, Exception, bool], None],
        clock: Clock = time.monotonic,
        backoff_s: Sequence[float] = BACKOFF_S,
    ) -> None:
        self.feed = LiveFeed(clock)
        self._on_preview = on_preview
        self._on_state = on_state
        self._clock = clock
        self._backoff_s = backoff_s
        self._inference = InferenceThread(on_result, on_failure)
        self._capture: CaptureThread | None = None
        self._ending: list[CaptureThread] = []
        self._camera_lock = threading.Lock()

    @property
    def has_source(self) -> bool:
        return self._capture is not None

    def start(self) -> None:
        """Starts the analysis, which waits for a pipeline and a source."""
        self._inference.start()

    def use(self, pipeline: Pipeline) -> None:
        """Analyses with this pipeline from the next frame on."""
        self._inference.use(pipeline)

    def repeat(self) -> None:
        """Analyses the last frame again, for a picture that stands still while settings change."""
        self._inference.repeat()

    def open(self, request: SourceRequest) -> None:
        """Closes the present source and reads this one, with a feed of its own."""
        self.close()
        self._inference.follow(self.feed)
        self._capture = CaptureThread(
            request,
            on_frame=partial(self._on_frame, self.feed),
            on_state=partial(self._on_state, self.feed),
            camera_lock=self._camera_lock,
            clock=self._clock,
            backoff_s=self._backoff_s,
        )
        self._capture.start()

    def pause(self) -> None:
        """A file waits; a camera stays open and its frames are ignored."""
        if self._capture is not None:
            self._capture.pause()

    def resume(self) -> None:
        if self._capture is not None:
            self._capture.resume()

    def close(self) -> None:
        """Closes the source and gives an empty feed."""
        self.end_capture()
        self.feed = LiveFeed(self._clock)

    def end_capture(self) -> None:
        """Closes the source; its last frame and result stay in the feed."""
        self._ending = [thread for thread in self._ending if thread.is_alive()]
        if self._capture is not None:
            self._capture.stop()
            self._ending.append(self._capture)
            self._capture = None

    def begin_shutdown(self) -> list[threading.Thread]:
        """Tells every thread to end, and returns them; the loop is of no use afterwards."""
        self.end_capture()
        self._inference.stop()
        return [*self._ending, self._inference]

    # On the capture thread.

    def _on_frame(self, feed: LiveFeed, frame: Frame) -> None:
        feed.captured.tick()
        feed.pending.put(frame)
        self._inference.wake()
        if feed.preview.put(frame):
            self._on_preview()
