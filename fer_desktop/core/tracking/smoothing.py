"""Makes steady values from noisy ones: the One-Euro filter, and averaged emotions with hysteresis."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS

DEFAULT_UNCERTAIN_BELOW = 0.4
"""No label is shown while the largest smoothed probability is below this, 0 to 1.

Below it the bundled model is wrong more often than right: see docs/decisions/004-uncertain.md.
"""

UNCERTAIN_MARGIN = 0.05
"""The probability has to rise this far above the threshold before a label is shown again."""

TIME_CONSTANT_S = 0.4
"""After this time the average has followed a change by 63 %."""

LEAD = 0.1
LEAD_TIME_S = 0.8
"""Another label replaces the shown one when it leads by this much, or for this long."""


class OneEuroFilter:
    """A low-pass filter whose cut-off rises with speed: steady at rest, quick in motion (Casiez et al. 2012).

    min_cutoff: cut-off at rest in Hz. beta: how much the cut-off rises per unit of speed (1 / unit).
    derivative_cutoff: cut-off of the speed in Hz. Values are arrays of one fixed shape.
    """

    def __init__(self, *, min_cutoff: float, beta: float, derivative_cutoff: float = 1.0) -> None:
        self._min_cutoff = min_cutoff
        self._beta = beta
        self._derivative_cutoff = derivative_cutoff
        self._value: NDArray[np.float64] | None = None
        self._speed = np.zeros(0)
        self._time = 0.0

    def __call__(self, value: NDArray[np.float64], time_s: float) -> NDArray[np.float64]:
        """Returns the filtered value. A time that is not after the last one leaves the value unchanged."""
        if self._value is None:
            self._value, self._speed, self._time = value, np.zeros_like(value), time_s
            return value
        elapsed = time_s - self._time
        if elapsed <= 0:
            return self._value
        change = value - self._value
        self._speed = self._speed + _rate(self._derivative_cutoff, elapsed) * (change - elapsed * self._speed)
        cutoff = self._min_cutoff + self._beta * np.abs(self._speed)
        self._value = self._value + elapsed * _rate(cutoff, elapsed) * change
        self._time = time_s
        return self._value


def _rate(cutoff: float | NDArray[np.float64], elapsed: float) -> float | NDArray[np.float64]:
    """Returns the paper's alpha per second of elapsed time. It stays finite for any short time."""
    angular = 2 * math.pi * cutoff
    return angular / (1 + angular * elapsed)


class EmotionSmoother:
    """The emotions of one face over time: a moving average of the probabilities, and the label to show.

    The average is exponential with a weight of 1 - exp(-elapsed / TIME_CONSTANT_S), so it does not depend on
    the frame rate. The constants above describe the two kinds of hysteresis of the label.
    """

    def __init__(self, *, uncertain_below: float = DEFAULT_UNCERTAIN_BELOW) -> None:
        self._uncertain_below = uncertain_below
        self._smoothed: NDArray[np.float64] | None = None
        self._time_s = 0.0
        self._shown: int | None = None
        self._leader: int | None = None
        self._leads_since_s = 0.0

    def update(
        self, probabilities: NDArray[np.floating], time_s: float
    ) -> tuple[NDArray[np.float64], str | None]:
        """Adds the (7,) probabilities at a time. Returns the smoothed ones, sum 1, and the label or None."""
        current = np.asarray(probabilities, dtype=np.float64)
        if self._smoothed is None:
            self._smoothed = current
        else:
            weight = 1 - math.exp(-(time_s - self._time_s) / TIME_CONSTANT_S)
            self._smoothed = self._smoothed + weight * (current - self._smoothed)
        self._time_s = time_s
        self._shown = self._choose(self._smoothed)
        return self._smoothed, None if self._shown is None else EMOTIONS[self._shown]

    def _choose(self, smoothed: NDArray[np.float64]) -> int | None:
        top = int(smoothed.argmax())
        was_uncertain = self._leader is not None and self._shown is None
        if top != self._leader:
            self._leader, self._leads_since_s = top, self._time_s
        if smoothed[top] < self._uncertain_below + (UNCERTAIN_MARGIN if was_uncertain else 0.0):
            return None
        if self._shown is None or smoothed[top] - smoothed[self._shown] >= LEAD:
            return top
        return top if self._time_s - self._leads_since_s >= LEAD_TIME_S else self._shown


def plain_label(probabilities: NDArray[np.floating], uncertain_below: float) -> str | None:
    """Returns the most likely emotion; None when its probability is below the threshold."""
    top = int(probabilities.argmax())
    return EMOTIONS[top] if probabilities[top] >= uncertain_below else None
