"""The whole way from a frame to its faces and their emotions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.classification import EmotionClassifier, create_classifier
from fer_desktop.core.detection import (
    DEFAULT_DETECTOR,
    DEFAULT_MIN_FACE,
    FaceDetector,
    NearbyDetector,
    create_detector,
)
from fer_desktop.core.model import DEFAULT_TAU, crop_face
from fer_desktop.core.personal import PersonalCalibration
from fer_desktop.core.smoothing import DEFAULT_UNCERTAIN_BELOW, EmotionSmoother, plain_label
from fer_desktop.core.tracking import FaceTracker, TrackedBox
from fer_desktop.core.types import Detection, Face, Frame, FrameResult, Timings

DETECTION_INTERVAL_S = 0.1
"""Faces are looked for about ten times a second; between, the tracker carries their boxes."""

WHOLE_SEARCH_S = 0.5
"""So often the whole frame is searched; between, a detector that can looks only near the faces it knows. So a
new face is found up to so much later."""

MAX_GAP_S = 3.0
"""Longer steps in time, and steps back, are a jump in the source: nothing before it counts."""

_EARLY_S = 0.005


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """Everything that decides what a pipeline makes of a frame.

    model: path of the model card. device: one of classification.DEVICES. detector: one of
    detection.DETECTORS. detector_model: its model file, None for the one that is installed.
    tau: strength of the logit adjustment, 0 (natural) to 1 (balanced).
    smoothing: average the emotions over time, with hysteresis of the label.
    min_face: side of the smallest face as a fraction of the frame's shorter side.
    detection_interval_s: time between two detections; 0 detects on every frame.
    uncertain_below: no label is given while the largest probability is below this, 0 to 1.
    personal: of whoever is in front of the camera; only the live view uses it, never an analysis.
    """

    model: Path
    device: str = "auto"
    detector: str = DEFAULT_DETECTOR
    detector_model: Path | None = None
    tau: float = DEFAULT_TAU
    smoothing: bool = True
    min_face: float = DEFAULT_MIN_FACE
    detection_interval_s: float = DETECTION_INTERVAL_S
    uncertain_below: float = DEFAULT_UNCERTAIN_BELOW
    personal: PersonalCalibration | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """A frame whose faces have places and ids, and no emotions yet.

    known_ids: of the faces in it and of those that are remembered. starts_anew: nothing before it counts.
    """

    frame: Frame
    boxes: tuple[TrackedBox, ...]
    known_ids: frozenset[int]
    starts_anew: bool
    detect_s: float | None
    locate_s: float


class Pipeline:
    """Turns frames into results, one after the other. Used by one thread at a time.

    But ``locate``, with ``reset``, may be used by one thread and ``recognise`` by another that is behind it.
    Every decision about time follows the frames' presentation times, so a video gives the same results
    however fast it is processed. The detector and the classifier may be exchanged between two frames.

    personal: corrects a face that is alone, if it was measured with the classifier's model; may be set at any
    time. None at first.
    """

    def __init__(
        self,
        detector: FaceDetector,
        classifier: EmotionClassifier,
        *,
        smoothing: bool = True,
        detection_interval_s: float = DETECTION_INTERVAL_S,
        uncertain_below: float = DEFAULT_UNCERTAIN_BELOW,
    ) -> None:
        self.detector = detector
        self.classifier = classifier
        self.personal: PersonalCalibration | None = None
        self._smoothing = smoothing
        self._detection_interval_s = detection_interval_s
        self._uncertain_below = uncertain_below
        self._tracker = FaceTracker()
        self._smoothers: dict[int, EmotionSmoother] = {}
        self._last_pts_s: float | None = None
        self._last_size: tuple[int, int] | None = None
        self._last_detection_s: float | None = None
        self._last_whole_search_s: float | None = None
        self._starts_anew = True

    def reset(self) -> None:
        """Starts anew, with ids from 1; call it when another source or an unrelated picture comes next."""
        self._tracker.reset()
        self._forget()

    def process(self, frame: Frame) -> FrameResult:
        """The faces of a frame, located and recognised."""
        return self.recognise([self.locate(frame)])[0]

    def locate(self, frame: Frame) -> Located:
        """Where the faces of a frame are.

        A frame of another size, of an earlier time, or of more than MAX_GAP_S later counts as a cut: the
        faces before it are forgotten, new ones get new ids.
        """
        started = time.perf_counter()
        if not self._continues(frame):
            self._tracker.forget()
            self._forget()
        starts_anew, self._starts_anew = self._starts_anew, False
        self._last_pts_s, self._last_size = frame.pts_s, frame.size
        tracked, detect_s = self._track(frame)
        return Located(
            frame=frame,
            boxes=tuple(item for item in tracked if item.box.clipped(*frame.size).area > 0),
            known_ids=frozenset(self._tracker.ids),
            starts_anew=starts_anew,
            detect_s=detect_s,
            locate_s=time.perf_counter() - started,
        )

    def recognise(self, located: Sequence[Located]) -> list[FrameResult]:
        """The emotions of the faces of some frames, all classified in one batch."""
        started = time.perf_counter()
        margin = self.classifier.card.crop_margin
        crops = [crop_face(item.frame.image, box.box, margin) for item in located for box in item.boxes]
        rows = iter(self.classifier.classify(crops))
        personal = self.personal
        if personal is not None and not personal.fits(self.classifier.card):
            personal = None
        faces = [self._faces(item, rows, personal) for item in located]
        classify_s = (time.perf_counter() - started) / max(1, len(located))
        return [
            FrameResult(
                index=item.frame.index,
                pts_s=item.frame.pts_s,
                wall_time=item.frame.wall_time,
                captured_at=item.frame.captured_at,
                size=item.frame.size,
                faces=found,
                timings=Timings(item.detect_s, classify_s, item.locate_s + classify_s),
            )
            for item, found in zip(located, faces, strict=True)
        ]

    def _continues(self, frame: Frame) -> bool:
        if self._last_pts_s is None:
            return True
        return 0 <= frame.pts_s - self._last_pts_s <= MAX_GAP_S and frame.size == self._last_size

    def _forget(self) -> None:
        self._starts_anew = True
        self._last_pts_s = None
        self._last_detection_s = None
        self._last_whole_search_s = None

    def _track(self, frame: Frame) -> tuple[list[TrackedBox], float | None]:
        """The faces' boxes, and the seconds that the detector took if it ran."""
        last = self._last_detection_s
        if last is not None and frame.pts_s - last < self._detection_interval_s - _EARLY_S:
            return self._tracker.carry(frame.pts_s), None
        self._last_detection_s = frame.pts_s
        started = time.perf_counter()
        detections = self._detect(frame)
        detect_s = time.perf_counter() - started
        return self._tracker.update(detections, frame.pts_s), detect_s

    def _detect(self, frame: Frame) -> list[Detection]:
        """Near the known faces while that finds as many as there are; else in the whole frame."""
        last, detector = self._last_whole_search_s, self.detector
        if last is not None and frame.pts_s - last < WHOLE_SEARCH_S - _EARLY_S:
            expected, present = self._tracker.expected(frame.pts_s)
            if present and isinstance(detector, NearbyDetector):
                found = detector.detect_near(frame.image, expected)
                if len(found) >= present:
                    return found
        self._last_whole_search_s = frame.pts_s
        return detector.detect(frame.image)

    def _faces(
        self, located: Located, rows: Iterator[NDArray[np.float32]], personal: PersonalCalibration | None
    ) -> tuple[Face, ...]:
        """Takes a row of probabilities for each box. A face that is remembered counts as one beside it."""
        kept = frozenset() if located.starts_anew else located.known_ids
        self._smoothers = {face_id: item for face_id, item in self._smoothers.items() if face_id in kept}
        if personal is not None and len(located.boxes) == len(located.known_ids) == 1:
            rows = (np.asarray(personal.apply(row), dtype=np.float32) for row in rows)
        return tuple(self._face(located.frame, box, next(rows)) for box in located.boxes)

    def _face(self, frame: Frame, tracked: TrackedBox, probabilities: NDArray[np.float32]) -> Face:
        smoothed: NDArray[np.floating] = probabilities
        if self._smoothing:
            if tracked.id not in self._smoothers:
                self._smoothers[tracked.id] = EmotionSmoother(uncertain_below=self._uncertain_below)
            smoothed, label = self._smoothers[tracked.id].update(probabilities, frame.pts_s)
        else:
            label = plain_label(probabilities, self._uncertain_below)
        return Face(
            id=tracked.id,
            box=tracked.box.clipped(*frame.size),
            detection_score=tracked.score,
            probabilities=tuple(probabilities.tolist()),
            smoothed=tuple(smoothed.tolist()),
            label=label,
        )


def build_pipeline(settings: PipelineSettings, threads: int | None = None) -> Pipeline:
    """Loads the detector and the model. threads: of the model on the CPU, see create_classifier.

    Raises DetectorError and ModelError.
    """
    return Pipeline(
        create_detector(settings.detector, model_path=settings.detector_model, min_face=settings.min_face),
        create_classifier(settings.model, device=settings.device, tau=settings.tau, threads=threads),
        smoothing=settings.smoothing,
        detection_interval_s=settings.detection_interval_s,
        uncertain_below=settings.uncertain_below,
    )
