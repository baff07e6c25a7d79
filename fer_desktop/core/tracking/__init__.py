"""Follows faces from frame to frame, and averages their emotions over time."""

from fer_desktop.core.tracking.smoothing import DEFAULT_UNCERTAIN_BELOW, EmotionSmoother, plain_label
from fer_desktop.core.tracking.tracker import MEMORY_S, FaceTracker, TrackedBox

__all__ = [
    "DEFAULT_UNCERTAIN_BELOW",
    "MEMORY_S",
    "EmotionSmoother",
    "FaceTracker",
    "TrackedBox",
    "plain_label",
]
