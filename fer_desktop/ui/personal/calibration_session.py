"""The measurement of thirty seconds of one face at rest."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.models import ModelCard
from fer_desktop.core.pipeline import NeutralFace, adjust, observe
from fer_desktop.core.types import Box, FrameResult

COUNTDOWN_S = 3.0
DURATION_S = 30.0
MAX_STEP_S = 0.5
"""The longest time between two results that counts. Longer times count only this much."""

RECENT_S = 1.0
MOVED = 0.25
"""The largest motion of a resting face within RECENT_S, in sides of its box."""

CHANGED = 0.3
"""The total variation distance from the mean of the last RECENT_S that counts as a moving expression."""

LOOK = "Look at the camera with a relaxed face."
NO_PICTURE = "The camera sends no pictures. Start it to continue."
NO_FACE = "No face is found. Look straight at the camera, with light from the front."
SEVERAL_FACES = "Several faces are found. Only your face may be in the picture."
AT_THE_EDGE = "Your face is at the edge of the picture. Move to the middle."
MOVING = "Hold your head still and look at the camera."
CHANGING = "Your expression is moving. Relax your face and wait a moment."


class Stage(Enum):
    """The stages of a measurement. MEASURING ends after DURATION_S were measured."""

    COUNTDOWN = "countdown"
    MEASURING = "measuring"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class _Sample:
    time_s: float
    box: Box
    probabilities: NDArray[np.floating]


class CalibrationSession:
    """Measures with the results of the live view. It starts when it is created.

    clock: seconds, as time.monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_s = clock()
        self._last_result_s = self._started_s
        self._last_good_s: float | None = None
        self._recent: deque[_Sample] = deque()
        self._kept: list[NDArray[np.floating]] = []
        self._hint: str | None = None
        self.measured_s = 0.0

    @property
    def countdown_s(self) -> float:
        """The time until measuring begins, 0 afterwards."""
        return max(0.0, COUNTDOWN_S - (self._clock() - self._started_s))

    @property
    def stage(self) -> Stage:
        if self.measured_s >= DURATION_S:
            return Stage.DONE
        return Stage.COUNTDOWN if self.countdown_s > 0 else Stage.MEASURING

    @property
    def hint(self) -> str | None:
        """Why the measurement is paused, None while it runs."""
        if self._clock() - max(self._last_result_s, self._started_s + COUNTDOWN_S) > RECENT_S:
            return NO_PICTURE
        return self._hint

    def note(self, result: FrameResult, card: ModelCard, tau: float) -> None:
        """Takes a result without personal calibration. card, tau: of the result's model."""
        now = self._last_result_s = self._clock()
        self._hint = self._look_at(result, card, tau, now)
        if self._hint is not None or self.stage is not Stage.MEASURING:
            self._last_good_s = None
            return
        if self._last_good_s is not None:
            self.measured_s += min(now - self._last_good_s, MAX_STEP_S)
        self._last_good_s = now
        self._kept.append(self._recent[-1].probabilities)

    def observed(self) -> NeutralFace:
        """Returns the measured face. Call it at the end."""
        return observe(np.stack(self._kept))

    def _look_at(self, result: FrameResult, card: ModelCard, tau: float, now: float) -> str | None:
        """Returns what is wrong with a result, None if it can be measured."""
        if len(result.faces) != 1:
            self._recent.clear()
            return SEVERAL_FACES if result.faces else NO_FACE
        (face,) = result.faces
        natural = adjust(np.asarray(face.probabilities), card, -tau)
        while self._recent and now - self._recent[0].time_s > RECENT_S:
            self._recent.popleft()
        before = tuple(self._recent)
        self._recent.append(_Sample(now, face.box, natural))
        if _is_at_edge(face.box, result.size):
            return AT_THE_EDGE
        if before and _moved(face.box, before[0].box) > MOVED:
            return MOVING
        if before:
            usual = np.mean([sample.probabilities for sample in before], axis=0)
            if np.abs(natural - usual).sum() / 2 > CHANGED:
                return CHANGING
        return None


def _is_at_edge(box: Box, size: tuple[int, int]) -> bool:
    return box.x <= 0 or box.y <= 0 or box.x + box.width >= size[0] or box.y + box.height >= size[1]


def _moved(box: Box, earlier: Box) -> float:
    """Returns the motion of the centre or the change of the side, whichever is larger, in sides."""
    side = max(earlier.width, 1.0)
    x, y = box.centre[0] - earlier.centre[0], box.centre[1] - earlier.centre[1]
    return max(float(np.hypot(x, y)), abs(box.width - earlier.width)) / side
