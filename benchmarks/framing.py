"""How the detectors' squares lie relative to FER2013's pictures, on which the emotion model was trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.classification.classifier import create_classifier
from fer_desktop.core.detection.cascade import CascadeDetector
from fer_desktop.core.detection.detector import DEFAULT_MIN_FACE, FaceDetector
from fer_desktop.core.detection.yunet import YuNetDetector
from fer_desktop.core.models.preprocessing import crop_face
from fer_desktop.core.paths import default_paths
from fer_desktop.core.types import Box, Detection, Image
from trainer.data import NO_LABEL, Samples, load_dataset

ENLARGED = 3
NEAR = 0.4
FULL_RESOLUTION = 0.01
BORDERS = {"repeated": cv2.BORDER_REPLICATE, "grey": cv2.BORDER_CONSTANT}


def measure_framing(fer2013: Path, count: int, recordings: Sequence[Image]) -> None:
    dataset = load_dataset(fer2013)
    detectors: dict[str, FaceDetector] = {
        "cascade": CascadeDetector(min_face=0.2, scale_step=1.05),
        "yunet": YuNetDetector(min_face=FULL_RESOLUTION),
    }
    print_geometry(spread(dataset.split("train"), count), detectors, recordings)
    if default_paths().default_model.exists():
        print_accuracy(spread(dataset.split("validation"), count), detectors)


def print_geometry(rows: Samples, detectors: dict[str, FaceDetector], recordings: Sequence[Image]) -> None:
    """Rows of FER2013, enlarged three times, get a border of half their side. The border hides what FER2013
    cut off, so YuNet is compared with the cascade on whole pictures too."""
    print(
        "Median and spread (interquartile range / 1.35), in sides of FER2013's picture or the cascade's box\n"
    )
    print("| pictures | detector | found | x offset | y offset | side |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for border_name, border in BORDERS.items():
        framed = [with_border(row, border) for row in rows.images]
        for name, detector in detectors.items():
            places = [relative(nearest(detector.detect(image), square), square) for image, square in framed]
            print_places(f"FER2013, {border_name} border", name, places)
    cascade = CascadeDetector(min_face=DEFAULT_MIN_FACE, scale_step=1.05)
    places = []
    for image in recordings:
        squares = detectors["yunet"].detect(image)
        places += [relative(nearest(squares, face.box), face.box) for face in cascade.detect(image)]
    print_places("recordings, against the cascade", "yunet", places)


def print_places(pictures: str, detector: str, places: Sequence[tuple[float, float, float] | None]) -> None:
    near = np.array([place for place in places if place is not None])
    low, median, high = np.percentile(near, (25, 50, 75), axis=0)
    spreads = (high - low) / 1.35
    values = " | ".join(f"{middle:.3f} ± {width:.3f}" for middle, width in zip(median, spreads, strict=True))
    print(f"| {pictures} | {detector} | {len(near)} of {len(places)} | {values} |", flush=True)


def print_accuracy(rows: Samples, detectors: dict[str, FaceDetector]) -> None:
    """What the bundled model makes of differently framed crops of the same rows, repeated border."""
    framed = [with_border(row, cv2.BORDER_REPLICATE) for row in rows.images]
    squares: dict[str, list[Box | None]] = {"FER2013's own": [square for _, square in framed]}
    for name, detector in detectors.items():
        squares[name] = [nearest(detector.detect(image), square) for image, square in framed]
    shared = [index for index in range(len(framed)) if all(boxes[index] for boxes in squares.values())]
    labels = rows.majority[shared]
    classifier = create_classifier(default_paths().default_model, device="cpu")

    def figures(boxes: Sequence[Box | None], scale: float) -> str:
        crops = [crop_face(framed[index][0], scaled(boxes[index], scale)) for index in shared]
        batches = [classifier.classify(crops[start : start + 256]) for start in range(0, len(crops), 256)]
        right = np.concatenate(batches).argmax(axis=1) == labels
        recalls = [right[labels == emotion].mean() for emotion in np.unique(labels)]
        return f"{100 * right.mean():.1f} | {100 * np.mean(recalls):.1f}"

    print(
        f"\n{classifier.card.name} on {len(shared)} PublicTest rows in which both detectors find the face\n"
    )
    print("| crop | accuracy % | macro recall % |")
    print("| --- | ---: | ---: |")
    for name, boxes in squares.items():
        for scale in (0.9, 1.0, 1.1):
            print(f"| {name} x {scale} | {figures(boxes, scale)} |", flush=True)


def spread(samples: Samples, count: int) -> Samples:
    """Evenly spread rows with a clear label."""
    clear = np.flatnonzero(samples.majority != NO_LABEL)
    return samples.take(clear[:: max(1, len(clear) // count)][:count])


def with_border(row: NDArray[np.uint8], border: int) -> tuple[Image, Box]:
    """The row enlarged as a BGR picture with a border, and where the row is in it."""
    side = ENLARGED * row.shape[0]
    width = side // 2
    large = cv2.resize(row, (side, side), interpolation=cv2.INTER_CUBIC)
    framed = cv2.copyMakeBorder(large, width, width, width, width, border, value=(128,))
    picture = np.asarray(cv2.cvtColor(framed, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    return picture, Box(width, width, side, side)


def nearest(detections: Sequence[Detection], square: Box) -> Box | None:
    """The detection around the square's centre."""
    boxes = sorted((item.box for item in detections), key=lambda box: distance(box, square))
    return boxes[0] if boxes and distance(boxes[0], square) < NEAR * square.width else None


def distance(first: Box, second: Box) -> float:
    return float(np.hypot(first.centre[0] - second.centre[0], first.centre[1] - second.centre[1]))


def relative(box: Box | None, square: Box) -> tuple[float, float, float] | None:
    """x offset, y offset and side of a box in sides of a square."""
    if box is None:
        return None
    x, y = box.centre[0] - square.centre[0], box.centre[1] - square.centre[1]
    return x / square.width, y / square.width, box.width / square.width


def scaled(box: Box | None, scale: float) -> Box:
    assert box is not None
    side = box.width * scale
    return Box(box.centre[0] - side / 2, box.centre[1] - side / 2, side, side)
