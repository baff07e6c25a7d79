"""Sources for tests: synthetic frames, planned faults, and a stand-in for ``cv2.VideoCapture``.

Nothing here sleeps. A synthetic camera keeps its rhythm with a wait that ``close`` ends at once, or with a
gate that the test opens frame by frame; a stalled one waits for an event.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto

import cv2
import numpy as np

from fer_desktop.core.errors import CameraUnavailableError, SourceError
from fer_desktop.core.sources.base import BaseSource, SourceInfo
from fer_desktop.core.types import Frame, Image

WAIT_S = 30.0
"""A planned stall that nobody ends fails after this long instead of hanging the test run."""


class FakeClock:
    """A clock that stands still until it is told to go on; use it as ``time.monotonic``."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def plain_picture(index: int, size: tuple[int, int]) -> Image:
    """A grey picture (height, width, 3) whose brightness rises with the index and starts again at 200."""
    width, height = size
    return np.full((height, width, 3), 20 + index % 180, np.uint8)


class SyntheticSource(BaseSource):
    """Frames that are made, not read; index k is at k / fps seconds.

    frames: how many, None for endless, or the pictures themselves. size: (width, height).
    picture: makes the picture of an index, in place of a plain one.
    live: pretends to be a camera, in its rhythm unless there is a gate.
    gate: every frame takes one permit from it, so that a test decides when a frame comes.
    """

    def __init__(
        self,
        frames: int | Sequence[Image] | None = 30,
        *,
        size: tuple[int, int] = (64, 48),
        fps: float = 30.0,
        live: bool = False,
        name: str = "synthetic",
        picture: Callable[[int], Image] | None = None,
        gate: threading.Semaphore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        count = len(frames) if isinstance(frames, Sequence) else frames
        if isinstance(frames, Sequence):
            picture = frames.__getitem__
        super().__init__(
            SourceInfo(
                name=name,
                kind="camera" if live else "video",
                size=size,
                fps=fps,
                duration_s=None if live or count is None else count / fps,
            )
        )
        self.opened = 0
        self.released = False
        self._count = count
        self._fps = fps
        self._live = live
        self._picture = picture or (lambda index: plain_picture(index, size))
        self._gate = gate
        self._clock = clock
        self._index = 0

    def close(self) -> None:
        super().close()
        if self._gate is not None:
            self._gate.release()

    def _open(self) -> None:
        self.opened += 1

    def _read(self) -> Frame | None:
        if self._count is not None and self._index >= self._count:
            return None
        self._keep_rhythm()
        index, self._index = self._index, self._index + 1
        return Frame(index, index / self._fps, self._picture(index), time.time(), self._clock())

    def _keep_rhythm(self) -> None:
        if self._gate is not None:
            assert self._gate.acquire(timeout=WAIT_S), "nobody opened the gate"
        elif self._live:
            self._closed.wait(1 / self._fps)

    def _release(self) -> None:
        self.released = True


class Fault(Enum):
    """What goes wrong in place of a frame, or with it."""

    STALL = auto()
    """The read blocks until ``resume`` is set or the source is closed; then the frame comes."""
    NO_FRAME = auto()
    """The frame is lost: the next one comes, with its own index and time."""
    SIZE_CHANGE = auto()
    """From here on the frames have half the width and twice the height."""
    UNPLUG = auto()
    """Raises CameraUnavailableError."""
    READ_FAILURE = auto()
    """Raises SourceError."""
    CRASH = auto()
    """Raises RuntimeError, an error that nobody planned for."""


class FaultySource(SyntheticSource):
    """A SyntheticSource with faults at given indices.

    slow_open: entering blocks until ``resume`` is set or the source is closed.
    open_error: raised when it is entered.
    ``blocked`` is set while it blocks, so that a test can wait for that moment.
    """

    def __init__(
        self,
        faults: Mapping[int, Fault] | None = None,
        *,
        frames: int | None = 30,
        size: tuple[int, int] = (64, 48),
        slow_open: bool = False,
        open_error: Exception | None = None,
        fps: float = 30.0,
        live: bool = False,
        name: str = "faulty",
        gate: threading.Semaphore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(frames, size=size, fps=fps, live=live, name=name, gate=gate, clock=clock)
        self.resume = threading.Event()
        self.blocked = threading.Event()
        self._faults = dict(faults or {})
        self._slow_open = slow_open
        self._open_error = open_error

    def close(self) -> None:
        super().close()
        self.resume.set()

    def _open(self) -> None:
        super()._open()
        if self._slow_open:
            self._block()
        if self._open_error is not None:
            raise self._open_error

    def _read(self) -> Frame | None:
        match self._faults.pop(self._index, None):
            case Fault.STALL:
                self._block()
            case Fault.NO_FRAME:
                self._index += 1
                return self._read()
            case Fault.SIZE_CHANGE:
                picture = self._picture
                self._picture = lambda index: _reshaped(picture(index))
            case Fault.UNPLUG:
                raise CameraUnavailableError(f"{self.info.name}: the camera was unplugged")
            case Fault.READ_FAILURE:
                raise SourceError(f"{self.info.name}: cannot be read any further")
            case Fault.CRASH:
                raise RuntimeError("a planned crash")
            case None:
                pass
        return super()._read()

    def _block(self) -> None:
        self.blocked.set()
        assert self.resume.wait(WAIT_S), "nobody ended the planned stall"
        self.blocked.clear()


def _reshaped(image: Image) -> Image:
    height, width = image.shape[:2]
    return np.asarray(cv2.resize(image, (width // 2, height * 2)), np.uint8)


class FakeCapture:
    """Stands in for ``cv2.VideoCapture``: gives what is planned for each read, then nothing for ever.

    reads: for each read a picture, None for a failed read, an exception to raise, or a function that is
    called and gives one of these. read_s: how far every read moves the clock on.
    accepts: properties that ``set`` takes on; reading them back gives what was set, of others what they had.
    """

    def __init__(
        self,
        reads: Iterable[object] = (),
        *,
        opens: bool = True,
        properties: Mapping[int, float] | None = None,
        accepts: Iterable[int] = (),
        clock: FakeClock | None = None,
        read_s: float = 0.0,
    ) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.released = False
        self._reads = iter(reads)
        self._opens = opens
        self._properties = dict(properties or {})
        self._accepts = frozenset(accepts)
        self._clock = clock
        self._read_s = read_s

    def __call__(self, *arguments: object) -> FakeCapture:
        """Takes the place of the class: the fake is its own factory."""
        self.calls.append(("open", *arguments))
        return self

    def isOpened(self) -> bool:
        return self._opens and not self.released

    def set(self, property_id: int, value: float) -> bool:
        self.calls.append(("set", property_id, value))
        if property_id in self._accepts:
            self._properties[property_id] = value
        return property_id in self._accepts

    def get(self, property_id: int) -> float:
        return self._properties.get(property_id, 0.0)

    def read(self) -> tuple[bool, Image | None]:
        assert not self.released, "read after release crashes the real one"
        self.calls.append(("read",))
        if self._clock is not None:
            self._clock.advance(self._read_s)
        outcome = next(self._reads, None)
        if callable(outcome):
            outcome = outcome()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome is not None, outcome  # type: ignore[return-value]

    def release(self) -> None:
        self.released = True
