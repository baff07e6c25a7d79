"""Finds faces: OpenCV's cascade and YuNet behind one protocol, ``FaceDetector``."""

from fer_desktop.core.detection.detector import (
    DEFAULT_DETECTOR,
    DEFAULT_MIN_FACE,
    DETECTORS,
    FaceDetector,
    NearbyDetector,
    create_detector,
)

__all__ = [
    "DEFAULT_DETECTOR",
    "DEFAULT_MIN_FACE",
    "DETECTORS",
    "FaceDetector",
    "NearbyDetector",
    "create_detector",
]
