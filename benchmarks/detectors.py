"""Measures the face detectors on recordings: what they find, what they invent, what they cost.

    python -m benchmarks.detectors              the table from which the default was chosen
    python -m benchmarks.detectors --framing    where each detector's square lies on FER2013's pictures

Nobody has marked the faces by hand, so the reference is YuNet at the full resolution with a score of at least
0.8: a face counts as found when a detection overlaps its square with an IoU above 0.4. A detection counts as
false when it overlaps with nothing that YuNet suspects at a score of 0.4. This flatters YuNet's own rows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fer_desktop.core.detection.cascade import CascadeDetector
from fer_desktop.core.detection.detector import DEFAULT_MIN_FACE, FaceDetector
from fer_desktop.core.detection.yunet import YuNetDetector
from fer_desktop.core.tracking.tracker import SURE_SCORE
from fer_desktop.core.types import Detection, Image

SHARED = Path(__file__).resolve().parents[2] / "shared"
VIDEOS = ("WolfgangLanger_Pexels.mp4", "face_noface.mov", "single_face.mp4", "no_face.mp4")
PICTURES = ("multi_face.jpg", "single_face.jpg", "free-mountain-vector-01.jpg")
TILT_DEGREES = (-20, -10, 10, 20)
FULL_RESOLUTION = 0.01
SURE, SUSPECTED = 0.8, 0.4
MIN_IOU = 0.4


@dataclass(frozen=True)
class Sample:
    """A picture with what the reference says of it."""

    image: Image
    tilted: bool
    sure: tuple[Detection, ...]
    suspected: tuple[Detection, ...]


@dataclass(frozen=True)
class Equalised:
    """A detector that gets its frames with their histogram equalised."""

    inner: FaceDetector
    name: str = "equalised"

    def detect(self, image: Image) -> list[Detection]:
        grey = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
        return self.inner.detect(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8))


def cascade(name: str, **options: float) -> Callable[[], FaceDetector]:
    path = Path(cv2.data.haarcascades) / f"haarcascade_{name}.xml"
    return lambda: CascadeDetector(path, **{"min_face": DEFAULT_MIN_FACE, **options})  # type: ignore[arg-type]


CANDIDATES: dict[str, Callable[[], FaceDetector]] = {
    "frontalface_default (chosen)": cascade("frontalface_default"),
    "frontalface_default, equalised": lambda: Equalised(cascade("frontalface_default")()),
    "frontalface_default, min_face 0.10": cascade("frontalface_default", min_face=0.10),
    "frontalface_default, min_face 0.15": cascade("frontalface_default", min_face=0.15),
    "frontalface_default, step 1.2": cascade("frontalface_default", scale_step=1.2),
    "frontalface_default, 2 neighbours": cascade("frontalface_default", min_neighbours=2),
    "frontalface_default, 5 neighbours": cascade("frontalface_default", min_neighbours=5),
    "frontalface_alt": cascade("frontalface_alt"),
    "frontalface_alt2": cascade("frontalface_alt2"),
    "frontalface_alt_tree": cascade("frontalface_alt_tree"),
    "yunet": lambda: YuNetDetector(min_face=DEFAULT_MIN_FACE),
    "yunet, min_face 0.05": lambda: YuNetDetector(min_face=0.05),
    "yunet, score 0.8": lambda: YuNetDetector(min_face=DEFAULT_MIN_FACE, min_score=0.8),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--media", type=Path, default=SHARED / "media")
    parser.add_argument("--every", type=int, default=6, help="take every Nth frame of a video (default: 6)")
    parser.add_argument("--framing", action="store_true", help="measure the framing instead")
    parser.add_argument("--fer2013", type=Path, default=SHARED / "data/fer2013")
    parser.add_argument("--count", type=int, default=800, help="rows of FER2013 per split (default: 800)")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.framing:
        from benchmarks.framing import measure_framing

        measure_framing(arguments.fer2013, arguments.count, pictures(arguments.media, arguments.every))
    else:
        measure_detectors(samples(arguments.media, arguments.every))


def measure_detectors(items: Sequence[Sample]) -> None:
    upright = [item for item in items if not item.tilted]
    tilted = [item for item in items if item.tilted]
    empty = sum(not item.suspected for item in upright)
    print(f"{len(upright)} pictures with {count_faces(upright)} faces, {empty} of them without any;")
    print(f"{len(tilted)} pictures tilted by {TILT_DEGREES} degrees with {count_faces(tilted)} faces\n")
    columns = (
        "found %",
        "found tilted %",
        "false, no face there",
        "false, others",
        "CPU ms each",
        "right ones sure",
        "false ones sure",
    )
    print(f"| detector | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
    for name, create in CANDIDATES.items():
        detector = create()
        detector.detect(items[0].image)
        started = time.process_time()
        found = [detector.detect(item.image) for item in items]
        milliseconds = 1000 * (time.process_time() - started) / len(items)
        results = list(zip(items, found, strict=True))
        print(
            f"| {name} | {recall(results, tilted=False):.1f} | {recall(results, tilted=True):.1f} "
            f"| {false_detections(results, empty=True)} | {false_detections(results, empty=False)} "
            f"| {milliseconds:.1f} | {sure_share(results, are_faces=True)} "
            f"| {sure_share(results, are_faces=False)} |",
            flush=True,
        )


def count_faces(items: Sequence[Sample]) -> int:
    return sum(len(item.sure) for item in items)


def recall(results: Sequence[tuple[Sample, list[Detection]]], *, tilted: bool) -> float:
    """Share of the reference's faces that were found, in per cent."""
    hits = [
        any(face.box.iou(detection.box) > MIN_IOU for detection in found)
        for sample, found in results
        if sample.tilted == tilted
        for face in sample.sure
    ]
    return 100 * float(np.mean(hits))


