"""From a frame to its faces and their emotions; the live view and the analysis of files share it."""

from fer_desktop.core.pipeline.personal import (
    LIMIT,
    NeutralFace,
    PersonalCalibration,
    adjust,
    calibrate,
    observe,
)
from fer_desktop.core.pipeline.pipeline import Pipeline, TrackedFrame, build_pipeline
from fer_desktop.core.pipeline.settings import PipelineSettings

__all__ = [
    "LIMIT",
    "NeutralFace",
    "PersonalCalibration",
    "Pipeline",
    "PipelineSettings",
    "TrackedFrame",
    "adjust",
    "build_pipeline",
    "calibrate",
    "observe",
]
