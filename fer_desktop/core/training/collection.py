"""Collects pictures of one's own face as a data set: when to take a crop, and files in class folders."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.files import whole_file
from fer_desktop.core.models import crop_face
from fer_desktop.core.types import Face, Frame, FrameResult, Image

CROP_MARGIN = 0.1
LARGEST_SIDE = 512
SPLIT = "train"


@dataclass(frozen=True, slots=True)
class BurstOptions:
    """When crops are taken.

    countdown_s: before the first crop. count: number of crops, evenly over duration_s seconds.
    """

    countdown_s: float = 3.0
    count: int = 10
    duration_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Crop:
    """A picture of a face.

    image: (S, S, 3) uint8 BGR, S at most LARGEST_SIDE. wall_time: seconds since the epoch.
    """

    image: Image
    wall_time: float


class Burst:
    """Counts down, then takes crops evenly spaced in time.

    It uses the times of the frames as its only clock, so it waits while no picture comes. It is over when all
    crops are taken or when its time is over. Crops may then be missing because no face was in view.
    """

    def __init__(self, options: BurstOptions) -> None:
        self.options = options
        self.crops: list[Crop] = []
        self._begins_s: float | None = None
        self._now_s = 0.0

    @property
    def countdown_s(self) -> float:
        """The seconds until the first crop, then 0."""
        if self._begins_s is None:
            return self.options.countdown_s
        return max(0.0, self._begins_s - self._now_s)

    @property
    def is_over(self) -> bool:
        if self._begins_s is None:
            return False
        its_time_is_over = self._now_s >= self._begins_s + self.options.duration_s
        return its_time_is_over or len(self.crops) == self.options.count

    def note(self, frame: Frame, face: Face | None) -> None:
        """Takes a crop of the face if one is due at this frame. It takes at most one crop of a frame."""
        self._now_s = frame.captured_at
        if self._begins_s is None:
            self._begins_s = self._now_s + self.options.countdown_s
        taken, count = len(self.crops), self.options.count
        due_s = self._begins_s + taken * self.options.duration_s / count
        if face is not None and taken < count and self._now_s >= due_s:
            self.crops.append(take_crop(frame, face))


def largest_face(result: FrameResult) -> Face | None:
    return max(result.faces, key=lambda face: face.box.area, default=None)


def take_crop(frame: Frame, face: Face) -> Crop:
    """Returns the face with a margin, in its own resolution up to LARGEST_SIDE. The crop is a copy."""
    image = crop_face(frame.image, face.box, CROP_MARGIN)
    if len(image) > LARGEST_SIDE:
        resized = cv2.resize(image, (LARGEST_SIDE, LARGEST_SIDE), interpolation=cv2.INTER_AREA)
        return Crop(np.asarray(resized, np.uint8), frame.wall_time)
    return Crop(image.copy(), frame.wall_time)


def class_folder(folder: Path, emotion: str) -> Path:
    return folder / SPLIT / emotion


def write_crops(folder: Path, emotion: str, crops: Sequence[Crop]) -> tuple[Path, ...]:
    """Writes FOLDER/train/EMOTION/DATE-TIME-NUMBER.png: all files or none. It replaces no file.

    Raises OutputError.
    """
    written: list[Path] = []
    try:
        for crop in crops:
            path = _free_name(class_folder(folder, emotion), crop.wall_time)
            with whole_file(path) as temporary:
                temporary.write_bytes(_png(crop.image))
            written.append(path)
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise
    return tuple(written)


def count_crops(folder: Path) -> dict[str, int]:
    """Returns the number of files of each emotion, in the order of EMOTIONS; zeros without a folder."""
    return {name: sum(1 for _ in class_folder(folder, name).glob("*.png")) for name in EMOTIONS}


def _free_name(folder: Path, wall_time: float) -> Path:
    stamp = datetime.fromtimestamp(wall_time).strftime("%Y%m%d-%H%M%S")
    number = 1
    while (path := folder / f"{stamp}-{number:03d}.png").exists():
        number += 1
    return path


def _png(image: Image) -> bytes:
    done, data = cv2.imencode(".png", image)
    assert done  # it fails only for kinds of pictures that are no crops
    return data.tobytes()
