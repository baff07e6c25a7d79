"""A short video whose pictures tell their numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fer_desktop.core.sources.video import VideoSource
from fer_desktop.core.types import Frame, Image
from tests.support.videos import write_video

FPS = 25.0


def numbered(index: int, size: tuple[int, int] = (64, 48)) -> Image:
    """A grey picture that tells its index by its brightness."""
    return np.full((size[1], size[0], 3), 20 + 8 * index, np.uint8)


def number_of(frame: Frame) -> int:
    return round((float(frame.image.mean()) - 20) / 8)


def read(path: Path, **span: float) -> list[Frame]:
    with VideoSource(path, **span) as source:
        return list(source)


def write_clip(path: Path) -> Path:
    """One second, 25 numbered pictures, a key frame every 10."""
    write_video(path, [numbered(index) for index in range(25)], fps=FPS)
    return path
