"""A generated video with a drawn face that detectors find, for measuring without a recording."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.types import Image

SIZE = (1280, 720)
FPS = 30
FACE_SIDE = 360
X264_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "threads": "1"}
"""Little memory: what encoding takes would count as the peak of what is measured."""

# Ellipses from back to front: centre, half axes, BGR colour; in per cent of the face's side.
_FEATURES = (
    ((50, 45), (36, 42), (40, 50, 70)),
    ((50, 54), (30, 38), (150, 175, 215)),
    ((50, 30), (27, 10), (160, 185, 225)),
    *(((x, 40), (8, 2), (40, 50, 70)) for x in (37, 63)),
    *(((x, 48), (7, 4.5), (110, 130, 165)) for x in (37, 63)),
    *(((x, 48), (6, 3), (235, 235, 235)) for x in (37, 63)),
    *(((x, 48), (2.8, 2.8), (40, 40, 40)) for x in (37, 63)),
    ((50, 58), (3, 8), (170, 195, 235)),
    ((50, 65), (6, 2.5), (110, 130, 170)),
    ((50, 76), (12, 4), (90, 90, 170)),
    ((50, 75), (11, 1), (50, 50, 90)),
)


def write_benchmark_video(path: Path, *, frames: int) -> None:
    """Writes an H.264 video of 1280 x 720 at 30 frames per second in which one face moves on a circle."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(FPS), options=X264_OPTIONS)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for picture in _pictures(frames):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        output.mux(stream.encode(None))


def _pictures(frames: int) -> Iterator[Image]:
    width, height = SIZE
    background = _background()
    face, mask = _face()
    for index in range(frames):
        angle = 2 * math.pi * index / (4 * FPS)
        left = round((width - FACE_SIDE) * (0.5 + 0.3 * math.cos(angle)))
        top = round((height - FACE_SIDE) * (0.5 + 0.3 * math.sin(angle)))
        picture = background.copy()
        np.copyto(picture[top : top + FACE_SIDE, left : left + FACE_SIDE], face, where=mask)
        yield picture


def _background() -> Image:
    """Soft structure, so that a detector has something to reject."""
    noise = np.random.default_rng(0).integers(60, 190, (12, 20, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _face() -> tuple[Image, NDArray[np.bool_]]:
    """The face as (FACE_SIDE, FACE_SIDE, 3) BGR, and where it is, (FACE_SIDE, FACE_SIDE, 1) bool."""
    face = np.zeros((FACE_SIDE, FACE_SIDE, 3), np.uint8)
    for centre, axes, colour in _FEATURES:
        place = [round(value * FACE_SIDE / 100) for value in (*centre, *axes)]
        cv2.ellipse(face, (place[0], place[1]), (place[2], place[3]), 0, 0, 360, colour, -1, cv2.LINE_AA)
    mask = np.asarray(face.any(axis=2, keepdims=True))
    return np.asarray(cv2.GaussianBlur(face, (0, 0), 3), dtype=np.uint8), mask
