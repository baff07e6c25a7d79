"""The texts of the personal calibration."""

from __future__ import annotations

from collections.abc import Sequence

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.pipeline import LIMIT, PersonalCalibration
from fer_desktop.ui.common import percentage

INTRODUCTION = (
    "Some faces at rest look sad, angry or surprised to the model. Show your face at rest to the camera for "
    "thirty seconds. The live view then corrects this error while you are alone in the picture."
)
LIMITS = (
    "The correction cannot tell a face that looks sad at rest from a sad person. It fits this light and this "
    "camera. Files are never corrected. Nothing is stored unless you choose to store it at the end."
)
_ADJECTIVES = {
    "anger": "angry",
    "disgust": "disgusted",
    "fear": "afraid",
    "happiness": "happy",
    "sadness": "sad",
    "surprise": "surprised",
    "neutral": "neutral",
}
_MENTIONED = 0.05
_NOT_AT_REST = 0.2


def finding(shares: Sequence[float], calibration: PersonalCalibration) -> str:
    """Returns what was found. shares: probabilities of the face at rest, in the order of EMOTIONS."""
    neutral = shares[index_of("neutral")]
    if not calibration.changes_anything:
        return (
            f"Your neutral face looks {percentage(neutral)} neutral to the model, and no emotion stands out. "
            "There is nothing to correct."
        )
    lowered = [
        f"{percentage(share)} {_ADJECTIVES[name]}"
        for share, name, shift in sorted(
            zip(shares, EMOTIONS, calibration.log_shift, strict=True), reverse=True
        )
        if shift < 0 and share >= _MENTIONED
    ]
    if not lowered:
        return (
            f"Your neutral face looks {percentage(neutral)} neutral to the model. "
            "The small error will be corrected."
        )
    return f"Your neutral face looks {_joined(lowered)} to the model. This will be corrected."


def doubt(shares: Sequence[float], calibration: PersonalCalibration) -> str:
    """Returns what may be wrong with the measurement, empty if nothing is."""
    if shares[index_of("neutral")] >= _NOT_AT_REST or not calibration.changes_anything:
        return ""
    much = " It cannot be corrected completely." if min(calibration.log_shift) < -0.9 * LIMIT else ""
    return f"This is a large error. If your face was not at rest, discard the result and start again.{much}"


def summary(calibration: PersonalCalibration) -> str:
    """Returns what a calibration does, for a tool tip."""
    lowered = [name for name, shift in zip(EMOTIONS, calibration.log_shift, strict=True) if shift < -0.05]
    what = f"Lowers {_joined(lowered)}" if lowered else "Changes almost nothing"
    return f"{what}. Measured on {calibration.created:%Y-%m-%d %H:%M} with {calibration.model}."


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
