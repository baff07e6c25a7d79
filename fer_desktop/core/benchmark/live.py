"""A video played as a live source through the loop of the window: latency and dropped frames."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fer_desktop.core.durations import Durations, DurationSummary
from fer_desktop.core.errors import SourceError
from fer_desktop.core.live import LiveFeed, LiveLoop, SessionPhase, SessionState, SourceRequest
from fer_desktop.core.pipeline import Pipeline
from fer_desktop.core.sources import SourceInfo, VideoSource
from fer_desktop.core.types import Frame


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """How the live loop did on a video, of which only the newest frame is ever waiting.

    latency: from the moment that a frame was there to its result. dropped: frames replaced by a newer one.
    """

    fps: float
    seconds: float
    offered: int
    dropped: int
    latency: DurationSummary


class _RepeatedVideo:
    """A FrameSource of ``count`` frames at an even rate: a video that begins again where it ends."""

    def __init__(self, input: Path, *, fps: float, count: int) -> None:
        self.info = SourceInfo(name=input.name, kind="video", path=input, fps=fps)
        self._input = input
        self._fps = fps
        self._count = count
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        for index, frame in enumerate(itertools.islice(self._frames(), self._count)):
            if self._closed.is_set():
                return
            yield dataclasses.replace(frame, index=index, pts_s=index / self._fps)

    def close(self) -> None:
        self._closed.set()

    def _frames(self) -> Iterator[Frame]:
        while True:
            with VideoSource(self._input) as source:
                yield from source


class _Listener:
    """Takes what the loop's threads say, until every frame has been analysed or dropped."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.latencies = Durations()
        self.loop = LiveLoop(
            on_preview=lambda: None,
            on_result=self._on_result,
            on_state=self._on_state,
            on_failure=self._on_failure,
        )
        self._pipeline = pipeline
        self._analysed = 0
        self._finished = False
        self._failure: Exception | None = None
        self._changed = threading.Condition()

    def play(self, request: SourceRequest, count: int) -> int:
        """Plays a source of so many frames to its end; returns how many were dropped. Raises SourceError, and
        what the pipeline raised."""
        self.loop.use(self._pipeline)
        self.loop.start()
        self.loop.open(request)
        dropped = self.loop.feed.pending
        try:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._failure or (self._finished and self._analysed + dropped.dropped >= count)
                )
        finally:
            for thread in self.loop.begin_shutdown():
                thread.join()
        if self._failure is not None:
            raise self._failure
        return dropped.dropped

    # On the loop's threads.

    def _on_result(self) -> None:
        result = self.loop.feed.results.take()
        with self._changed:
            if result is not None:
                self.latencies.add(time.monotonic() - result.captured_at)
                self._analysed += 1
            self._changed.notify()

    def _on_state(self, feed: LiveFeed, state: SessionState) -> None:
        with self._changed:
            self._finished = state.phase is SessionPhase.FINISHED
            if state.phase is SessionPhase.ERROR:
                self._failure = SourceError(state.message or "")
            self._changed.notify()

    def _on_failure(self, feed: LiveFeed, error: Exception, final: bool) -> None:
        with self._changed:
            self._failure = error
            self._changed.notify()


def play_live(input: Path, pipeline: Pipeline, *, fps: float, seconds: float) -> LiveFigures:
    """Plays a video in real time, from the beginning again where it ends, and analyses what it can.

    The threads and mailboxes are those of the window. Raises SourceError, and what the pipeline raises.
    """
    count = max(1, round(fps * seconds))
    listener = _Listener(pipeline)
    source = _RepeatedVideo(input, fps=fps, count=count)
    dropped = listener.play(SourceRequest(input.name, lambda: source, live=False), count)
    latency = listener.latencies.summary()
    assert latency is not None
    return LiveFigures(fps, seconds, count, dropped, latency)
