"""Rectangles of whole pixels in a picture of OpenCV."""

from __future__ import annotations

from fer_desktop.core.overlay.layout import Placement
from fer_desktop.core.overlay.rectangle import Rectangle
from fer_desktop.core.types import Box, Image


def area_of(image: Image) -> Rectangle:
    """The whole picture."""
    height, width = image.shape[:2]
    return Rectangle(0, 0, width, height)


def box_in(image: Image, box: Box) -> Rectangle:
    """The pixels of a box inside the picture; empty for a box outside it."""
    height, width = image.shape[:2]
    return Placement(area_of(image), (width, height)).rectangle(box).on_pixels()


def region(image: Image, area: Rectangle) -> Image:
    """A view of an area of whole pixels; writing to it writes to the picture."""
    return image[int(area.top) : int(area.bottom), int(area.left) : int(area.right)]
