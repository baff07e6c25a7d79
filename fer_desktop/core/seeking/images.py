"""Reads any picture of a folder, or a single picture, in any order."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources import ImageSource, read_image
from fer_desktop.core.types import Frame
from fer_desktop.core.video import EPSILON_S

log = logging.getLogger(__name__)


class SeekableImages:
    """A SeekableSource over the pictures of an ImageSource, with its times and indices.

    Raises SourceError on entering when there is no picture or none can be read.
    """

    def __init__(self, path: Path) -> None:
        self._source = ImageSource(path)
        self.info = self._source.info
        self._closed = threading.Event()
        self._paths: tuple[Path, ...] = ()
        self._unreadable: set[int] = set()
        self._frame: Frame | None = None

    def __enter__(self) -> Self:
        with self._source as source:
            self.info, self._paths = source.info, source.paths
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    def close(self) -> None:
        self._closed.set()

    def prepare(self) -> None:
        """Does nothing: pictures need no preparation."""

    def frame_at(self, pts_s: float) -> Frame | None:
        position = min(max(math.floor(pts_s + EPSILON_S), 0), len(self._paths) - 1)
        return self._first_of(range(position, -1, -1)) or self._first_of(range(position, len(self._paths)))

    def next(self) -> Frame | None:
        return self._first_of(range(self._position + 1, len(self._paths)))

    def previous(self) -> Frame | None:
        return self._first_of(range(self._position - 1, -1, -1))

    @property
    def _position(self) -> int:
        return -1 if self._frame is None else self._frame.index

    def _first_of(self, positions: Iterable[int]) -> Frame | None:
        """Returns the first of these pictures that can be read."""
        for position in positions:
            if self._closed.is_set():
                return None
            if self._frame is not None and position == self._frame.index:
                return self._frame
            if position in self._unreadable:
                continue
            try:
                image = read_image(self._paths[position])
            except SourceError as error:
                log.warning("%s; it is left out", error)
                self._unreadable.add(position)
                continue
            self._frame = Frame(position, float(position), image, time.time(), time.monotonic())
            return self._frame
        return None
