"""A video played as a live source: how old results are, and how many frames are dropped."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fer_desktop.core.durations import Durations, DurationSummary
from fer_desktop.core.pipeline import Pipeline
from fer_desktop.core.sources import VideoSource
from fer_desktop.core.types import Frame


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """A video played as a live source, of which only the newest frame is ever waiting.

    latency: from the moment that a frame was there to its result. dropped: frames replaced by a newer one.
    """

    fps: float
    seconds: float
    offered: int
    dropped: int
    latency: DurationSummary


class _NewestFrame:
    """One place for a frame: a newer one takes the place of one that nobody took."""

    def __init__(self) -> None:
        self.dropped = 0
        self._frame: Frame | None = None
        self._ended = False
        self._changed = threading.Condition()

    def put(self, frame: Frame) -> None:
        with self._changed:
            self.dropped += self._frame is not None
            self._frame = frame
            self._changed.notify()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()

    def take(self) -> Frame | None:
        """The newest frame once there is one; None after the last."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended)
            frame, self._frame = self._frame, None
            return frame


class _Player(threading.Thread):
    """Reads a video again and again and offers its frames at an even rate, as a camera would."""

    def __init__(self, input: Path, slot: _NewestFrame, *, fps: float, count: int) -> None:
        super().__init__(name="benchmark-player", daemon=True)
        self.failure: Exception | None = None
        self._input = input
        self._slot = slot
        self._fps = fps
        self._count = count

    def run(self) -> None:
        try:
            self._play()
        except Exception as error:
            self.failure = error
        finally:
            self._slot.end()

    def _play(self) -> None:
        started = time.monotonic()
        for index, frame in zip(range(self._count), self._frames(), strict=False):
            pts_s = index / self._fps
            time.sleep(max(0.0, started + pts_s - time.monotonic()))
            self._slot.put(dataclasses.replace(frame, index=index, pts_s=pts_s, captured_at=time.monotonic()))

    def _frames(self) -> Iterator[Frame]:
        while True:
            with VideoSource(self._input) as source:
                yield from source


def play_live(input: Path, pipeline: Pipeline, *, fps: float, seconds: float) -> LiveFigures:
    """Plays a video in real time, from the beginning again where it ends, and analyses what it can.

    Raises SourceError.
    """
    latencies = Durations()
    slot = _NewestFrame()
    count = max(1, round(fps * seconds))
    player = _Player(input, slot, fps=fps, count=count)
    pipeline.reset()
    player.start()
    while (frame := slot.take()) is not None:
        pipeline.process(frame)
        latencies.add(time.monotonic() - frame.captured_at)
    player.join()
    latency = latencies.summary()
    if player.failure is not None:
        raise player.failure
    assert latency is not None
    return LiveFigures(fps, seconds, count, slot.dropped, latency)
