"""The values that flow through the pipeline: Frame in, FrameResult out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import index_of

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle in pixels of the upright frame; (x, y) is its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        return self.width * self.height

    def iou(self, other: Box) -> float:
        """Returns the intersection over union of two boxes, 0 to 1."""
        overlap_width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        overlap_height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if overlap_width <= 0 or overlap_height <= 0:
            return 0.0
        intersection = overlap_width * overlap_height
        return intersection / (self.area + other.area - intersection)

    def clipped(self, width: int, height: int) -> Box:
        """Returns the part of the box inside a frame of this size. Its width or height is 0 outside the
        frame."""
        left, top = min(max(self.x, 0.0), width), min(max(self.y, 0.0), height)
        right = min(max(self.x + self.width, left), width)
        bottom = min(max(self.y + self.height, top), height)
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright picture from a source.

    image: (H, W, 3) uint8, BGR. Nothing writes to it after construction.
    index: position in the source, counted from 0. Skipped frames count.
    pts_s: presentation time in seconds from the start of the source.
    wall_time: seconds since the epoch when it was captured or read.
    captured_at: the same moment on ``time.monotonic``, for latencies.
    """

    index: int
    pts_s: float
    image: Image
    wall_time: float
    captured_at: float

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, slots=True)
class Detection:
    """A face as a detector reports it. score: rises with certainty, 0 to 1."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Face:
    """A tracked face in one frame.

    probabilities, smoothed: one value per emotion in the order of ``emotions.EMOTIONS``, sum 1.
    label: name of the shown emotion, None while uncertain.
    """

    id: int
    box: Box
    detection_score: float
    probabilities: tuple[float, ...]
    smoothed: tuple[float, ...]
    label: str | None

    @property
    def confidence(self) -> float:
        """The smoothed probability of the label, 0 to 1; of the most likely emotion while uncertain."""
        return max(self.smoothed) if self.label is None else self.smoothed[index_of(self.label)]


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent on one frame. detect_s: None where the tracker predicted the boxes and no detector
    ran."""

    detect_s: float | None
    classify_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class FrameResult:
    """The result of the pipeline for one frame. size: (width, height) of the upright frame."""

    index: int
    pts_s: float
    wall_time: float
    captured_at: float
    size: tuple[int, int]
    faces: tuple[Face, ...]
    timings: Timings
