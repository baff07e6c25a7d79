"""Face detection by OpenCV's boosted cascade (Viola and Jones 2001)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2.data
import numpy as np

from fer_desktop.core.detection.geometry import shrink, suppress_overlaps
from fer_desktop.core.errors import DetectorError
from fer_desktop.core.types import Box, Detection, Image

# Chosen by benchmarks/detectors.py, see docs/decisions/001-face-detector.md.
CASCADE = "haarcascade_frontalface_default.xml"
SCALE_STEP = 1.1
MIN_NEIGHBOURS = 3
MAX_OVERLAP = 0.3
EVEN_WEIGHT = 2.5

NEAR = 1.1
"""A search near a face reaches this many of its sides from its middle in each direction."""

SIZE_CHANGE = 1.4
"""A search near a face looks for faces up to this factor smaller or larger."""


class CascadeDetector:
    """A cascade on the grey frame, which is shrunk until the smallest wanted face just fills the cascade's
    window.

    The boxes are not changed: the pictures of FER2013 were cut out by such a cascade. On padded rows its box
    is the 48x48 picture, without offset and with the same side (benchmarks/detectors.py --framing).
    """

    name = "cascade"

    def __init__(
        self,
        path: Path | None = None,
        *,
        min_face: float,
        scale_step: float = SCALE_STEP,
        min_neighbours: int = MIN_NEIGHBOURS,
    ) -> None:
        """Loads a cascade. Raises DetectorError when the file is missing or not a cascade.

        path: a cascade's XML file, None for the one in OpenCV. min_face: as for create_detector.
        scale_step: factor between two sizes of the search, above 1.
        min_neighbours: the number of windows that must agree.
        """
        self._cascade = _load(path or Path(cv2.data.haarcascades) / CASCADE)
        self._window = max(self._cascade.getOriginalWindowSize())
        self._min_face = min_face
        self._scale_step = scale_step
        self._min_neighbours = min_neighbours

    def detect(self, image: Image) -> list[Detection]:
        grey, scale = self._shrunk(image)
        smallest = round(self._min_face * min(grey.shape))
        found = [_enlarged(item, scale) for item in self._search(grey, smallest, max(grey.shape))]
        return suppress_overlaps(found, MAX_OVERLAP)

    def detect_near(self, image: Image, boxes: Sequence[Box]) -> list[Detection]:
        """Finds faces near boxes, see ``NearbyDetector``."""
        grey, scale = self._shrunk(image)
        found = []
        for box in boxes:
            side = box.width * scale
            x, y = (value * scale for value in box.centre)
            left, top = (max(0, round(middle - NEAR * side)) for middle in (x, y))
            right, bottom = (max(0, round(middle + NEAR * side)) for middle in (x, y))
            region = np.ascontiguousarray(grey[top:bottom, left:right])
            found += [
                _enlarged(item, scale, left, top)
                for item in self._search(region, round(side / SIZE_CHANGE), round(side * SIZE_CHANGE))
            ]
        return suppress_overlaps(found, MAX_OVERLAP)

    def _shrunk(self, image: Image) -> tuple[Image, float]:
        small, scale = shrink(image, shorter_side=math.ceil(self._window / self._min_face))
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8), scale

    def _search(self, grey: Image, smallest: int, largest: int) -> list[Detection]:
        """Sides in pixels of the grey picture."""
        smallest = max(self._window, smallest)
        if min(grey.shape) < smallest or largest < smallest:
            return []
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey,
            scaleFactor=self._scale_step,
            minNeighbors=self._min_neighbours,
            minSize=(smallest, smallest),
            maxSize=(largest, largest),
            outputRejectLevels=True,
        )
        sides = np.reshape(boxes, (-1, 4)).tolist()
        return [
            Detection(Box(*side), score(weight))
            for side, weight in zip(sides, np.ravel(weights).tolist(), strict=True)
        ]


def _enlarged(found: Detection, scale: float, left: int = 0, top: int = 0) -> Detection:
    """Returns detections in pixels of the frame, from a part of the shrunk picture that begins at (left,
    top)."""
    box = found.box
    return Detection(
        Box((box.x + left) / scale, (box.y + top) / scale, box.width / scale, box.height / scale),
        found.score,
    )


def score(weight: float) -> float:
    """Returns the sum of votes in the cascade's last stage as a score from 0 to 1, by a logistic curve.

    It is 0.5 at EVEN_WEIGHT, about the median of the false detections in the measurement. It is 0.8 at 3.9:
    nine in ten of the faces found reach that, and hardly any false detection.
    """
    return 1 / (1 + math.exp(EVEN_WEIGHT - weight))


def _load(path: Path) -> cv2.CascadeClassifier:
    if not path.is_file():
        raise DetectorError(f"{path}: there is no such cascade file. Choose another one or reinstall OpenCV.")
    cascade = cv2.CascadeClassifier()
    try:
        loaded = cascade.load(str(path))
    except cv2.error:
        loaded = False
    if not loaded:
        raise DetectorError(f"{path}: this is not a cascade that OpenCV can read. Choose another file.")
    return cascade
