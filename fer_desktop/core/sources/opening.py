"""Chooses the source for a path."""

from __future__ import annotations

from pathlib import Path

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources.base import FrameSource
from fer_desktop.core.sources.images import IMAGE_SUFFIXES, ImageSource
from fer_desktop.core.sources.video import VideoSource


def open_source(path: Path, *, start_s: float | None = None, end_s: float | None = None) -> FrameSource:
    """Returns the source for a video, a picture or a folder of pictures. It is not entered yet.

    A file with the ending of a picture is a picture, and any other file a video. start_s, end_s: the part of
    a video to read, in seconds.

    Raises SourceError when there is nothing at the path, when the path cannot be reached, and when pictures
    are given with a part in time. Errors in the content appear on entering.
    """
    try:
        exists, is_file = path.exists(), path.is_file()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}); choose another one") from error
    if not exists:
        raise SourceError(f"{path}: there is no such file or folder")
    if is_file and path.suffix.lower() not in IMAGE_SUFFIXES:
        return VideoSource(path, start_s=start_s, end_s=end_s)
    if start_s is not None or end_s is not None:
        raise SourceError(f"{path}: a start or end in time can be given for a video, not for pictures")
    return ImageSource(path)
