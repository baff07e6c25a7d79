"""Functions that the detectors share: shrinking the frame, dropping overlapping boxes."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from fer_desktop.core.types import Detection, Image


def shrink(image: Image, shorter_side: int) -> tuple[Image, float]:
    """Returns the picture, reduced until its shorter side has this length, and the factor. Never enlarges."""
    height, width = image.shape[:2]
    scale = min(1.0, shorter_side / min(height, width))
    if scale == 1.0:
        return image, 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), scale


def suppress_overlaps(detections: Iterable[Detection], max_overlap: float) -> list[Detection]:
    """Greedy non-maximum suppression, best score first.

    The overlap is measured against the smaller box, so that a box inside another one is dropped too.
    """
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda item: item.score, reverse=True):
        if all(_overlap(detection, other) <= max_overlap for other in kept):
            kept.append(detection)
    return kept


def _overlap(first: Detection, second: Detection) -> float:
    a, b = first.box, second.box
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(0.0, width) * max(0.0, height) / min(a.area, b.area)
