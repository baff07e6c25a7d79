"""Annotated copies of pictures."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2

from fer_desktop.core.errors import OutputError
from fer_desktop.core.files import output_error, write_whole
from fer_desktop.core.overlay import DEFAULT_STYLE, OverlayStyle, draw_result
from fer_desktop.core.sources import ImageSource, SourceInfo
from fer_desktop.core.types import Frame, FrameResult, Image


class PictureSink:
    """Writes each picture of a source, with its result drawn into it, to a folder under its own name.

    A picture in a format that cannot hold the copy becomes a PNG file.
    """

    def __init__(self, folder: Path, source: ImageSource, *, style: OverlayStyle = DEFAULT_STYLE) -> None:
        self.warnings: list[str] = []
        self._folder = folder
        self._source = source
        self._style = style
        self._written = False

    def open(self, info: SourceInfo) -> None:
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise output_error(self._folder, error) from error

    def write(self, frame: Frame, result: FrameResult) -> None:
        path = self._folder / self._source.paths[frame.index].name
        picture = draw_result(frame.image, result, self._style)
        data = _encoded(picture, path.suffix)
        if data is None:  # PGM holds no colour, WebP no long sides
            path, data = path.with_name(path.name + ".png"), _encoded(picture, ".png")
        if data is None:
            raise OutputError(f"{path}: the annotated picture is too large for a PNG file")
        write_whole(path, data)
        self._written = True

    def close(self, *, complete: bool) -> Path | None:
        if self._written:
            return self._folder
        with contextlib.suppress(OSError):
            self._folder.rmdir()
        return None


def _encoded(picture: Image, suffix: str) -> bytes | None:
    """Returns the content of an image file; None where the format is unknown or cannot hold the picture."""
    try:
        encoded, data = cv2.imencode(suffix, picture)
    except cv2.error:
        return None
    return data.tobytes() if encoded else None
