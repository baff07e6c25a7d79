"""The interface of a receiver of results."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame, FrameResult


class Sink(Protocol):
    """Receives results one after the other and makes a file of them.

    Until ``close`` the data is in a file beside the final one. No incomplete file ever has the final name.
    All methods raise OutputError. After a successful ``open``, ``close`` is called once, also after an error.
    It completes a file of what was written and returns it, or None where nothing can be kept. ``complete`` is
    False where the source was not read to its end. ``warnings`` has one line for each thing that is left out.
    """

    warnings: list[str]

    def open(self, info: SourceInfo) -> None: ...
    def write(self, frame: Frame, result: FrameResult) -> None: ...
    def close(self, *, complete: bool) -> Path | None: ...
