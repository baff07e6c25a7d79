"""Reads any frame of a video file, in any order."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Self

from av.packet import Packet

from fer_desktop.core.errors import SourceError
from fer_desktop.core.seeking.decoded_window import DecodedPicture, DecodedWindow
from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Frame
from fer_desktop.core.video import (
    CONVERT,
    EPSILON_S,
    TimedPicture,
    VideoDecoder,
    VideoIndex,
    index_video,
    open_container,
)

log = logging.getLogger(__name__)

CACHE_BYTES = 256 * 2**20

NEAR_S = 0.5
"""For times up to this far ahead, it decodes on and looks for no nearer key frame."""

SEEK_COST_PICTURES = 12
"""Seeking to a key frame takes about as long as decoding this many pictures."""

SEEK_MARGINS_S = (0.0, 10.0, 60.0)
"""Seeking in formats without an index ends after the wanted packet. The next try starts further ahead."""


class SeekableVideo:
    """A SeekableSource over a video file.

    Times equal those of VideoSource for the whole file, to the last bit. It seeks only where the times of the
    packets tell the place for certain (see VideoIndex), and decodes from the key frame before. In other files
    it decodes all pictures before. ``Frame.index`` counts from the file's first picture. After a seek it also
    counts pictures that cannot be decoded.

    cache_bytes: for decoded pictures, so that going back is quick.
    Raises SourceError on entering when nothing can be decoded.
    """

    def __init__(self, path: Path, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.info = SourceInfo(name=path.name, kind="video", path=path)
        self._path = path
        self._closed = threading.Event()
        self._window = DecodedWindow(cache_bytes)
        self._decoder: VideoDecoder | None = None
        self._pictures: Iterator[TimedPicture] = iter(())
        self._ended = False
        self._count: int | None = 0  # pictures since the file's start; None after a seek
        self._index: VideoIndex | None = None
        self._is_indexed = False
        self._shown: DecodedPicture | None = None
        self._frame: Frame | None = None

    def __enter__(self) -> Self:
        try:
            self._begin()
            first = self.frame_at(0.0)
            if first is None and not self._closed.is_set():
                raise SourceError(
                    f"{self._path}: nothing in this video can be decoded, it may be damaged; {CONVERT}"
                )
        except BaseException:
            self._release()
            raise
        if first is not None:
            self.info = dataclasses.replace(self.info, size=first.size)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._release()

    def close(self) -> None:
        """Closes the file, from any thread. A call in progress soon ends with None, as all later ones do."""
        self._closed.set()

    def prepare(self) -> None:
        """Reads the file once, so that the first seek need not."""
        self._indexed()

    def frame_at(self, pts_s: float) -> Frame | None:
        """Returns the frame that is shown at a time in seconds: the last one at or before it, else the
        first."""
        self._reach(pts_s)
        return self._show(self._window.at(pts_s))

    def next(self) -> Frame | None:
        """Returns the frame after the last returned one; None at the end."""
        if self._shown is None:
            return self.frame_at(0.0)
        self._reach(self._shown.pts_s)
        return self._show(self._window.after(self._shown.pts_s))

    def previous(self) -> Frame | None:
        """Returns the frame before the last returned one; None at the beginning."""
        if self._shown is None or self._shown.index == 0:
            return None
        pts_s = self._shown.pts_s
        if self._window.before(pts_s) is None:
            self._go_before(pts_s - 2 * EPSILON_S)
            self._decode_while(lambda last: last is None or last.pts_s < pts_s)
        return self._show(self._window.before(pts_s))

    # The content of the window.

    def _holds(self, pts_s: float) -> bool:
        """Returns whether the window certainly has the frame of a time."""
        return self._begins_before(pts_s) and self._reaches_past(pts_s)

    def _begins_before(self, pts_s: float) -> bool:
        first = self._window.first
        return first is not None and (first.index == 0 or first.pts_s <= pts_s + EPSILON_S)

    def _reaches_past(self, pts_s: float) -> bool:
        last = self._window.last
        return self._ended or (last is not None and last.pts_s > pts_s + EPSILON_S)

    def _is_ahead(self, pts_s: float) -> bool:
        """Returns whether decoding on from here is the quickest way to a time."""
        last = self._window.last
        if last is None or not self._begins_before(pts_s):
            return last is None and not self._ended
        if pts_s <= last.pts_s + NEAR_S:
            return True
        index, decoder = self._indexed(), self._decoder
        if index is None or decoder is None:
            return True
        wanted = decoder.ticks(pts_s + EPSILON_S)
        key = next(index.keys_before(wanted), None)
        if key is None:
            return True
        return index.position(key) - last.index <= SEEK_COST_PICTURES

    def _show(self, picture: DecodedPicture | None) -> Frame | None:
        if picture is None or self._decoder is None or self._closed.is_set():
            return None
        if picture is not self._shown or self._frame is None:
            image = self._decoder.converted(picture.picture)
            if image is None:
                raise SourceError(f"{self._path}: the picture at {picture.pts_s:.2f} s cannot be shown")
            self._shown = picture
            self._frame = Frame(picture.index, picture.pts_s, image, time.time(), time.monotonic())
        return self._frame

    # Filling the window.

    def _reach(self, pts_s: float) -> None:
        """Brings the frame of a time, and the next one or the end, into the window."""
        if not self._holds(pts_s) and not self._is_ahead(pts_s):
            self._go_before(pts_s)
        self._decode_while(lambda last: not self._reaches_past(pts_s))

    def _decode_while(self, wanted: Callable[[DecodedPicture | None], bool]) -> None:
        while not self._ended and not self._closed.is_set() and wanted(self._window.last):
            self._decode_one()

    def _decode_one(self) -> None:
        decoded = next(self._pictures, None)
        decoder = self._decoder
        if decoded is None or decoder is None:
            self._ended = True
            return
        picture, pts_s = decoded
        if picture.pts is None or pts_s != self._stored_time(picture.pts):
            self._is_indexed, self._index = True, None  # its times depend on the pictures before
        if self._count is not None:
            index, self._count = self._count, self._count + 1
        elif self._index is not None and picture.pts is not None:
            index = self._index.position(picture.pts)
        else:
            self._begin()
            return
        self._window.append(DecodedPicture(index, pts_s, picture))

    def _stored_time(self, ticks: int) -> float | None:
        """Returns the time as PresentationTimes gives it if it corrects nothing."""
        decoder = self._decoder
        if decoder is None or decoder.start is None:
            return None
        return float((ticks - decoder.start) * decoder.time_base)

    def _go_before(self, pts_s: float) -> None:
        """Restarts the window at or before a time, as near as can be decoded."""
        index, decoder = self._indexed(), self._decoder
        if index is not None and decoder is not None:
            for key in index.keys_before(decoder.ticks(pts_s + EPSILON_S)):
                if self._closed.is_set() or self._begin_at(decoder, key, pts_s):
                    return
                if self._index is None:
                    return
        self._begin()

    def _begin(self) -> None:
        """Restarts at the start of the file."""
        self._release()
        self._decoder = decoder = VideoDecoder(open_container(self._path), self._path)
        self.info = dataclasses.replace(self.info, fps=decoder.fps, duration_s=decoder.duration_s)
        self._restart(decoder.pictures(), count=0)

    def _begin_at(self, decoder: VideoDecoder, key: int, pts_s: float) -> bool:
        """Restarts at a key frame. Returns False where what can be decoded from there begins after a time."""
        packets = self._packets_from(decoder, key)
        if packets is None:
            return False
        # Pictures that are stored behind the key frame and shown before it may need what was not decoded.
        pictures = itertools.dropwhile(
            lambda item: item[0].pts is not None and item[0].pts < key, decoder.pictures(packets)
        )
        self._restart(pictures, count=None)
        self._decode_one()
        return self._begins_before(pts_s)

    def _packets_from(self, decoder: VideoDecoder, key: int) -> Iterable[Packet | None] | None:
        """Returns the packets from a key frame on; None where seeking does not find it."""
        for margin_s in SEEK_MARGINS_S:
            if not decoder.seek(max(key - int(margin_s / decoder.time_base), decoder.start or 0)):
                return None
            packets = decoder.packets()
            for packet in packets:
                if packet is None or packet.pts is None or not packet.is_keyframe:
                    continue
                if packet.pts == key:
                    return itertools.chain([packet], packets)
                if packet.pts > key:
                    break
        return None

    def _restart(self, pictures: Iterator[TimedPicture], *, count: int | None) -> None:
        self._pictures, self._count, self._ended = pictures, count, False
        self._window.clear()

    def _indexed(self) -> VideoIndex | None:
        if not self._is_indexed:
            decoder = VideoDecoder(open_container(self._path), self._path)
            try:
                self._index = index_video(decoder, self._closed.is_set)
            finally:
                decoder.close()
            self._is_indexed = True
        return self._index

    def _release(self) -> None:
        self._pictures = iter(())
        self._window.clear()
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
