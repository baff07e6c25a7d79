"""Recordings of which any frame can be had in any order: videos and pictures behind one interface."""

from __future__ import annotations

from pathlib import Path

from fer_desktop.core.seeking.base import SeekableSource
from fer_desktop.core.seeking.images import SeekableImages
from fer_desktop.core.seeking.video import SeekableVideo
from fer_desktop.core.sources import ImageSource, open_source


def open_seekable(path: Path) -> SeekableSource:
    """For whatever ``open_source`` opens, not entered yet. Raises SourceError, as it does."""
    return SeekableImages(path) if isinstance(open_source(path), ImageSource) else SeekableVideo(path)
