"""The threads that load the pipeline and that run it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.live.feed import LiveFeed
from fer_desktop.core.live.mailbox import Mailbox
from fer_desktop.core.models import ModelCard
from fer_desktop.core.pipeline import Pipeline, PipelineSettings
from fer_desktop.core.types import Frame

log = logging.getLogger(__name__)

ModelPhase = Literal["loading", "ready", "error"]

MAX_FAILURES = 10
"""The live view stops after so many failed frames in a row."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """The model of the live view.

    phase: "loading" while one is being loaded, "ready", or "error" when the one asked for cannot be used.
    message: what went wrong, in whole sentences. With phase "ready": one picture could not be analysed.
    card, device: of the model in use now, also while another one is loading or has failed; None without one.
    notice: why another device is in use than the one asked for; None when all is as asked.
    """

    phase: ModelPhase
    message: str | None = None
    card: ModelCard | None = None
    device: str | None = None
    notice: str | None = None


class PipelineLoader(threading.Thread):
    """Builds pipelines one after the other. It serves only the newest of several waiting requests.

    on_outcome(settings, pipeline or error) is called from this thread.
    """

    def __init__(
        self,
        build: Callable[[PipelineSettings], Pipeline],
        on_outcome: Callable[[PipelineSettings, Pipeline | Exception], None],
    ) -> None:
        super().__init__(name="model loader", daemon=True)
        self._build = build
        self._on_outcome = on_outcome
        self._wanted: Mailbox[PipelineSettings] = Mailbox()
        self._wake = threading.Event()
        self._stopping = False

    def request(self, settings: PipelineSettings) -> None:
        self._wanted.put(settings)
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        while self._wake.wait() and not self._stopping:
            self._wake.clear()
            settings = self._wanted.take()
            if settings is None:
                continue
            outcome: Pipeline | Exception
            try:
                outcome = self._build(settings)
            except Exception as error:
                unexpected = not isinstance(error, FerDesktopError)
                log.error("the model could not be loaded: %s", error, exc_info=unexpected)
                outcome = error
            self._on_outcome(settings, outcome)


class InferenceThread(threading.Thread):
    """Runs the pipeline on the newest frame of the feed it follows.

    on_result() is called when the window has to be woken for a result, on_failure(feed, error, final) for the
    first frame of a feed that cannot be analysed and, finally, after MAX_FAILURES in a row. Both are called
    from this thread.
    """

    def __init__(
        self, on_result: Callable[[], None], on_failure: Callable[[LiveFeed, Exception, bool], None]
    ) -> None:
        super().__init__(name="inference", daemon=True)
        self._on_result = on_result
        self._on_failure = on_failure
        self._wake = threading.Event()
        self._stopping = False
        self._pipeline: Pipeline | None = None
        self._feed: LiveFeed | None = None
        self._repeat = False
        self._used_pipeline: Pipeline | None = None
        self._used_feed: LiveFeed | None = None
        self._frame: Frame | None = None
        self._failures = 0
        self._reported = False

    def use(self, pipeline: Pipeline) -> None:
        """Takes this pipeline from the next frame on."""
        self._pipeline = pipeline
        self._wake.set()

    def follow(self, feed: LiveFeed) -> None:
        """Takes frames from this feed from now on."""
        self._feed = feed
        self._wake.set()

    def wake(self) -> None:
        """Says that a frame is pending."""
        self._wake.set()

    def repeat(self) -> None:
        """Analyses the last frame again, for a picture that stands still while settings change."""
        self._repeat = True
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        while self._wake.wait() and not self._stopping:
            self._wake.clear()
            while not self._stopping and self._step():
                pass

    def _step(self) -> bool:
        """Analyses one frame; False when there is none."""
        # Read before the pipeline: whoever asks to repeat has set the pipeline before.
        repeat = self._repeat
        pipeline, feed = self._pipeline, self._feed
        if pipeline is None or feed is None:
            return False
        if feed is not self._used_feed:
            feed.start_counting_drops()
            self._frame = None
        if pipeline is not self._used_pipeline or feed is not self._used_feed:
            pipeline.reset()
            self._used_pipeline, self._used_feed = pipeline, feed
            self._failures, self._reported = 0, False
        frame = feed.pending.take()
        if repeat:
            self._repeat = False
            if frame is None:
                pipeline.reset()
                frame = self._frame
        if frame is None:
            return False
        self._frame = frame
        self._analyse(pipeline, feed, frame)
        return True

    def _analyse(self, pipeline: Pipeline, feed: LiveFeed, frame: Frame) -> None:
        try:
            result = pipeline.process(frame)
        except Exception as error:
            self._failures += 1
            final = self._failures == MAX_FAILURES
            if final or not self._reported:
                self._reported = True
                log.error("frame %d could not be analysed: %s", frame.index, error, exc_info=True)
                self._on_failure(feed, error, final)
            return
        self._failures = 0
        feed.inferred.tick()
        if feed.results.put(result):
            self._on_result()
