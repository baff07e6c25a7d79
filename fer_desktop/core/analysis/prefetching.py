"""Prefetching: a thread of its own reads and tracks frames ahead of their classification."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from fer_desktop.core.analysis.sampling import FrameSampler
from fer_desktop.core.pipeline import Pipeline, TrackedFrame
from fer_desktop.core.sources import FrameSource

AHEAD = 16
"""The most frames that are read ahead; each needs memory."""

_STOP_CHECK_S = 0.05


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """A frame that was read: its time, the duration of reading, and the tracked frame if it is sampled."""

    pts_s: float
    read_s: float
    tracked: TrackedFrame | None


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None = None


class Prefetcher:
    """Gives the frames of an open source once. Errors of the thread are raised by the iteration.

    Leaving it stops the thread and waits for it. The source may be closed after that.
    """

    def __init__(self, source: FrameSource, pipeline: Pipeline, is_sampled: FrameSampler) -> None:
        self._source = source
        self._pipeline = pipeline
        self._is_sampled = is_sampled
        self._frames: queue.Queue[ReadFrame | _End] = queue.Queue(AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prefetching", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def __iter__(self) -> Iterator[ReadFrame]:
        while not isinstance(item := self._frames.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    # On its thread.

    def _run(self) -> None:
        end = _End()
        try:
            self._read_all()
        except Exception as error:  # travels to the reader
            end = _End(error)
        self._put(end)

    def _read_all(self) -> None:
        frames = iter(self._source)
        self._pipeline.reset()
        while not self._stopped.is_set():
            asked = time.perf_counter()
            frame = next(frames, None)
            if frame is None:
                return
            read_s = time.perf_counter() - asked
            tracked = None
            if self._is_sampled(frame):
                if self._source.info.kind == "images":
                    self._pipeline.reset()
                tracked = self._pipeline.track(frame)
            self._put(ReadFrame(frame.pts_s, read_s, tracked))

    def _put(self, item: ReadFrame | _End) -> None:
        while not self._stopped.is_set():
            try:
                self._frames.put(item, timeout=_STOP_CHECK_S)
            except queue.Full:
                continue
            return
