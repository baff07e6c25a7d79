"""Reads any frame of a recording, in any order. The player uses it."""

from fer_desktop.core.seeking.base import SeekableSource
from fer_desktop.core.seeking.opening import open_seekable

__all__ = ["SeekableSource", "open_seekable"]