def is_face(detection: Detection, sample: Sample) -> bool:
    return any(face.box.iou(detection.box) > MIN_IOU for face in sample.suspected)


def false_detections(results: Sequence[tuple[Sample, list[Detection]]], *, empty: bool) -> int:
    """How many detections the reference does not even suspect, in pictures without faces or in the others."""
    return sum(
        not is_face(detection, sample)
        for sample, found in results
        if empty == (not sample.suspected)
        for detection in found
    )


def sure_share(results: Sequence[tuple[Sample, list[Detection]]], *, are_faces: bool) -> str:
    """How many of the right, or of the false, detections have a score that the tracker trusts at once."""
    scores = [
        detection.score
        for sample, found in results
        for detection in found
        if is_face(detection, sample) == are_faces
    ]
    return f"{sum(score >= SURE_SCORE for score in scores)} of {len(scores)}"


def pictures(media: Path, every: int) -> list[Image]:
    videos = [image for name in VIDEOS for image in video_frames(media / name, every)]
    return videos + [read_picture(media / name) for name in PICTURES]


def samples(media: Path, every: int) -> list[Sample]:
    reference = YuNetDetector(min_face=FULL_RESOLUTION, min_score=SUSPECTED)

    def sample(image: Image, tilted: bool) -> Sample:
        suspected = tuple(reference.detect(image))
        return Sample(image, tilted, tuple(item for item in suspected if item.score >= SURE), suspected)

    upright = pictures(media, every)
    tilted = [tilt(image, degrees) for image in upright[::4] for degrees in TILT_DEGREES]
    return [sample(image, tilted=False) for image in upright] + [
        sample(image, tilted=True) for image in tilted
    ]


def video_frames(path: Path, every: int) -> Iterator[Image]:
    capture = cv2.VideoCapture(str(path))
    index = 0
    while True:
        read, image = capture.read()
        if not read:
            break
        if index % every == 0:
            yield np.asarray(image, dtype=np.uint8)
        index += 1
    if index == 0:
        raise SystemExit(f"{path}: no frame could be read")


def read_picture(path: Path) -> Image:
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"{path}: this picture cannot be read")
    return np.asarray(image, dtype=np.uint8)


def tilt(image: Image, degrees: float) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


if __name__ == "__main__":
    main()
