"""The description and the interface of a source of frames, and a base class with safe closing."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self

from fer_desktop.core.types import Frame


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known about a source. It is complete once the source is open.

    name: for people. path: the file or folder, None for a camera.
    size: (width, height) in pixels of the first upright frame. Later frames may differ. None when unknown.
    fps, duration_s: estimates of the file or driver. None when it gives none.
    fourcc: the pixel format that a camera really uses, such as "MJPG".
    """

    name: str
    kind: Literal["camera", "video", "images"]
    path: Path | None = None
    size: tuple[int, int] | None = None
    fps: float | None = None
    duration_s: float | None = None
    fourcc: str | None = None


class FrameSource(Protocol):
    """A series of frames that one thread reads once: ``with source: for frame in source: ...``.

    Creating a source is cheap. Entering it opens it and raises SourceError, or CameraUnavailableError where
    another try may work later. Reading raises the same. Presentation times rise from frame to frame.
    ``close`` may be called from any thread and more than once. The iteration then ends soon, without an
    error.
    """

    @property
    def info(self) -> SourceInfo: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __iter__(self) -> Iterator[Frame]: ...
    def close(self) -> None: ...


class BaseSource(ABC):
    """A FrameSource whose device or file is never released while another thread reads from it.

    ``close`` does not wait for a read in progress. The reading thread releases after its read.
    Subclasses implement ``_open``, ``_read`` and ``_release``; all three run under one lock.
    """

    def __init__(self, info: SourceInfo) -> None:
        self.info = info
        self._closed = threading.Event()
        self._in_use = threading.Lock()

    def __enter__(self) -> Self:
        with self._in_use:
            try:
                if not self._closed.is_set():
                    self._open()
            except BaseException:
                self._release()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self._next()) is not None:
            yield frame

    def close(self) -> None:
        self._closed.set()
        if self._in_use.acquire(blocking=False):
            try:
                self._release()
            finally:
                self._in_use.release()

    def _next(self) -> Frame | None:
        with self._in_use:
            frame = None if self._closed.is_set() else self._read()
            if frame is None or self._closed.is_set():
                self._closed.set()
                self._release()
                return None
            return frame

    @abstractmethod
    def _open(self) -> None:
        """Opens the source and completes ``info``. Raises SourceError."""

    @abstractmethod
    def _read(self) -> Frame | None:
        """Returns the next frame; None after the last one. Raises SourceError."""

    @abstractmethod
    def _release(self) -> None:
        """Frees everything that ``_open`` took, even in part. May be called again."""
