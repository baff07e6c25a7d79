"""Decodes video files: packets, presentation times, the upright picture."""

from fer_desktop.core.video.decoding import EPSILON_S, TimedPicture, VideoDecoder
from fer_desktop.core.video.file import CONVERT, find_video_stream, open_container
from fer_desktop.core.video.index import VideoIndex, index_video

__all__ = [
    "CONVERT",
    "EPSILON_S",
    "TimedPicture",
    "VideoDecoder",
    "VideoIndex",
    "find_video_stream",
    "index_video",
    "open_container",
]
