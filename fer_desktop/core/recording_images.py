"""Annotated copies of pictures."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2

from fer_desktop.core.frame_source import SourceInfo
from fer_desktop.core.images import ImageSource
from fer_desktop.core.overlay import DEFAULT_STYLE, OverlayStyle, draw_result
from fer_desktop.core.recording import finish, output_error, part_path
from fer_desktop.core.types import Frame, FrameResult


class PictureSink:
    """Writes each picture of a source with its result drawn in into a folder, under its own name."""

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
        name = self._source.paths[frame.index].name
        path = self._folder / (name if cv2.haveImageWriter(name) else name + ".png")
        _, data = cv2.imencode(path.suffix, draw_result(frame.image, result, self._style))
        try:
            part_path(path).write_bytes(data.tobytes())
        except OSError as error:
            raise output_error(path, error) from error
        finish(path)
        self._written = True

    def close(self, *, complete: bool) -> Path | None:
        if self._written:
            return self._folder
        with contextlib.suppress(OSError):
            self._folder.rmdir()
        return None
