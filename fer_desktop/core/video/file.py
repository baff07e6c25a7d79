"""Opens a media file with FFmpeg (PyAV) and reads what it says about its video."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError, InvalidDataError
from av.stream import Disposition
from av.video.stream import VideoStream

from fer_desktop.core.errors import SourceError

DEMUXERS = (
    "aac,apng,asf,avi,dv,flac,flv,gif,h264,hevc,ivf,m4v,matroska,mjpeg,mov,mp3,mpeg,mpegts,mpegvideo,mxf,nut,"
    "obu,ogg,rm,vc1,wav,wtv,yuv4mpegpipe"
)
"""The file formats that are opened.

Playlists are left out: they lead to the network or wait for ever. Text files are left out: FFmpeg draws them
as a terminal. Sound files are in, so that an error can say that there is only sound.
"""

MAX_FPS = 1000.0
"""A higher rate is the file's unit of time, not the rate of its pictures."""

CONVERT = "convert it to MP4 (H.264) with another program"


def open_container(path: Path) -> InputContainer:
    """Opens a video or sound file for reading. Raises SourceError, which says what is wrong with the file."""
    try:
        if path.is_dir():
            raise SourceError(f"{path}: this is a folder, not a video")
        if path.stat().st_size == 0:
            raise SourceError(f"{path}: the file is empty (0 bytes); copy or record it again")
        return av.open(
            f"file:{path}",
            options={"format_whitelist": DEMUXERS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file") from None
    except PermissionError:
        raise SourceError(f"{path}: you are not allowed to read this file") from None
    except (InvalidDataError, ArgumentError) as error:
        raise SourceError(
            f"{path}: this is not a video that can be read, or it is damaged or incomplete; "
            f"copy it again, or {CONVERT}"
        ) from error
    except (FFmpegError, OSError) as error:
        raise SourceError(f"{path}: the file cannot be read ({error.strerror})") from error


def find_video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Returns the main video of a file; a cover picture does not count. Raises SourceError if there is
    none."""
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        raise SourceError(f"{path}: there is no video in this file, only sound; choose a video")
    if stream.codec_context is None:
        raise SourceError(f"{path}: the video's compression is not supported; {CONVERT}")
    return stream


def frame_rate(stream: VideoStream) -> float | None:
    """Returns the file's estimate of frames per second; None when it gives none."""
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate and 0 < rate <= MAX_FPS else None


def duration(container: InputContainer, stream: VideoStream) -> float | None:
    """Returns the file's estimate of its length in seconds; None when it gives none."""
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        seconds = container.duration / av.time_base
    else:
        return None
    return seconds if seconds > 0 else None
