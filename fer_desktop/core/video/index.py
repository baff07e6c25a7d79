"""Finds the times of a video's pictures from its packets, without decoding."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.video.decoding import SHIFTED_BY_SEEKING, VideoDecoder


@dataclass(frozen=True, slots=True, eq=False)
class VideoIndex:
    """The times of a video's pictures in ticks, rising.

    pts: (F,) int64, of all pictures. key_pts: (K,) int64, of the key frames.
    """

    pts: NDArray[np.int64]
    key_pts: NDArray[np.int64]

    def position(self, ticks: int) -> int:
        """Returns the position of the newest picture at or before a time, counted from 0; -1 before the
        first."""
        return int(np.searchsorted(self.pts, ticks, side="right")) - 1

    def keys_before(self, ticks: int) -> Iterator[int]:
        """Yields key frames at or before a time: the nearest first, then in growing steps, never the first
        key frame."""
        position, step = int(np.searchsorted(self.key_pts, ticks, side="right")) - 1, 1
        while position > 0:
            yield int(self.key_pts[position])
            position, step = position - step, 2 * step


def index_video(decoder: VideoDecoder, should_stop: Callable[[], bool]) -> VideoIndex | None:
    """Reads a file to its end and returns its index.

    Returns None when reading was stopped, and when the times of the packets do not tell where each picture
    is. They tell it when every packet has its own time, no time is before the stream's start, and no packet
    before a key frame is shown after it. Other files get their times from PresentationTimes, which depend on
    all pictures before. H.264 with B-frames in AVI does too: its packets have the times of their storing.
    """
    if decoder.start is None or decoder.format in SHIFTED_BY_SEEKING:
        return None
    times, keys = array("q"), array("q")
    newest = decoder.start - 1
    rising = True
    for packet in decoder.packets():
        if should_stop():
            return None
        if packet is None or packet.size == 0:
            continue
        if packet.is_keyframe and packet.pts is not None:
            if packet.pts <= newest and not packet.is_discard:
                return None
            keys.append(packet.pts)
        if packet.is_discard:
            continue
        if packet.pts is None or packet.pts < decoder.start:
            return None
        rising = rising and packet.pts > newest
        newest = max(newest, packet.pts)
        times.append(packet.pts)
    pts = np.unique(np.array(times, np.int64))
    if not keys or len(pts) != len(times) or (decoder.format == "avi" and decoder.reorders and rising):
        return None
    return VideoIndex(pts, np.unique(np.array(keys, np.int64)))
