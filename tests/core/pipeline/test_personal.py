from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import probabilities
from fer_desktop.core.pipeline.personal import (
    LIMIT,
    MIN_FRAMES,
    SHRINKAGE_FRAMES,
    CalibrationError,
    NeutralFace,
    PersonalCalibration,
    adjust,
    calibrate,
    log_shift,
    observe,
)
from fer_desktop.core.pipeline.pipeline import Pipeline, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings
from fer_desktop.core.types import Box, Detection
from tests.core.pipeline.test_pipeline import ScriptedClassifier, ScriptedDetector, frame
from tests.support.models import write_tiny_model
from tests.support.pipelines import settings

REFERENCE = (0.02, 0.005, 0.005, 0.03, 0.06, 0.02, 0.86)
NEUTRAL = index_of("neutral")
SADNESS = index_of("sadness")
CREATED = datetime(2026, 11, 25, 14, 30, 5)

CARD = ModelCard(
    name="reversed",
    architecture="none",
    input_size=32,
    channels=1,
    native_size=None,
    mean=0.5,
    std=0.25,
    crop_margin=0.0,
    labels=EMOTIONS[::-1],
    class_prior=(0.35, 0.1, 0.1, 0.3, 0.03, 0.02, 0.1),
    temperature=1.0,
    neutral_reference=REFERENCE[::-1],
)
PRIOR = np.array(CARD.class_prior[::-1])

shares = arrays(np.float64, 7, elements=st.floats(1e-4, 1)).map(lambda values: values / values.sum())
shifts = st.tuples(*[st.floats(-LIMIT, 0)] * 7)


def made(log_shift: tuple[float, ...], model: str = "some") -> PersonalCalibration:
    return PersonalCalibration(log_shift, 400, model, CREATED)


def sad_face() -> np.ndarray:
    """The reference with ten times the odds of sadness."""
    face = np.array(REFERENCE)
    face[SADNESS] *= 10
    return np.asarray(face / face.sum())


# The shift


@given(observed=shares, reference=shares, prior=shares)
def test_the_shift_only_lowers_within_its_limit(
    observed: np.ndarray, reference: np.ndarray, prior: np.ndarray
) -> None:
    shift = log_shift(observed, reference, prior)
    assert (shift <= 0).all()
    assert (shift >= -LIMIT).all()
    assert shift[NEUTRAL] == 0


@given(face=shares, prior=shares)
def test_a_face_like_the_reference_is_left_alone(face: np.ndarray, prior: np.ndarray) -> None:
    assert np.allclose(log_shift(face, face, prior), 0, atol=1e-9)


@given(
    observed=shares,
    reference=shares,
    prior=shares,
    emotion=st.integers(0, 5),
    factor=st.floats(1, 50),
)
def test_the_more_an_emotion_shows_at_rest_the_more_it_is_lowered(
    observed: np.ndarray, reference: np.ndarray, prior: np.ndarray, emotion: int, factor: float
) -> None:
    more = observed.copy()
    more[emotion] *= factor
    more /= more.sum()
    before, after = log_shift(observed, reference, prior), log_shift(more, reference, prior)
    assert after[emotion] <= before[emotion] + 1e-9


@given(scale=st.floats(0.01, 1))
def test_a_face_more_neutral_than_others_is_left_alone(scale: float) -> None:
    face = np.array(REFERENCE) * scale
    face[NEUTRAL] += 1 - face.sum()
    assert np.allclose(log_shift(face, np.array(REFERENCE), PRIOR), 0, atol=1e-9)


@given(doubt=st.floats(1, 30))
def test_a_model_that_doubts_everything_is_not_taken_for_a_bias(doubt: float) -> None:
    """As in little light: all six emotions rise alike."""
    reference = np.array([0.05] * 6 + [0.7])
    face = reference.copy()
    face[:6] *= doubt
    assert np.allclose(log_shift(face / face.sum(), reference, np.full(7, 1 / 7)), 0, atol=1e-9)


def test_a_face_that_looks_sad_at_rest_comes_down_to_the_reference() -> None:
    face = sad_face()
    shift = log_shift(face, np.array(REFERENCE), PRIOR)
    assert shift[SADNESS] == pytest.approx(-np.log(10))
    assert made(tuple(shift)).apply(face) == pytest.approx(np.array(REFERENCE))


