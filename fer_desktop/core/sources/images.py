"""Pictures as a source of frames: one, a list, or a folder."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from fer_desktop.core.errors import SourceError
from fer_desktop.core.sources.base import BaseSource, SourceInfo
from fer_desktop.core.types import Frame, Image

log = logging.getLogger(__name__)

IMAGE_SUFFIXES = frozenset(
    {".bmp", ".jfif", ".jpe", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
)
"""The endings, in lower case, of the files that count as pictures in a folder."""


class ImageSource(BaseSource):
    """Pictures in a given order, or the pictures of a folder in natural order (2 before 10) without
    subfolders.

    Picture k, counted from 0, has index k and is at k seconds; ``paths[frame.index]`` is its file. The EXIF
    orientation is applied. An unreadable picture among several is left out, with a warning in the log.

    Raises SourceError on entering when there is no picture or none can be read.
    """

    def __init__(self, pictures: Path | Sequence[Path]) -> None:
        self._given = pictures
        self.paths = (pictures,) if isinstance(pictures, Path) else tuple(pictures)
        if len(self.paths) == 1:
            name, path = self.paths[0].absolute().name, self.paths[0]
        else:
            name, path = f"{len(self.paths)} pictures", None
        super().__init__(SourceInfo(name=name, kind="images", path=path, fps=1.0))

    def _open(self) -> None:
        if isinstance(self._given, Path) and self._given.is_dir():
            self.paths = folder_images(self._given)
        frames = self._readable()
        first = next(frames, None)
        if first is None:
            raise SourceError(f"{self.info.name}: none of the pictures can be read")
        self._frames = itertools.chain([first], frames)
        self.info = dataclasses.replace(self.info, size=first.size, duration_s=float(len(self.paths)))

    def _read(self) -> Frame | None:
        return next(self._frames, None)

    def _release(self) -> None:
        """Does nothing: no file is open between two pictures."""

    def _readable(self) -> Iterator[Frame]:
        for index, path in enumerate(self.paths):
            try:
                image = read_image(path)
            except SourceError as error:
                if len(self.paths) == 1:
                    raise
                log.warning("%s; it is left out", error)
                continue
            yield Frame(index, float(index), image, time.time(), time.monotonic())


def folder_images(folder: Path) -> tuple[Path, ...]:
    """Returns the pictures of a folder in natural order, without hidden files. Raises SourceError."""
    try:
        entries = [path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES]
    except OSError as error:
        raise SourceError(f"{folder}: the folder cannot be read ({error.strerror})") from error
    visible = (path for path in entries if not path.name.startswith("."))
    paths = sorted(visible, key=lambda path: (natural_order(path.name), path.name))
    if not paths:
        raise SourceError(f"{folder}: there is no picture in this folder")
    return tuple(paths)


def natural_order(name: str) -> list[tuple[int, str]]:
    """Returns a sort key that orders numbers in names by value: photo2 before photo10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts if part]


def read_image(path: Path) -> Image:
    """Reads a picture and returns it upright as (H, W, 3) BGR uint8. Raises SourceError, which names the
    file."""
    try:
        data = np.fromfile(path, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except OSError as error:
        raise SourceError(f"{path}: the picture cannot be read ({error.strerror})") from error
    except cv2.error as error:
        raise SourceError(f"{path}: the picture cannot be decoded ({error.err})") from error
    if image is None:
        raise SourceError(
            f"{path}: this is not a picture that can be read, or it is damaged; save it as PNG or JPEG"
        )
    image.flags.writeable = False
    return np.asarray(image, np.uint8)
