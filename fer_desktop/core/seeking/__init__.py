"""Recordings in which any frame can be read, in any order; the player uses them."""

from fer_desktop.core.seeking.base import SeekableSource
from fer_desktop.core.seeking.opening import open_seekable

__all__ = ["SeekableSource", "open_seekable"]
