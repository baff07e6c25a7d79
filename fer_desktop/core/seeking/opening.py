"""Chooses the seekable recording for a path: a video or pictures."""

from __future__ import annotations

from pathlib import Path

from fer_desktop.core.seeking.base import SeekableSource
from fer_desktop.core.seeking.images import SeekableImages
from fer_desktop.core.seeking.video import SeekableVideo
from fer_desktop.core.sources import ImageSource, open_source


def open_seekable(path: Path) -> SeekableSource:
    """Returns the recording for anything that ``open_source`` opens, not yet entered. Raises SourceError like
    it."""
    return SeekableImages(path) if isinstance(open_source(path), ImageSource) else SeekableVideo(path)
