"""Which changes of the settings a loaded pipeline takes over."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fer_desktop.core.pipeline.pipeline import Pipeline
from tests.support.pipelines import settings
from tests.ui.fakes import FakeClassifier, FakeDetector

SETTINGS = settings()


@pytest.mark.parametrize(
    "change", [{"tau": 0.1}, {"smoothing": False}, {"uncertain_below": 0.9}, {"detection_interval_s": 0.0}]
)
def test_thresholds_need_no_rebuild(change: dict[str, float]) -> None:
    assert not SETTINGS.needs_rebuild(dataclasses.replace(SETTINGS, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"model": Path("other.json")},
        {"device": "cuda"},
        {"detector": "yunet"},
        {"detector_model": Path("yunet.onnx")},
        {"min_face": 0.3},
    ],
)
def test_another_model_device_or_detector_needs_one(change: dict[str, object]) -> None:
    assert SETTINGS.needs_rebuild(dataclasses.replace(SETTINGS, **change))


def test_every_setting_is_tested_here() -> None:
    """A new setting has to be put into one of the two lists above."""
    tested = {"tau", "smoothing", "uncertain_below", "detection_interval_s"}
    tested |= {"model", "device", "detector", "detector_model", "min_face"}
    assert {item.name for item in dataclasses.fields(SETTINGS)} == tested


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(FakeDetector(), FakeClassifier(), SETTINGS)


def test_tau_is_set_on_the_pipeline_itself(pipeline: Pipeline) -> None:
    changed = dataclasses.replace(SETTINGS, tau=0.3)
    assert pipeline.with_settings(changed) is pipeline
    assert pipeline.classifier.tau == 0.3
    assert pipeline.settings == changed


def test_other_thresholds_give_a_new_pipeline_around_the_same_parts(pipeline: Pipeline) -> None:
    changed = dataclasses.replace(SETTINGS, tau=0.3, smoothing=False)
    successor = pipeline.with_settings(changed)
    assert successor is not pipeline
    assert successor.detector is pipeline.detector
    assert successor.classifier is pipeline.classifier
    assert successor.classifier.tau == 0.3
    assert successor.settings == changed
