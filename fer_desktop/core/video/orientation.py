"""Turns the pictures of a video upright."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import SupportsBytes, cast

import av
import cv2
import numpy as np

from fer_desktop.core.types import Image

Transform = tuple[float, float, float, float]
"""How to turn a picture: the stored pixel (x, y) is shown at (ax + cy, bx + dy), plus a shift."""


def display_transform(picture: av.VideoFrame) -> Transform:
    """Returns how a decoded picture has to be turned, from FFmpeg's display matrix (a, b, u, c, d, v, x, y,
    w).

    The rotation angle alone is not enough: it would show a mirrored video upside down.
    """
    try:
        side_data = cast(Mapping[str, SupportsBytes], picture.side_data)
        matrix = np.frombuffer(bytes(side_data["DISPLAYMATRIX"]), np.int32)
    except KeyError:
        return 1, 0, 0, 1
    except ValueError:  # PyAV refuses all side data when one kind is new to it, such as EXIF in Motion JPEG
        angle = math.radians(picture.rotation)
        return math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle)
    return matrix[0], matrix[1], matrix[3], matrix[4]


def upright(image: Image, transform: Transform) -> Image:
    """Returns a picture (H, W, 3) turned by the nearest quarter turn and mirrored; a view where possible."""
    a, b, c, d = transform
    if abs(b) > abs(a):
        image = np.asarray(cv2.transpose(image), np.uint8)
        a, d = c, b
    if a < 0:
        image = image[:, ::-1]
    if d < 0:
        image = image[::-1]
    return image
