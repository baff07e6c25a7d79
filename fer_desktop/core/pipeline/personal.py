"""Personal calibration: what the model says of one face at rest, and the correction of that bias.

The bias is taken for a shift of the prior that belongs to the face: for each emotion a constant that is added
to the log-odds against neutral, whatever the face does. Correcting a classifier for another prior by
multiplying its probabilities with a ratio for each class and normalising is after Saerens, Latinne and
Decaestecker 2002, and Lipton, Wang and Smola 2018; measuring the ratio on a person's neutral face is the
subject baseline correction of expression analysis. Three things were changed after measurement
(docs/personal-calibration.md): it only lowers, since raising what a face shows less than others made neutral
faces less neutral; it leaves what hardly shows; and what most emotions have in common is not corrected, since
in little light the model is less sure of everything, which is no bias of the face.

It cannot tell a face that looks sad at rest from a sad person, and it holds for one light and one pose.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.files import write_whole
from fer_desktop.core.models import ModelCard

Floats = NDArray[np.floating]

LIMIT = 3.0
"""No log-odds are shifted by more: an expression twenty times as strong as the bias still shows."""

REFERENCE_FLOOR = 0.05
"""Balanced odds of an emotion against neutral up to which a face at rest counts as neutral in any case."""

SHRINKAGE_FRAMES = 30
"""With so many frames half of the bias is corrected: the weight is frames / (frames + SHRINKAGE_FRAMES)."""

MIN_FRAMES = 20
FAR = 0.25
"""Total variation distance from the median up to which a frame counts in any case, see ``observe``."""

_TINY = 1e-6
_NEUTRAL = index_of("neutral")
_FORMAT = 1


class CalibrationError(FerDesktopError):
    """A face cannot be calibrated, or a stored calibration is damaged."""


@dataclass(frozen=True, slots=True)
class NeutralFace:
    """What a model says of one face at rest.

    shares: the geometric mean of the natural probabilities, in the order of EMOTIONS, sum 1.
    frames: how many it is of. dropped: how many were left out.
    """

    shares: tuple[float, ...]
    frames: int
    dropped: int


@dataclass(frozen=True, slots=True)
class PersonalCalibration:
    """The correction for one face and one model.

    log_shift: what is added to the log probability of each emotion, in the order of EMOTIONS, -LIMIT to 0.
    frames: how many it was measured on. model: ModelCard.identity. created: when, local time.
    """

    log_shift: tuple[float, ...]
    frames: int
    model: str
    created: datetime

    def __post_init__(self) -> None:
        if len(self.log_shift) != len(EMOTIONS):
            raise CalibrationError(f"{len(self.log_shift)} shifts; needed are {len(EMOTIONS)}")
        for name, shift in zip(EMOTIONS, self.log_shift, strict=True):
            if not -LIMIT <= shift <= 0:
                raise CalibrationError(f"the shift of {name} is {shift}, allowed are {-LIMIT:g} to 0")
        if self.frames < 1:
            raise CalibrationError(f"it is of {self.frames} frames")

    @property
    def changes_anything(self) -> bool:
        """Whether a probability changes by more than about a hundredth."""
        return min(self.log_shift) < -0.05

    def fits(self, card: ModelCard) -> bool:
        """Whether it was measured with this model."""
        return self.model == card.identity

    def apply(self, probabilities: Floats) -> Floats:
        """Corrected probabilities, (..., 7) in the order of EMOTIONS like those given, each row with sum 1.

        Probabilities of any logit adjustment: shift and adjustment commute.
        """
        weighted = probabilities * np.exp(np.asarray(self.log_shift, dtype=probabilities.dtype))
        return np.asarray(weighted / weighted.sum(axis=-1, keepdims=True), dtype=probabilities.dtype)

    def save(self, path: Path) -> None:
        """Writes JSON, whole or not at all. Raises OutputError."""
        content = {
            "format": _FORMAT,
            "model": self.model,
            "created": self.created.isoformat(),
            "frames": self.frames,
            "log_shift": dict(zip(EMOTIONS, self.log_shift, strict=True)),
        }
        write_whole(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())

    @classmethod
    def load(cls, path: Path) -> PersonalCalibration:
        """Raises CalibrationError that names the file and what is wrong."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return _parsed(content)
        except OSError as error:
            raise CalibrationError(f"{path}: cannot be read ({error.strerror or error})") from error
        except CalibrationError as error:
            raise CalibrationError(f"{path}: the personal calibration is damaged: {error}") from None
        except (ValueError, RecursionError) as error:
            raise CalibrationError(f"{path}: the personal calibration is damaged ({error})") from error


