"""The settings of a pipeline."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_desktop.core.detection import DEFAULT_DETECTOR, DEFAULT_MIN_FACE
from fer_desktop.core.models import DEFAULT_TAU
from fer_desktop.core.tracking import DEFAULT_UNCERTAIN_BELOW

DETECTION_INTERVAL_S = 0.1
"""Faces are looked for about ten times a second; between, the tracker carries their boxes."""


def _adjustable(default: Any) -> Any:
    """A field that changes while the detector and the model stay loaded."""
    return dataclasses.field(default=default, metadata={"adjustable": True})


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """Everything that decides what a pipeline makes of a frame.

    A new setting is one field here and its use in the pipeline.

    model: path of the model card. device: one of classification.DEVICES. detector: one of
    detection.DETECTORS. detector_model: its model file, None for the one that is installed.
    min_face: side of the smallest face as a fraction of the frame's shorter side.
    tau: strength of the logit adjustment, 0 (natural) to 1 (balanced).
    smoothing: average the emotions over time, with hysteresis of the label.
    detection_interval_s: time between two detections; 0 detects on every frame.
    uncertain_below: no label is given while the largest probability is below this, 0 to 1.
    """

    model: Path
    device: str = "auto"
    detector: str = DEFAULT_DETECTOR
    detector_model: Path | None = None
    tau: float = _adjustable(DEFAULT_TAU)
    smoothing: bool = _adjustable(True)
    min_face: float = DEFAULT_MIN_FACE
    detection_interval_s: float = _adjustable(DETECTION_INTERVAL_S)
    uncertain_below: float = _adjustable(DEFAULT_UNCERTAIN_BELOW)

    def needs_rebuild(self, other: PipelineSettings) -> bool:
        """Whether the way to the other settings leads through another detector or model."""
        return any(
            getattr(self, item.name) != getattr(other, item.name)
            for item in dataclasses.fields(self)
            if not item.metadata.get("adjustable")
        )
