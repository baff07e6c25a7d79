"""Video files as a source of frames."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources.base import BaseSource, SourceInfo
from fer_desktop.core.types import Frame
from fer_desktop.core.video import CONVERT, EPSILON_S, TimedPicture, VideoDecoder, open_container

log = logging.getLogger(__name__)

SEEK_MARGINS_S = (0.0, 10.0, 60.0)
"""Seeking in formats without an index ends after the wanted time. The next try starts further ahead."""

CUT_OFF = 0.9
"""A video whose pictures end before this share of its length may be cut off. It gets a warning."""


class VideoSource(BaseSource):
    """The frames of a video file from ``start_s`` until before ``end_s``, in the order of showing.

    Times are those of the container, in seconds from the stream's start, and always rise (PresentationTimes).
    They are times in the whole file also with ``start_s``. ``Frame.index`` counts the frames delivered
    before, so with ``start_s`` it is the position in the range. The position in the file would need all of it
    decoded.
    Pictures are upright: the display matrix is applied. Frames that cannot be decoded are left out, with a
    warning in the log. The length and the number of frames that a file gives are never trusted.

    Raises SourceError on entering when the range is empty or nothing in it can be decoded.
    """

    def __init__(self, path: Path, *, start_s: float | None = None, end_s: float | None = None) -> None:
        super().__init__(SourceInfo(name=path.name, kind="video", path=path))
        self._path = path
        self._start_s = start_s or 0.0
        self._end_s = end_s
        self._decoder: VideoDecoder | None = None
        self._frames: Iterator[Frame] = iter(())

    def _open(self) -> None:
        if self._start_s < 0 or (self._end_s is not None and self._end_s <= self._start_s):
            raise SourceError(
                f"{self._path}: {self._wanted()} is not a range of time; choose an end after the start"
            )
        frames = self._range()
        first = next(frames, None)
        if self._closed.is_set():
            return
        if first is None:
            raise SourceError(self._why_empty())
        self._frames = itertools.chain([first], frames)
        self.info = dataclasses.replace(self.info, size=first.size)

    def _read(self) -> Frame | None:
        return next(self._frames, None)

    def _release(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
        self._frames = iter(())  # it holds this source, and the file's pictures with it

    def _range(self) -> Iterator[Frame]:
        index = 0
        last_s = 0.0
        for picture, pts_s in self._pictures_from(self._start_s):
            if self._closed.is_set():  # the way to the start can be long
                return
            last_s = pts_s
            if pts_s < self._start_s - EPSILON_S:
                continue
            if self._end_s is not None and pts_s >= self._end_s - EPSILON_S:
                return
            image = self._decoder.converted(picture) if self._decoder is not None else None
            if image is not None:
                yield Frame(index, pts_s, image, time.time(), time.monotonic())
                index += 1
        length_s = self.info.duration_s or 0.0
        if last_s + 1 < CUT_OFF * min(length_s, self._end_s or length_s):
            log.warning(
                "%s: the pictures end at %.1f s of %.1f s; the file may be cut off, copy it again",
                self._path,
                last_s,
                length_s,
            )

    def _pictures_from(self, start_s: float) -> Iterator[TimedPicture]:
        """Yields decoded pictures and their times in seconds. The first picture is at or before a time."""
        for margin_s in SEEK_MARGINS_S:
            decoder = self._opened()
            if start_s <= margin_s or not decoder.seek(decoder.ticks(start_s - margin_s)):
                break
            pictures = self._pictures(decoder)
            first = next(pictures, None)
            if first is not None and first[1] <= start_s + EPSILON_S:
                return itertools.chain([first], pictures)
        return self._pictures(self._opened())

    def _opened(self) -> VideoDecoder:
        """Returns the file, opened again at its start."""
        self._release()
        self._decoder = decoder = VideoDecoder(open_container(self._path), self._path)
        self.info = dataclasses.replace(self.info, fps=decoder.fps, duration_s=decoder.duration_s)
        return decoder

    def _pictures(self, decoder: VideoDecoder) -> Iterator[TimedPicture]:
        return decoder.pictures()

    def _wanted(self) -> str:
        return f"from {self._start_s:g} s to {'the end' if self._end_s is None else f'{self._end_s:g} s'}"

    def _why_empty(self) -> str:
        if self._start_s == 0 and self._end_s is None:
            return f"{self._path}: nothing in this video can be decoded, it may be damaged; {CONVERT}"
        length = "" if self.info.duration_s is None else f"; it is about {self.info.duration_s:.1f} s long"
        return f"{self._path}: the video has no picture {self._wanted()}{length}"
