"""The annotated video: H.264 in MP4 with the source's presentation times and its sound."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.codec.codec import UnknownCodecError
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from fer_desktop.core.errors import OutputError
from fer_desktop.core.files import discard, finish, output_error, part_path
from fer_desktop.core.overlay import DEFAULT_STYLE, OverlayStyle, blur_boxes, draw_result
from fer_desktop.core.sinks.audio import AudioTrack, copy_sound
from fer_desktop.core.sources import SourceInfo
from fer_desktop.core.types import Box, Frame, FrameResult, Image
from fer_desktop.core.video import find_video_stream, open_container

DEFAULT_TIME_BASE = Fraction(1, 90_000)
DEFAULT_FPS = 30.0
HIDDEN_FOR_S = 1.0

# Without B-frames decoding order is presentation order, so any sequence of times is stored as it is.
X264_OPTIONS = {"preset": "veryfast", "crf": "20", "bf": "0"}


class VideoSink:
    """Draws each result into its frame and encodes the frame. The sound of a video file is kept.

    Presentation times are those of the source, in its own time base. With ``start_s`` the first frame written
    is at 0. The sound ends at ``end_s`` or where the analysis stopped. An odd side gets one more line of
    pixels. Blurred faces stay hidden for HIDDEN_FOR_S after they were last found.
    """

    def __init__(
        self,
        path: Path,
        *,
        style: OverlayStyle = DEFAULT_STYLE,
        start_s: float | None = None,
        end_s: float | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self._path = path
        self._style = style
        self._start_s = start_s
        self._end_s = end_s
        self._writer: VideoWriter | None = None
        self._style_over_blur = dataclasses.replace(style, blur=False)
        self._seen: dict[int, tuple[Box, float]] = {}

    def open(self, info: SourceInfo) -> None:
        self._info = info

    def write(self, frame: Frame, result: FrameResult) -> None:
        image = frame.image
        if self._style.blur:
            image = blur_boxes(image, self._boxes_to_hide(result))
        image = _even(draw_result(image, result, self._style_over_blur))
        try:
            if self._writer is None:
                origin_s = 0.0 if self._start_s is None else frame.pts_s
                self._writer = VideoWriter(
                    part_path(self._path), self._info, image, origin_s=origin_s, warn=self.warnings.append
                )
            self._writer.write(image, frame.pts_s)
        except (FFmpegError, OSError) as error:
            self._discard()
            raise output_error(self._path, error) from error

    def close(self, *, complete: bool) -> Path | None:
        if self._writer is None:
            return None
        try:
            self._writer.finish(sound_end_s=(self._end_s or math.inf) if complete else None)
        except (FFmpegError, OSError) as error:
            self._discard()
            raise output_error(self._path, error) from error
        return finish(self._path)

    def _boxes_to_hide(self, result: FrameResult) -> list[Box]:
        """Returns the boxes of faces now and a moment ago. A face that is missed in some frames stays
        hidden."""
        self._seen |= {face.id: (face.box, result.pts_s) for face in result.faces}
        self._seen = {
            id: (box, pts_s)
            for id, (box, pts_s) in self._seen.items()
            if result.pts_s - pts_s <= HIDDEN_FOR_S
        }
        return [box for box, _ in self._seen.values()]

    def _discard(self) -> None:
        """Removes the file. An MP4 file without its end cannot be played."""
        if self._writer is not None:
            with contextlib.suppress(FFmpegError, OSError):
                self._writer.close()
        self._writer = None
        discard(self._path)


class VideoWriter:
    """An MP4 file for pictures with their times and, from a video file, its sound.

    Its methods raise FFmpegError, OSError, OutputError and, where the source is gone, SourceError.
    """

    def __init__(
        self, path: Path, info: SourceInfo, first: Image, *, origin_s: float, warn: Callable[[str], None]
    ) -> None:
        """Begins the file.

        first: a picture of the size to come. origin_s: the time of the source that becomes 0.
        warn: receives one line for each thing that is left out.
        """
        self._origin_s = origin_s
        self._last_pts = -1
        self._size = first.shape[1], first.shape[0]
        self._source: InputContainer | None = None
        video: VideoStream | None = None
        if info.kind == "video" and info.path is not None:
            self._source = open_container(info.path)
            video = find_video_stream(self._source, info.path)
        self._time_base = (video.time_base if video is not None else None) or DEFAULT_TIME_BASE
        # MP4 stores when a track starts in the movie's time scale, milliseconds if nothing is said.
        options = {"movie_timescale": str(self._time_base.denominator)}
        self._output = av.open(f"file:{path}", "w", format="mp4", options=options)
        self._stream = _h264_stream(self._output, self._size, info.fps or DEFAULT_FPS, self._time_base)
        self._audio: AudioTrack | None = None
        if self._source is not None and video is not None:
            self._stream.sample_aspect_ratio = _pixel_shape(video, self._size)
            zero_s = float((video.start_time or 0) * self._time_base)
            self._audio = copy_sound(self._source, self._output, origin_s=zero_s + origin_s, warn=warn)

    def write(self, image: Image, pts_s: float) -> None:
        """Adds a picture.

        image: (H, W, 3) BGR uint8 with even sides. Another size than the first is scaled to it.
        """
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), dtype=np.uint8)
        picture = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        self._last_pts = max(self._last_pts + 1, round((pts_s - self._origin_s) / self._time_base))
        picture.pts, picture.time_base = self._last_pts, self._time_base
        self._output.mux(self._stream.encode(picture))
        if self._audio is not None:
            self._audio.write_until(float(self._last_pts * self._time_base))

    def finish(self, *, sound_end_s: float | None) -> None:
        """Completes the file. sound_end_s: time of the source; None ends the sound with the last picture."""
        self._output.mux(self._stream.encode(None))
        if self._audio is not None:
            last_s = float((self._last_pts + 1) * self._time_base)
            self._audio.write_until(last_s if sound_end_s is None else sound_end_s - self._origin_s)
            self._audio.finish()
        self.close()

    def close(self) -> None:
        """Closes the files. Without ``finish`` before, the written file cannot be played."""
        if self._source is not None:
            self._source.close()
        self._output.close()


def _h264_stream(
    output: OutputContainer, size: tuple[int, int], fps: float, time_base: Fraction
) -> VideoStream:
    try:
        stream = output.add_stream(
            "libx264", rate=Fraction(fps).limit_denominator(1001), options=X264_OPTIONS
        )
    except UnknownCodecError:
        raise OutputError(
            "This PyAV cannot write H.264; install the one from PyPI: pip install --force-reinstall av"
        ) from None
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = time_base
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def _pixel_shape(video: VideoStream, size: tuple[int, int]) -> Fraction:
    """Returns the ratio of a pixel's width to its height, exchanged for a picture that was turned upright."""
    shape = video.sample_aspect_ratio or Fraction(1)
    turned = (video.width < video.height) != (size[0] < size[1])
    return 1 / shape if turned else shape


def _even(image: Image) -> Image:
    """Returns the picture with even sides: an odd side gets a copy of its last line.

    H.264 stores colour at half the resolution.
    """
    height, width = image.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return image
    padded = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(padded, dtype=np.uint8)
