"""What a recording is in which any frame can be read."""

from __future__ import annotations

from typing import Protocol, Self

from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame


class SeekableSource(Protocol):
    """Used by one thread, but for ``close``: ``with source: frame = source.frame_at(12.4)``.

    Making one is cheap. Entering it opens it and completes ``info``; that and reading raise SourceError.
    Frames have the times that a FrameSource gives for the whole recording. All methods give None once it is
    closed.
    """

    @property
    def info(self) -> SourceInfo: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """From any thread: a call that is under way ends soon."""

    def prepare(self) -> None:
        """Does once what the first seek would have to wait for; may take as long as reading the file."""

    def frame_at(self, pts_s: float) -> Frame | None:
        """The frame that is shown at a time in seconds: the last one at or before it, else the first."""

    def next(self) -> Frame | None:
        """The frame after the one given last, None at the end."""

    def previous(self) -> Frame | None:
        """The frame before the one given last, None at the beginning."""