# Applying it


@given(shift=shifts, rows=arrays(np.float32, (3, 7), elements=st.floats(0.0078125, 1, width=32)))
def test_corrected_probabilities_sum_to_one(shift: tuple[float, ...], rows: np.ndarray) -> None:
    rows /= rows.sum(axis=1, keepdims=True)
    corrected = made(shift).apply(rows)
    assert corrected.dtype == np.float32
    assert (corrected >= 0).all()
    assert np.allclose(corrected.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(made(shift).apply(rows[0]), corrected[0])


@given(row=shares)
def test_no_shift_changes_nothing(row: np.ndarray) -> None:
    assert np.allclose(made((0.0,) * 7).apply(row), row)


@given(
    shift=shifts,
    tau=st.floats(0, 1),
    logits=arrays(np.float32, (2, 7), elements=st.floats(-8, 8, width=32)),
)
def test_correction_and_logit_adjustment_commute(
    shift: tuple[float, ...], tau: float, logits: np.ndarray
) -> None:
    calibration = made(shift)
    natural = probabilities(logits, CARD).astype(np.float64)
    adjusted = probabilities(logits, CARD, tau).astype(np.float64)
    assert np.allclose(adjust(natural, CARD, tau), adjusted, atol=1e-4)
    assert np.allclose(adjust(adjusted, CARD, -tau), natural, atol=1e-4)
    assert np.allclose(adjust(calibration.apply(natural), CARD, tau), calibration.apply(adjusted), atol=1e-4)


# Measuring


def test_moments_in_which_the_face_was_not_at_rest_are_left_out() -> None:
    smile = np.array([0.01, 0.01, 0.01, 0.9, 0.01, 0.01, 0.05])
    rest = np.tile(sad_face(), (60, 1))
    face = observe(np.concatenate([rest, np.tile(smile, (25, 1))]))
    assert (face.frames, face.dropped) == (60, 25)
    assert face.shares == pytest.approx(sad_face())


@given(rows=arrays(np.float64, (9, 7), elements=st.floats(1e-4, 1)))
def test_at_least_half_of_the_frames_stay(rows: np.ndarray) -> None:
    face = observe(rows / rows.sum(axis=1, keepdims=True))
    assert face.frames + face.dropped == 9
    assert face.frames >= 5
    assert sum(face.shares) == pytest.approx(1)


def test_the_mean_is_geometric() -> None:
    rows = np.array([[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4], [0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.3]])
    face = observe(rows)
    assert face.shares[SADNESS] / face.shares[0] == pytest.approx(np.sqrt(2))


def test_few_frames_count_less() -> None:
    face = tuple(sad_face())
    whole = log_shift(sad_face(), np.array(REFERENCE), PRIOR)[SADNESS]
    half = calibrate(NeutralFace(face, SHRINKAGE_FRAMES, 0), CARD, CREATED)
    most = calibrate(NeutralFace(face, 99 * SHRINKAGE_FRAMES, 0), CARD, CREATED)
    assert half.log_shift[SADNESS] == pytest.approx(whole / 2)
    assert most.log_shift[SADNESS] == pytest.approx(0.99 * whole)


def test_the_order_of_the_card_does_not_matter() -> None:
    straight = dataclasses.replace(
        CARD, labels=EMOTIONS, class_prior=tuple(PRIOR), neutral_reference=REFERENCE
    )
    face = NeutralFace(tuple(sad_face()), 300, 0)
    assert calibrate(face, straight, CREATED).log_shift == calibrate(face, CARD, CREATED).log_shift


def test_what_cannot_be_calibrated_says_why() -> None:
    face = NeutralFace(tuple(sad_face()), 300, 0)
    with pytest.raises(CalibrationError, match="neutral_reference"):
        calibrate(face, dataclasses.replace(CARD, neutral_reference=None), CREATED)
    with pytest.raises(CalibrationError, match=f"{MIN_FRAMES}"):
        calibrate(dataclasses.replace(face, frames=MIN_FRAMES - 1), CARD, CREATED)


# The file


def test_a_calibration_is_read_as_it_was_saved(tmp_path: Path) -> None:
    calibration = made((-0.125, 0.0, -1 / 3, 0.0, -LIMIT, 0.0, 0.0), "fer7, SHA-256 0123…")
    calibration.save(tmp_path / "folder" / "mine.json")
    assert PersonalCalibration.load(tmp_path / "folder" / "mine.json") == calibration


def changed(**changes: object) -> str:
    content = {
        "format": 1,
        "model": "some",
        "created": "2026-11-25T14:30:05",
        "frames": 400,
        "log_shift": dict.fromkeys(EMOTIONS, 0.0),
    }
    return json.dumps(content | changes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "damaged"),
        ("[" * 100_000, "damaged"),
        ("[1]", "format"),
        (changed(format=2), "format"),
        (changed(log_shift={"anger": 0}), "log_shift"),
        (changed(log_shift=dict.fromkeys(EMOTIONS, 1.0)), "anger"),
        (changed(log_shift=dict.fromkeys(EMOTIONS, -9)), "anger"),
        (changed(log_shift=dict.fromkeys(EMOTIONS, "0")), "numbers"),
        (changed(log_shift=dict.fromkeys(EMOTIONS, float("nan"))), "anger"),
        (changed(frames=0), "0 frames"),
        (changed(frames=True), "numbers"),
        (changed(model=None), "texts"),
        (changed(created="yesterday"), "yesterday"),
    ],
)
def test_a_damaged_file_says_what_and_where(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(CalibrationError, match=reason) as caught:
        PersonalCalibration.load(path)
    assert str(path) in str(caught.value)


def test_the_written_example_is_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(changed())
    assert PersonalCalibration.load(tmp_path / "mine.json").frames == 400


@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_clearly(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.json"
    path.write_bytes(content)
    with pytest.raises(CalibrationError):
        PersonalCalibration.load(path)


# In the pipeline

FACE = Detection(Box(100, 80, 60, 60), 0.95)
OTHER = Detection(Box(300, 80, 60, 60), 0.95)


@pytest.fixture
def classifier() -> ScriptedClassifier:
    return ScriptedClassifier(CARD, sadness=0.55, neutral=0.4)


def lowered_sadness(model: str = CARD.identity) -> PersonalCalibration:
    return made(tuple(-2.0 if name == "sadness" else 0.0 for name in EMOTIONS), model)


def labels(pipeline: Pipeline, pts_s: float) -> list[str | None]:
    return [face.label for face in pipeline.process(frame(pts_s)).faces]


def test_a_face_that_is_alone_is_corrected_from_the_next_picture_on(classifier: ScriptedClassifier) -> None:
    pipeline = Pipeline(ScriptedDetector(FACE), classifier, settings(smoothing=False))
    assert labels(pipeline, 0.0) == ["sadness"]
    pipeline.personal = lowered_sadness()
    (face,) = pipeline.process(frame(0.1)).faces
    assert face.label == "neutral"
    assert sum(face.probabilities) == pytest.approx(1)
    pipeline.personal = None
    assert labels(pipeline, 0.2) == ["sadness"]


def test_several_faces_pause_it_until_the_others_are_forgotten(classifier: ScriptedClassifier) -> None:
    detector = ScriptedDetector(FACE, OTHER)
    pipeline = Pipeline(detector, classifier, settings(smoothing=False))
    pipeline.personal = lowered_sadness()
    assert labels(pipeline, 0.0) == ["sadness", "sadness"]
    detector.found = [FACE]
    assert labels(pipeline, 0.1) == ["sadness"]  # one blink of the detector leaves nobody alone
    seen = [labels(pipeline, 0.1 * step) for step in range(2, 12)]
    assert seen[-1] == ["neutral"]


def test_another_model_is_not_corrected(classifier: ScriptedClassifier) -> None:
    pipeline = Pipeline(ScriptedDetector(FACE), classifier, settings(smoothing=False))
    pipeline.personal = lowered_sadness("another, SHA-256 0123…")
    assert labels(pipeline, 0.0) == ["sadness"]


def test_a_pipeline_that_is_built_corrects_nobody(tmp_path: Path) -> None:
    """Analyses build theirs; only the live view sets the calibration."""
    card = write_tiny_model(tmp_path)
    assert build_pipeline(PipelineSettings(card, device="cpu")).personal is None
