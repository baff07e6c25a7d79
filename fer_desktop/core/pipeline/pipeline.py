"""The whole way from a frame to its faces and their emotions."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.classification import EmotionClassifier, create_classifier
from fer_desktop.core.detection import (
    FaceDetector,
    NearbyDetector,
    create_detector,
)
from fer_desktop.core.models import crop_face
from fer_desktop.core.pipeline.personal import PersonalCalibration
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.tracking import (
    EmotionSmoother,
    FaceTracker,
    TrackedBox,
    plain_label,
)
from fer_desktop.core.types import Detection, Face, Frame, FrameResult, Timings

WHOLE_SEARCH_S = 0.5
"""So often the whole frame is searched; between, a detector that can looks only near the faces it knows. So a
new face is found up to so much later."""

MAX_GAP_S = 3.0
"""Longer steps in time, and steps back, are a jump in the source: nothing before it counts."""

_EARLY_S = 0.005


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """A frame whose faces have places and ids, and no emotions yet.

    known_ids: of the faces in it and of those that are remembered. starts_anew: nothing before it counts.
    """

    frame: Frame
    boxes: tuple[TrackedBox, ...]
    known_ids: frozenset[int]
    starts_anew: bool
    detect_s: float | None
    track_s: float


class Pipeline:
    """Turns frames into results, one after the other. Used by one thread at a time.

    But ``track``, with ``reset``, may be used by one thread and ``recognise`` by another that is behind it.
    Every decision about time follows the frames' presentation times, so a video gives the same results
    however fast it is processed. The detector and the classifier may be exchanged between two frames.

    personal: corrects a face that is alone, if it was measured with the classifier's model; may be set at any
    time. None at first.
    """

    def __init__(
        self, detector: FaceDetector, classifier: EmotionClassifier, settings: PipelineSettings
    ) -> None:
        self.detector = detector
        self.classifier = classifier
        self.settings = settings
        self.personal: PersonalCalibration | None = None
        self._tracker = FaceTracker()
        self._smoothers: dict[int, EmotionSmoother] = {}
        self._last_pts_s: float | None = None
        self._last_size: tuple[int, int] | None = None
        self._last_detection_s: float | None = None
        self._last_whole_search_s: float | None = None
        self._starts_anew = True

    def with_settings(self, settings: PipelineSettings) -> Pipeline:
        """This detector and model with other settings, for which they need not be loaded again.

        The same pipeline where only tau differs; else a new one, which knows no face yet.
        """
        self.classifier.tau = settings.tau
        if settings == dataclasses.replace(self.settings, tau=settings.tau):
            self.settings = settings
            return self
        successor = Pipeline(self.detector, self.classifier, settings)
        successor.personal = self.personal
        return successor

    def reset(self) -> None:
        """Starts anew, with ids from 1; call it when another source or an unrelated picture comes next."""
        self._tracker.reset()
        self._forget()

    def process(self, frame: Frame) -> FrameResult:
        """Tracks and recognises the faces of a frame."""
        return self.recognise([self.track(frame)])[0]

    def track(self, frame: Frame) -> TrackedFrame:
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
        boxes, detect_s = self._follow(frame)
        return TrackedFrame(
            frame=frame,
            boxes=tuple(item for item in boxes if item.box.clipped(*frame.size).area > 0),
            known_ids=frozenset(self._tracker.ids),
            starts_anew=starts_anew,
            detect_s=detect_s,
            track_s=time.perf_counter() - started,
        )

    def recognise(self, tracked: Sequence[TrackedFrame]) -> list[FrameResult]:
        """The emotions of the faces of some frames, all classified in one batch."""
        started = time.perf_counter()
        margin = self.classifier.card.crop_margin
        crops = [crop_face(item.frame.image, box.box, margin) for item in tracked for box in item.boxes]
        rows = iter(self.classifier.classify(crops))
        personal = self.personal
        if personal is not None and not personal.fits(self.classifier.card):
            personal = None
        faces = [self._faces(item, rows, personal) for item in tracked]
        classify_s = (time.perf_counter() - started) / max(1, len(tracked))
        return [
            FrameResult(
                index=item.frame.index,
                pts_s=item.frame.pts_s,
                wall_time=item.frame.wall_time,
                captured_at=item.frame.captured_at,
                size=item.frame.size,
                faces=found,
                timings=Timings(item.detect_s, classify_s, item.track_s + classify_s),
            )
            for item, found in zip(tracked, faces, strict=True)
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

    def _follow(self, frame: Frame) -> tuple[list[TrackedBox], float | None]:
        """The faces' boxes, and the seconds that the detector took if it ran."""
        last = self._last_detection_s
        if last is not None and frame.pts_s - last < self.settings.detection_interval_s - _EARLY_S:
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
        self, tracked: TrackedFrame, rows: Iterator[NDArray[np.float32]], personal: PersonalCalibration | None
    ) -> tuple[Face, ...]:
        """Takes a row of probabilities for each box. A face that is remembered counts as one beside it."""
        kept = frozenset() if tracked.starts_anew else tracked.known_ids
        self._smoothers = {face_id: item for face_id, item in self._smoothers.items() if face_id in kept}
        if personal is not None and len(tracked.boxes) == len(tracked.known_ids) == 1:
            rows = (np.asarray(personal.apply(row), dtype=np.float32) for row in rows)
        return tuple(self._face(tracked.frame, box, next(rows)) for box in tracked.boxes)

    def _face(self, frame: Frame, tracked: TrackedBox, probabilities: NDArray[np.float32]) -> Face:
        smoothed: NDArray[np.floating] = probabilities
        if self.settings.smoothing:
            if tracked.id not in self._smoothers:
                self._smoothers[tracked.id] = EmotionSmoother(uncertain_below=self.settings.uncertain_below)
            smoothed, label = self._smoothers[tracked.id].update(probabilities, frame.pts_s)
        else:
            label = plain_label(probabilities, self.settings.uncertain_below)
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
        settings,
    )
