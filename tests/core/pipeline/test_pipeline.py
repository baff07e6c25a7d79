"""From frames to faces: when detection runs, what is carried, what is forgotten, what is smoothed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import DetectorError, ModelError
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.pipeline.pipeline import MAX_GAP_S, Pipeline, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Box, Detection, Frame, FrameResult, Image
from tests.support.media import shared_media
from tests.support.models import write_tiny_model
from tests.support.pipelines import settings

FACE = Detection(Box(100, 80, 60, 60), 0.95)
OTHER = Detection(Box(300, 80, 60, 60), 0.95)


class ScriptedDetector:
    """Finds what ``found`` says and counts how often it was asked."""

    name = "scripted"

    def __init__(self, *found: Detection) -> None:
        self.found = list(found)
        self.calls = 0

    def detect(self, image: Image) -> list[Detection]:
        self.calls += 1
        return list(self.found)


class ScriptedClassifier:
    """Says the same of every face and remembers the crops it was shown."""

    runtime = "scripted"
    device = "cpu"
    notice = None
    tau = 0.0

    def __init__(self, card: ModelCard, **shares: float) -> None:
        self.card = card
        self.batches: list[list[Image]] = []
        self.say(**shares)

    def say(self, **shares: float) -> None:
        rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
        self.row = np.array([shares.get(name, rest) for name in EMOTIONS], dtype=np.float32)

    def classify(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        self.batches.append(list(crops))
        return np.tile(self.row, (len(crops), 1))


@pytest.fixture(scope="module")
def card_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models"))


@pytest.fixture
def detector() -> ScriptedDetector:
    return ScriptedDetector(FACE)


@pytest.fixture
def classifier(card_path: Path) -> ScriptedClassifier:
    return ScriptedClassifier(ModelCard.load(card_path), happiness=0.8)


@pytest.fixture
def pipeline(detector: ScriptedDetector, classifier: ScriptedClassifier) -> Pipeline:
    return Pipeline(detector, classifier, settings())


def frame(pts_s: float, image: Image | None = None) -> Frame:
    picture = np.zeros((240, 400, 3), dtype=np.uint8) if image is None else image
    return Frame(
        index=round(pts_s * 30), pts_s=pts_s, image=picture, wall_time=1e9 + pts_s, captured_at=pts_s
    )


def ids(result: FrameResult) -> list[int]:
    return [face.id for face in result.faces]


def test_the_result_describes_the_frame_and_its_face(pipeline: Pipeline) -> None:
    result = pipeline.process(frame(0.5))
    assert (result.index, result.pts_s, result.wall_time, result.captured_at) == (15, 0.5, 1e9 + 0.5, 0.5)
    assert result.size == (400, 240)
    (face,) = result.faces
    assert (face.id, face.box, face.detection_score, face.label) == (1, FACE.box, FACE.score, "happiness")
    assert face.probabilities == face.smoothed
    assert face.confidence == pytest.approx(0.8)
    assert sum(face.probabilities) == pytest.approx(1)


def test_timings_are_filled(pipeline: Pipeline) -> None:
    detected, carried = pipeline.process(frame(0.0)).timings, pipeline.process(frame(1 / 30)).timings
    assert detected.detect_s is not None
    assert 0 < detected.detect_s + detected.classify_s <= detected.total_s
    assert carried.detect_s is None
    assert 0 < carried.classify_s <= carried.total_s


@pytest.mark.parametrize(("interval_s", "calls"), [(0.1, 10), (0.0, 30), (0.5, 2)])
def test_detection_follows_presentation_times(
    detector: ScriptedDetector, classifier: ScriptedClassifier, interval_s: float, calls: int
) -> None:
    pipeline = Pipeline(detector, classifier, settings(detection_interval_s=interval_s))
    results = [pipeline.process(frame(index / 30)) for index in range(30)]
    assert detector.calls == calls
    assert sum(result.timings.detect_s is not None for result in results) == calls
    assert {tuple(ids(result)) for result in results} == {(1,)}


def test_every_frame_detects_where_frames_are_rare(pipeline: Pipeline, detector: ScriptedDetector) -> None:
    for index in range(10):
        pipeline.process(frame(index * 0.5))
    assert detector.calls == 10


def test_faces_between_detections_move_on(pipeline: Pipeline, detector: ScriptedDetector) -> None:
    centres = []
    for index in range(30):
        detector.found = [Detection(Box(50 + 2 * index, 80, 60, 60), 0.95)]
        centres.append(pipeline.process(frame(index / 30)).faces[0].box.centre[0])
    assert detector.calls == 10
    assert (np.diff(centres[15:]) > 0.5).all()


def test_a_missed_face_is_gone_at_once_and_returns_under_its_id(
    pipeline: Pipeline, detector: ScriptedDetector
) -> None:
    assert ids(pipeline.process(frame(0.0))) == [1]
    detector.found = []
    assert ids(pipeline.process(frame(0.1))) == []
    assert ids(pipeline.process(frame(0.13))) == []
    detector.found = [FACE]
    assert ids(pipeline.process(frame(0.2))) == [1]


def test_all_faces_of_a_frame_are_one_batch(
    pipeline: Pipeline, detector: ScriptedDetector, classifier: ScriptedClassifier
) -> None:
    detector.found = [FACE, OTHER]
    pipeline.process(frame(0.0))
    assert [len(batch) for batch in classifier.batches] == [2]


def test_crops_show_the_box_with_the_margin_of_the_card(
    detector: ScriptedDetector, classifier: ScriptedClassifier
) -> None:
    picture = np.zeros((240, 400, 3), dtype=np.uint8)
    picture[80:140, 100:160] = 255
    Pipeline(detector, classifier, settings()).process(frame(0.0, picture))
    classifier.card = dataclasses.replace(classifier.card, crop_margin=0.25)
    Pipeline(detector, classifier, settings()).process(frame(0.0, picture))
    (tight,), (wide,) = classifier.batches
    assert tight.shape == (60, 60, 3)
    assert tight.min() == 255
    assert wide.shape == (90, 90, 3)
    assert (wide[15:75, 15:75].min(), wide[:15].max()) == (255, 0)


def test_boxes_end_at_the_frame_while_crops_keep_their_framing(
    pipeline: Pipeline, detector: ScriptedDetector, classifier: ScriptedClassifier
) -> None:
    detector.found = [Detection(Box(-20, 200, 60, 60), 0.95)]
    (face,) = pipeline.process(frame(0.0)).faces
    assert face.box == Box(0, 200, 40, 40)
    assert classifier.batches[0][0].shape == (60, 60, 3)


def test_a_face_that_has_left_the_frame_is_not_returned(
    pipeline: Pipeline, detector: ScriptedDetector
) -> None:
    for index in range(4):
        detector.found = [Detection(Box(290 + 25 * index, 80, 60, 60), 0.95)]
        assert len(pipeline.process(frame(index * 0.1)).faces) == 1
    detector.found = [Detection(Box(398, 80, 60, 60), 0.95)]
    pipeline.process(frame(0.4))
    assert all(pipeline.process(frame(0.4 + late)).faces == () for late in (0.07, 0.09))


def test_emotions_are_smoothed_over_time_and_the_raw_ones_kept(
    pipeline: Pipeline, classifier: ScriptedClassifier
) -> None:
    pipeline.process(frame(0.0))
    classifier.say(anger=0.8)
    (early,) = pipeline.process(frame(0.1)).faces
    assert early.label == "happiness"
    assert early.probabilities[EMOTIONS.index("anger")] == pytest.approx(0.8)
    assert early.smoothed[EMOTIONS.index("anger")] < 0.3
    assert sum(early.smoothed) == pytest.approx(1)
    (late,) = pipeline.process(frame(2.0)).faces
    assert late.label == "anger"


def test_without_smoothing_the_label_is_that_of_the_frame(
    detector: ScriptedDetector, classifier: ScriptedClassifier
) -> None:
    pipeline = Pipeline(detector, classifier, settings(smoothing=False, uncertain_below=0.5))
    labels = []
    for index, (name, share) in enumerate(
        [("happiness", 0.8), ("anger", 0.51), ("fear", 0.49), ("fear", 0.6)]
    ):
        classifier.say(**{name: share})
        (face,) = pipeline.process(frame(index / 30)).faces
        assert face.smoothed == face.probabilities
        labels.append(face.label)
    assert labels == ["happiness", "anger", None, "fear"]


def test_each_face_is_smoothed_on_its_own(
    pipeline: Pipeline, detector: ScriptedDetector, classifier: ScriptedClassifier
) -> None:
    pipeline.process(frame(0.0))
    detector.found = [FACE, OTHER]
    classifier.say(anger=0.8)
    first, second = pipeline.process(frame(0.1)).faces
    assert (first.label, second.label) == ("happiness", "anger")


@pytest.mark.parametrize("pts_s", [0.0, 1.0 + MAX_GAP_S + 0.1])
def test_a_jump_in_time_forgets_faces_and_goes_on_with_new_ids(
    pipeline: Pipeline, detector: ScriptedDetector, classifier: ScriptedClassifier, pts_s: float
) -> None:
    pipeline.process(frame(1.0))
    classifier.say(anger=0.8)
    result = pipeline.process(frame(pts_s))
    assert ids(result) == [2]
    assert result.faces[0].label == "anger"
    assert detector.calls == 2


def test_another_frame_size_forgets_faces(pipeline: Pipeline) -> None:
    pipeline.process(frame(0.0))
    assert ids(pipeline.process(frame(0.03, np.zeros((480, 800, 3), dtype=np.uint8)))) == [2]


def test_reset_starts_anew(pipeline: Pipeline, classifier: ScriptedClassifier) -> None:
    pipeline.process(frame(5.0))
    classifier.say(anger=0.8)
    pipeline.reset()
    result = pipeline.process(frame(5.0))
    assert ids(result) == [1]
    assert result.faces[0].label == "anger"


def test_a_frame_without_faces_has_none(pipeline: Pipeline, detector: ScriptedDetector) -> None:
    detector.found = []
    assert pipeline.process(frame(0.0)).faces == ()


@pytest.mark.parametrize("smoothing", [True, False])
def test_the_same_frames_give_the_same_results(card_path: Path, smoothing: bool) -> None:
    face = np.ascontiguousarray(skimage.data.astronaut()[:300, 60:400, ::-1])
    pictures = [np.roll(face, 3 * index, axis=1) for index in range(12)]
    pipeline = build_pipeline(PipelineSettings(model=card_path, device="cpu", smoothing=smoothing))
    runs = []
    for _ in range(2):
        pipeline.reset()
        runs.append(
            [pipeline.process(frame(index / 30, image)).faces for index, image in enumerate(pictures)]
        )
    assert runs[0] == runs[1]
    assert {len(faces) for faces in runs[0]} == {1}


def test_build_pipeline_applies_every_setting(card_path: Path) -> None:
    astronaut = np.ascontiguousarray(skimage.data.astronaut()[:, :, ::-1])
    settings = PipelineSettings(model=card_path, device="cpu", tau=0.2, uncertain_below=0.99)
    pipeline = build_pipeline(settings)
    assert (pipeline.detector.name, pipeline.classifier.device, pipeline.classifier.tau) == (
        "cascade",
        "cpu",
        0.2,
    )
    (face,) = pipeline.process(frame(0.0, astronaut)).faces
    assert face.label is None
    large_only = build_pipeline(dataclasses.replace(settings, min_face=0.5))
    assert large_only.process(frame(0.0, astronaut)).faces == ()


def test_build_pipeline_says_what_is_missing(card_path: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"absent\.json"):
        build_pipeline(PipelineSettings(model=tmp_path / "absent.json"))
    with pytest.raises(DetectorError, match=r"absent\.xml"):
        build_pipeline(PipelineSettings(model=card_path, detector_model=tmp_path / "absent.xml"))


def test_a_recording_of_one_person_has_one_lasting_face(card_path: Path) -> None:
    capture = cv2.VideoCapture(str(shared_media("single_face.mp4")))
    pipeline = build_pipeline(PipelineSettings(model=card_path, device="cpu"))
    results = [
        pipeline.process(frame(index / 30, image))
        for index in range(72)
        for read, image in [capture.read()]
        if read
    ]
    assert len(results) == 72
    assert {tuple(ids(result)) for result in results} == {(1,)}


class ScriptedNearbyDetector(ScriptedDetector):
    """Near the known faces it finds what ``found_near`` says."""

    def __init__(self, *found: Detection) -> None:
        super().__init__(*found)
        self.found_near = list(found)
        self.asked_near: list[list[Box]] = []

    def detect_near(self, image: Image, boxes: Sequence[Box]) -> list[Detection]:
        self.asked_near.append(list(boxes))
        return list(self.found_near)


def searches(pipeline: Pipeline, detector: ScriptedNearbyDetector, times: Sequence[float]) -> list[str]:
    """What each frame made the detector do."""
    done = []
    for time_s in times:
        whole, near = detector.calls, len(detector.asked_near)
        pipeline.process(frame(time_s))
        done.append("near " * (len(detector.asked_near) - near) + "whole" * (detector.calls - whole))
    return done


def test_between_whole_searches_it_looks_near_the_known_faces(classifier: ScriptedClassifier) -> None:
    detector = ScriptedNearbyDetector(FACE)
    pipeline = Pipeline(detector, classifier, settings())
    times = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert searches(pipeline, detector, times) == ["whole", *["near "] * 4, "whole", "near "]
    (box,) = detector.asked_near[0]
    assert box.iou(FACE.box) > 0.9


def test_a_face_lost_near_its_place_is_looked_for_everywhere_at_once(classifier: ScriptedClassifier) -> None:
    detector = ScriptedNearbyDetector(FACE, OTHER)
    pipeline = Pipeline(detector, classifier, settings())
    searches(pipeline, detector, [0.0])
    detector.found_near = [FACE]
    assert searches(pipeline, detector, [0.1]) == ["near whole"]


def test_while_a_face_is_hidden_it_is_still_looked_for_where_it_was(classifier: ScriptedClassifier) -> None:
    detector = ScriptedNearbyDetector(FACE, OTHER)
    pipeline = Pipeline(detector, classifier, settings())
    first = pipeline.process(frame(0.0))
    detector.found = detector.found_near = [FACE]
    assert searches(pipeline, detector, [0.1, 0.2]) == ["near whole", "near "]
    assert len(detector.asked_near[-1]) == 2
    detector.found_near = [FACE, OTHER]
    assert ids(pipeline.process(frame(0.3))) == ids(first)


def test_without_a_face_every_search_is_whole(classifier: ScriptedClassifier) -> None:
    detector = ScriptedNearbyDetector()
    assert searches(Pipeline(detector, classifier, settings()), detector, [0.0, 0.1, 0.2]) == ["whole"] * 3
