"""An opened video file: its packets, its decoded pictures with their times, and upright images."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.reformatter import VideoReformatter

from fer_desktop.core.types import Image
from fer_desktop.core.video.file import duration, find_video_stream, frame_rate
from fer_desktop.core.video.orientation import Transform, display_transform, upright
from fer_desktop.core.video.timestamps import PresentationTimes

log = logging.getLogger(__name__)

DECODER_THREADS = 2
"""One thread decodes ahead while another converts a picture. More threads only cost memory."""

MAX_PIXELS = 2**26
"""Twice the size of 8K. A damaged header can name far more, which would take gigabytes of memory."""

SHIFTED_BY_SEEKING = frozenset({"mpeg"})
"""FFmpeg gives every picture after a seek in an MPEG programme stream the time of the next picture."""

DEFAULT_FPS = 25.0

EPSILON_S = 1e-6
"""Times closer to each other than this are the same."""

TimedPicture = tuple[av.VideoFrame, float]
"""A decoded picture and its time in seconds from the stream's start."""


class VideoDecoder:
    """Reads one opened file from its start, or from where ``seek`` went. For one thread.

    It owns the container and closes it. fps, duration_s: estimates of the file. time_base: seconds per tick.
    start: the stream's first time in ticks, None when unknown. Raises SourceError where there is nothing to
    decode.
    """

    def __init__(self, container: InputContainer, path: Path) -> None:
        self._container = container
        self._path = path
        try:
            self._stream = stream = find_video_stream(container, path)
        except BaseException:
            container.close()
            raise
        stream.codec_context.thread_type = "AUTO"
        stream.codec_context.thread_count = DECODER_THREADS
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        self.fps = frame_rate(stream)
        self.duration_s = duration(container, stream)
        self.time_base = cast(Fraction, stream.time_base)
        self.start = stream.start_time
        self._reformatter = VideoReformatter()
        self._transforms: dict[int, Transform] = {}

    @property
    def format(self) -> str:
        """FFmpeg's name of the container's format."""
        return self._container.format.name

    @property
    def reorders(self) -> bool:
        """Whether the order of showing differs from the order in the file (B-frames)."""
        return bool(self._stream.codec_context.has_b_frames)

    def close(self) -> None:
        self._container.close()

    def seek(self, ticks: int) -> bool:
        """Goes to the last key frame before a time. Returns False where the file cannot be sought in."""
        if self.format in SHIFTED_BY_SEEKING or self.start is None:
            return False
        try:
            self._container.seek(ticks, stream=self._stream)
        except FFmpegError as error:
            log.info("%s: seeking is not possible (%s)", self._path, error)
            return False
        return True

    def ticks(self, seconds: float) -> int:
        """Converts a time from the stream's start to ticks, rounded down."""
        return (self.start or 0) + int(seconds / self.time_base)

    def packets(self) -> Iterator[Packet | None]:
        """Yields the packets in the order of the file. The last packet is empty and makes the decoder give
        what it holds."""
        try:
            yield from self._container.demux(self._stream)
        except FFmpegError as error:
            log.warning("%s: the rest of the file cannot be read (%s)", self._path, error)
            yield None
        except IndexError:  # PyAV at the end of a file in which another stream appeared late
            yield None

    def pictures(self, packets: Iterable[Packet | None] | None = None) -> Iterator[TimedPicture]:
        """Yields every picture that can be decoded from these packets, or from the current position."""
        times = PresentationTimes(self.time_base, self.start, 1 / (self.fps or DEFAULT_FPS))
        for picture in self._decoded(self.packets() if packets is None else packets):
            yield picture, times.next(picture.pts, picture.dts)

    def converted(self, picture: av.VideoFrame) -> Image | None:
        """Returns the upright picture as (H, W, 3) BGR uint8, read only; None when it cannot be converted."""
        try:
            array = self._reformatter.reformat(picture, format="bgr24", threads=1).to_ndarray()
        except (FFmpegError, ValueError) as error:
            log.warning("%s: a picture cannot be converted (%s)", self._path, error)
            return None
        image = np.ascontiguousarray(upright(np.asarray(array, np.uint8), self._transform(picture)))
        image.flags.writeable = False
        return image

    def _decoded(self, packets: Iterable[Packet | None]) -> Iterator[av.VideoFrame]:
        damaged = 0
        for packet in packets:
            try:
                pictures = self._stream.codec_context.decode(packet)
            except EOFError:  # the decoder has already given what it held
                break
            except FFmpegError as error:
                log.debug("%s: a damaged packet (%s)", self._path, error)
                damaged += 1
                continue
            yield from pictures
        if damaged:
            log.warning("%s: %d damaged packets could not be decoded and are left out", self._path, damaged)

    def _transform(self, picture: av.VideoFrame) -> Transform:
        """Returns the orientation, looked up once for each angle.

        PyAV keeps a picture in a reference cycle once its side data was read.
        """
        if picture.rotation not in self._transforms:
            self._transforms[picture.rotation] = display_transform(picture)
        return self._transforms[picture.rotation]
