"""What the tracker makes of the cascade's detections on recordings, with the chosen constants and others.

    python -m benchmarks.tracking

Every third frame is detected, as live at 30 fps. The reference is YuNet at the full resolution. Errors and
jitter (standard deviation of the second difference) are in sides of the face. The second table, of the faces
shown, is on recordings tilted by 0, -12 and 20 degrees, so that the cascade errs more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unittest.mock import patch

import cv2
import numpy as np

from benchmarks.detectors import FULL_RESOLUTION, SHARED, SURE, SUSPECTED, VIDEOS, tilt, video_frames
from fer_desktop.core.detection.detector import create_detector
from fer_desktop.core.detection.yunet import YuNetDetector
from fer_desktop.core.tracking import tracker as tracking
from fer_desktop.core.types import Detection

DETECT_EVERY = 3
FRAME_S = 1 / 30
TILTS = (0, -12, 20)
MIN_IOU = 0.3
OFF = 1e3

STEADINESS = {
    "chosen": {"BOX_BETA": tracking.BOX_BETA},
    "no filter": {"BOX_MIN_CUTOFF_HZ": OFF},
    "cut-off 0.5 Hz, beta 0": {"BOX_MIN_CUTOFF_HZ": 0.5, "BOX_BETA": 0.0},
    "beta 1": {"BOX_BETA": 1.0},
    "beta 16": {"BOX_BETA": 16.0},
    "acceleration 1": {"ACCELERATION": 1.0},
    "acceleration 16": {"ACCELERATION": 16.0},
}
CONFIRMATION = {
    "chosen": {"SURE_SCORE": tracking.SURE_SCORE},
    "never": {"SURE_SCORE": 0.0},
    "below a score of 0.9": {"SURE_SCORE": 0.9},
    "always": {"SURE_SCORE": 2.0},
}


@dataclass(frozen=True)
class Moment:
    """What was found in one frame; ``detections`` is None where the live pipeline would not detect."""

    detections: list[Detection] | None
    reference: list[Detection]


def main() -> None:
    cv2.setNumThreads(1)
    upright = [recording(name, degrees=0) for name in VIDEOS]
    print("| constants | centre error | side error | centre jitter | side jitter |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, constants in STEADINESS.items():
        with patch.multiple(tracking, **constants):
            print(f"| {name} | {' | '.join(f'{value:.4f}' for value in steadiness(upright))} |")
    tilted = [detected(recording(name, degrees)) for name in VIDEOS for degrees in TILTS]
    faces = sum(item.score >= SURE for moments in tilted for moment in moments for item in moment.reference)
    print(f"\n{faces} faces\n")
    print("| found twice before shown | shown and there | shown but not there | ids |")
    print("| --- | ---: | ---: | ---: |")
    for name, constants in CONFIRMATION.items():
        with patch.multiple(tracking, **constants):
            print(f"| {name} | {' | '.join(str(value) for value in shown(tilted))} |")


def recording(name: str, degrees: float) -> list[Moment]:
    """All frames of an upright recording; of a tilted one those that are detected."""
    detector = create_detector("cascade")
    reference = YuNetDetector(min_face=FULL_RESOLUTION, min_score=SUSPECTED)
    moments = []
    for index, image in enumerate(video_frames(SHARED / "media" / name, every=1)):
        is_detected = index % DETECT_EVERY == 0
        if degrees and not is_detected:
            continue
        picture = tilt(image, degrees) if degrees else image
        moments.append(Moment(detector.detect(picture) if is_detected else None, reference.detect(picture)))
    return moments


def detected(moments: Sequence[Moment]) -> list[Moment]:
    return [moment for moment in moments if moment.detections is not None]


def steadiness(recordings: Sequence[list[Moment]]) -> tuple[float, float, float, float]:
    """Mean error of centre and side, jitter of centre and side."""
    errors, jitters = [], []
    for moments in recordings:
        tracker = tracking.FaceTracker()
        tracked, true = [], []
        for index, moment in enumerate(moments):
            time_s = index * FRAME_S
            carried = moment.detections is None
            faces = tracker.carry(time_s) if carried else tracker.update(moment.detections or [], time_s)
            pairs = [
                (face.box, item.box)
                for face in faces
                for item in moment.reference
                if face.box.iou(item.box) > MIN_IOU
            ]
            box, reference = pairs[0] if pairs else (None, None)
            tracked.append((*box.centre, box.width) if box else (np.nan,) * 3)
            true.append((*reference.centre, reference.width) if reference else (np.nan,) * 3)
        positions, expected = np.array(tracked), np.array(true)
        difference = (positions - expected) / expected[:, 2:]
        if np.isfinite(difference).any():
            errors.append(difference - np.nanmedian(difference, axis=0))
            jitters.append(np.diff(positions, 2, axis=0) / expected[1:-1, 2:])
    error, jitter = np.concatenate(errors), np.concatenate(jitters)
    return (
        float(np.nanmean(np.hypot(error[:, 0], error[:, 1]))),
        float(np.nanmean(np.abs(error[:, 2]))),
        float(np.nanstd(jitter[:, :2])),
        float(np.nanstd(jitter[:, 2])),
    )


def shown(recordings: Sequence[list[Moment]]) -> tuple[int, int, int]:
    """Faces shown that are there, faces shown that are not, ids given."""
    there = absent = ids = 0
    for moments in recordings:
        tracker = tracking.FaceTracker()
        known: set[int] = set()
        for index, moment in enumerate(moments):
            for face in tracker.update(moment.detections or [], index * DETECT_EVERY * FRAME_S):
                known.add(face.id)
                if any(face.box.iou(item.box) > MIN_IOU for item in moment.reference):
                    there += 1
                else:
                    absent += 1
        ids += len(known)
    return there, absent, ids


if __name__ == "__main__":
    main()
