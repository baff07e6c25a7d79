"""What decides what a pipeline makes of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fer_desktop.core.detection import (
    DEFAULT_DETECTOR,
    DEFAULT_MIN_FACE,
)
from fer_desktop.core.models import DEFAULT_TAU
from fer_desktop.core.pipeline.personal import PersonalCalibration
from fer_desktop.core.tracking import (
    DEFAULT_UNCERTAIN_BELOW,
)

DETECTION_INTERVAL_S = 0.1
"""Faces are looked for about ten times a second; between, the tracker carries their boxes."""


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
