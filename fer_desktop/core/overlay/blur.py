"""Makes faces in a picture unrecognisable."""

from __future__ import annotations

from collections.abc import Iterable

import cv2

from fer_desktop.core.overlay.pixels import box_in, region
from fer_desktop.core.types import Box, FrameResult, Image

BLUR_MARGIN = 0.3
BLUR_CELLS = 6


def blur_faces(image: Image, result: FrameResult) -> Image:
    """Returns a copy of ``image``, (H, W, 3) BGR uint8, in which every face is unrecognisable."""
    return blur_boxes(image, [face.box for face in result.faces])


def blur_boxes(image: Image, boxes: Iterable[Box]) -> Image:
    """Returns a copy of ``image``, (H, W, 3) BGR uint8, without detail in the boxes and a wide margin.

    Each area is reduced to a few averaged cells. The original pixels cannot be restored from the copy.
    """
    canvas = image.copy()
    for box in boxes:
        margin = BLUR_MARGIN * max(box.width, box.height)
        wide = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
        area = box_in(canvas, wide)
        if not area.is_empty:
            _reduce_to_cells(region(canvas, area))
    return canvas


def _reduce_to_cells(pixels: Image) -> None:
    height, width = pixels.shape[:2]
    cell = max(width, height) / BLUR_CELLS
    cells = (max(1, round(width / cell)), max(1, round(height / cell)))
    averaged = cv2.resize(pixels, cells, interpolation=cv2.INTER_AREA)
    pixels[:] = cv2.resize(averaged, (width, height), interpolation=cv2.INTER_LINEAR)
