"""The interface of a recording in which any frame can be read."""

from __future__ import annotations

from typing import Protocol, Self

from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame


class SeekableSource(Protocol):
    """A recording in which any frame can be read: ``with source: frame = source.frame_at(12.4)``.

    It is used by one thread; only ``close`` may be called from any. Creating one is cheap. Entering it opens
    it and completes ``info``. Entering and reading raise SourceError. Frames have the times that a
    FrameSource gives for the whole recording. All methods return None after ``close``.
    """

    @property
    def info(self) -> SourceInfo: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Closes the recording, from any thread. A call in progress ends soon."""

    def prepare(self) -> None:
        """Does the work that the first seek would wait for. It may take as long as reading the file."""

    def frame_at(self, pts_s: float) -> Frame | None:
        """Returns the frame that is shown at a time in seconds: the last one at or before it, else the
        first."""

    def next(self) -> Frame | None:
        """Returns the frame after the last returned one; None at the end."""

    def previous(self) -> Frame | None:
        """Returns the frame before the last returned one; None at the beginning."""
