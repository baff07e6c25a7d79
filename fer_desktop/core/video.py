"""Video files as a source of frames."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from fer_desktop.core.errors import SourceError
from fer_desktop.core.frame_source import BaseSource, SourceInfo
from fer_desktop.core.orientation import Transform, display_transform, upright
from fer_desktop.core.timestamps import PresentationTimes
from fer_desktop.core.types import Frame, Image
from fer_desktop.core.video_file import CONVERT, duration, find_video_stream, frame_rate, open_container

log = logging.getLogger(__name__)

DECODER_THREADS = 2
"""Decoding ahead while a picture is converted is worth a second thread; more only cost memory."""

MAX_PIXELS = 2**26
"""Twice the size of 8K. A damaged header can claim far more, which would take gigabytes of memory."""

SEEK_MARGINS_S = (0.0, 10.0, 60.0)
"""Some formats have no index, and seeking ends after the wanted time; then it is tried further ahead."""

SHIFTED_BY_SEEKING = frozenset({"mpeg"})
"""In an MPEG programme stream FFmpeg gives every picture after a seek the time of the one after it."""

DEFAULT_FPS = 25.0
EPSILON_S = 1e-6

CUT_OFF = 0.9
"""A file whose pictures end before this share of its length may be cut off, which gets a warning."""


class VideoSource(BaseSource):
    """The frames of a video file from ``start_s`` on and before ``end_s``, in the order of showing.

    Times are those of the container, in seconds from the stream's start, and always rise (PresentationTimes).
    ``Frame.index`` counts the frames delivered before. With ``start_s`` that is the position in the range:
    the position in the file could only be known by decoding all of it. Times stay those of the whole file.
    Pictures are upright: the display matrix is applied. Frames that cannot be decoded are left out, with a
    warning in the log. What a file says about its length and number of frames is never relied on.

    Raises SourceError on entering when the range is empty or nothing in it can be decoded.
    """

    def __init__(self, path: Path, *, start_s: float | None = None, end_s: float | None = None) -> None:
        super().__init__(SourceInfo(name=path.name, kind="video", path=path))
        self._path = path
        self._start_s = start_s or 0.0
        self._end_s = end_s
        self._container: InputContainer | None = None
        self._reformatter = VideoReformatter()
        self._transforms: dict[int, Transform] = {}

    def _open(self) -> None:
        if self._start_s < 0 or (self._end_s is not None and self._end_s <= self._start_s):
            raise SourceError(f"{self._path}: {self._wanted()} is no range of time; end after the start")
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
        if self._container is not None:
            self._container.close()
            self._container = None

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
            image = self._converted(picture)
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

    def _pictures_from(self, start_s: float) -> Iterator[tuple[av.VideoFrame, float]]:
        """Decoded pictures and their times in seconds, the first one at or before a time."""
        for margin_s in SEEK_MARGINS_S:
            container, stream = self._open_stream()
            if start_s <= margin_s or not self._seek(container, stream, start_s - margin_s):
                break
            pictures = self._pictures(container, stream)
            first = next(pictures, None)
            if first is not None and first[1] <= start_s + EPSILON_S:
                return itertools.chain([first], pictures)
        container, stream = self._open_stream()
        return self._pictures(container, stream)

    def _open_stream(self) -> tuple[InputContainer, VideoStream]:
        self._release()
        self._container = container = open_container(self._path)
        stream = find_video_stream(container, self._path)
        stream.codec_context.thread_type = "AUTO"
        stream.codec_context.thread_count = DECODER_THREADS
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        self.info = dataclasses.replace(
            self.info, fps=frame_rate(stream), duration_s=duration(container, stream)
        )
        return container, stream

    def _seek(self, container: InputContainer, stream: VideoStream, start_s: float) -> bool:
        """Goes to the last key frame before a time; False where the file offers no way to."""
        if container.format.name in SHIFTED_BY_SEEKING or stream.start_time is None:
            return False
        try:
            container.seek(stream.start_time + int(start_s / cast(Fraction, stream.time_base)), stream=stream)
        except FFmpegError as error:
            log.info("%s: seeking is not possible (%s)", self._path, error)
            return False
        return True

    def _pictures(
        self, container: InputContainer, stream: VideoStream
    ) -> Iterator[tuple[av.VideoFrame, float]]:
        period_s = 1 / (self.info.fps or DEFAULT_FPS)
        times = PresentationTimes(cast(Fraction, stream.time_base), stream.start_time, period_s)
        for picture in self._decoded(container, stream):
            yield picture, times.next(picture.pts, picture.dts)

    def _decoded(self, container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
        """Every picture that can be decoded from where the container stands."""
        damaged = 0
        for packet in self._packets(container, stream):
            try:
                pictures = stream.codec_context.decode(packet)
            except EOFError:  # it was asked before for what it holds
                break
            except FFmpegError as error:
                log.debug("%s: a damaged packet (%s)", self._path, error)
                damaged += 1
                continue
            yield from pictures
        if damaged:
            log.warning("%s: %d damaged packets could not be decoded and are left out", self._path, damaged)

    def _packets(self, container: InputContainer, stream: VideoStream) -> Iterator[Packet | None]:
        """Packets in the order of the file; the last one is empty and asks the decoder for what it holds."""
        try:
            yield from container.demux(stream)
        except FFmpegError as error:
            log.warning("%s: the rest of the file cannot be read (%s)", self._path, error)
            yield None
        except IndexError:  # PyAV at the end of a file in which another stream appeared late
            yield None

    def _converted(self, picture: av.VideoFrame) -> Image | None:
        """The upright picture as (H, W, 3) BGR uint8, read only; None when it cannot be converted."""
        try:
            array = self._reformatter.reformat(picture, format="bgr24", threads=1).to_ndarray()
        except (FFmpegError, ValueError) as error:
            log.warning("%s: a picture cannot be converted (%s)", self._path, error)
            return None
        image = np.ascontiguousarray(upright(np.asarray(array, np.uint8), self._transform(picture)))
        image.flags.writeable = False
        return image

    def _transform(self, picture: av.VideoFrame) -> Transform:
        """Looked up once for each angle: PyAV keeps a picture whose side data was asked for in a cycle."""
        if picture.rotation not in self._transforms:
            self._transforms[picture.rotation] = display_transform(picture)
        return self._transforms[picture.rotation]

    def _wanted(self) -> str:
        return f"from {self._start_s:g} s to {'the end' if self._end_s is None else f'{self._end_s:g} s'}"

    def _why_empty(self) -> str:
        if self._start_s == 0 and self._end_s is None:
            return f"{self._path}: nothing in this video can be decoded, it may be damaged; {CONVERT}"
        length = "" if self.info.duration_s is None else f"; it is about {self.info.duration_s:.1f} s long"
        return f"{self._path}: the video has no picture {self._wanted()}{length}"