def _parsed(content: Any) -> PersonalCalibration:
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise CalibrationError(f"it is no JSON object of format {_FORMAT}")
    shifts, frames = content.get("log_shift"), content.get("frames")
    model, created = content.get("model"), content.get("created")
    if not isinstance(shifts, dict) or shifts.keys() != set(EMOTIONS):
        raise CalibrationError(f"log_shift needs one number for each of {', '.join(EMOTIONS)}")
    if not all(type(shift) in (int, float) for shift in shifts.values()) or type(frames) is not int:
        raise CalibrationError("log_shift and frames are numbers")
    if not isinstance(model, str) or not isinstance(created, str):
        raise CalibrationError("model and created are texts")
    ordered = tuple(float(shifts[name]) for name in EMOTIONS)
    return PersonalCalibration(ordered, frames, model, datetime.fromisoformat(created))


def adjust(probabilities: Floats, card: ModelCard, tau: float) -> Floats:
    """Logit adjustment of probabilities (..., 7) in the order of EMOTIONS; a negative tau takes it back."""
    weighted = probabilities * _prior(card) ** -tau
    return np.asarray(weighted / weighted.sum(axis=-1, keepdims=True))


def observe(probabilities: Floats) -> NeutralFace:
    """What is typical of (N, 7) natural probabilities of a face at rest, in the order of EMOTIONS, N > 0.

    Left out are the frames further from the median than FAR and than twice the median distance, in total
    variation distance: moments in which the face was not at rest. At least half of them stay.
    """
    logs = np.log(np.maximum(probabilities, _TINY))
    distances = np.abs(probabilities - _softmax(np.median(logs, axis=0))).sum(axis=1) / 2
    kept = distances <= max(FAR, 2 * float(np.median(distances)))
    shares = _softmax(logs[kept].mean(axis=0))
    return NeutralFace(tuple(shares.tolist()), int(kept.sum()), int((~kept).sum()))


def calibrate(face: NeutralFace, card: ModelCard, created: datetime) -> PersonalCalibration:
    """The correction of what this face shows at rest beyond what neutral faces show on average.

    Raises CalibrationError when the card does not say that, or the frames are too few.
    """
    if card.neutral_reference is None:
        raise CalibrationError(
            f"The card of the model '{card.name}' does not say what neutral faces look like to it "
            "(neutral_reference); choose another model, or add it with: python -m trainer reference"
        )
    if face.frames < MIN_FRAMES:
        raise CalibrationError(
            f"Only {face.frames} pictures could be used, needed are {MIN_FRAMES}; try again with more light"
        )
    reference = np.asarray(card.neutral_reference)[_order(card)]
    shift = log_shift(np.asarray(face.shares), reference, _prior(card))
    shift *= face.frames / (face.frames + SHRINKAGE_FRAMES)
    return PersonalCalibration(tuple(shift.tolist()), face.frames, card.identity, created)


def log_shift(observed: Floats, reference: Floats, prior: Floats) -> Floats:
    """The shift (7,), -LIMIT to 0, that takes ``observed`` down to ``reference`` where it exceeds it.

    All (7,), positive, in the order of EMOTIONS: natural probabilities of the face and of neutral faces, and
    the training prior. Compared are log-odds against neutral; the shift of neutral itself is 0. From the
    excess of each emotion the median of the six is subtracted.
    """
    allowed = np.maximum(_odds(reference / prior), REFERENCE_FLOOR)
    excess = np.log(_odds(np.maximum(observed, _TINY) / prior)) - np.log(allowed)
    excess = np.maximum(excess, 0)
    excess -= np.median(np.delete(excess, _NEUTRAL))
    excess[_NEUTRAL] = 0
    return np.asarray(-np.clip(excess, 0, LIMIT))


def _odds(shares: Floats) -> Floats:
    return np.asarray(shares / shares[_NEUTRAL])


def _softmax(logs: Floats) -> Floats:
    exponents = np.exp(logs - logs.max())
    return np.asarray(exponents / exponents.sum())


def _order(card: ModelCard) -> list[int]:
    return [card.labels.index(name) for name in EMOTIONS]


def _prior(card: ModelCard) -> Floats:
    return np.asarray(card.class_prior)[_order(card)]
