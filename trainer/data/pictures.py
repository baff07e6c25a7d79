"""Small copies of pictures."""

from __future__ import annotations

import cv2
import numpy as np

from fer_desktop.core.types import Image

THUMBNAIL_SIDE = 64


def thumbnail(picture: Image, side: int = THUMBNAIL_SIDE) -> Image:
    """Returns a picture (H, W) grey uint8 stretched to (side, side)."""
    if picture.shape == (side, side):
        return picture
    shrinks = min(picture.shape) > side
    scaled = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return scaled.astype(np.uint8, copy=False)
