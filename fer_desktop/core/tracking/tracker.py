"""Gives faces lasting ids: association of detections, motion, steady boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.tracking.smoothing import OneEuroFilter
from fer_desktop.core.types import Box, Detection

MEMORY_S = 0.7
"""A face that is not found is remembered for this long. It keeps its id if it comes back."""

CARRY_S = 0.3
"""A box is moved ahead by at most this time between two detections."""

CONFIRM_WITHIN_S = 0.2
SURE_SCORE = 0.8
"""When detections follow each other this quickly, a face of a lower score is shown once found twice."""

MAX_DISTANCE = 1.0
MAX_SIZE_RATIO = 2.0

# Chosen on recordings, see "Tracking" in docs/decisions/001-face-detector.md. In sides of the face: how far a
# detection is off (standard deviation), how it accelerates per s², how fast a new one may be per s.
POSITION_NOISE = 0.02
ACCELERATION = 4.0
FIRST_SPEED = 4.0
BOX_MIN_CUTOFF_HZ = 1.0
BOX_BETA = 4.0


@dataclass(frozen=True, slots=True)
class TrackedBox:
    """A face at one moment; the box is a square that may reach beyond the frame."""

    id: int
    box: Box
    score: float


class FaceTracker:
    """Gives detections lasting ids and moves the boxes between detections. Times are PTS in seconds.

    Detections are assigned to the predicted boxes by the least sum of costs (Hungarian assignment), as in
    SORT (Bewley et al. 2016). The cost is the distance-IoU of Zheng et al. (2020). Boxes whose centres are
    more than MAX_DISTANCE sides apart, or whose sides differ by more than MAX_SIZE_RATIO, never belong
    together. A face that was not matched at the last detection is remembered for MEMORY_S, but not returned.
    """

    def __init__(self) -> None:
        # Half a second to import; spent here, in the background, rather than before the window shows.
        from scipy.optimize import linear_sum_assignment

        self._solve = linear_sum_assignment
        self.reset()

    def reset(self) -> None:
        """Forgets every face. Ids start from 1 again."""
        self._next_id = 1
        self.forget()

    def forget(self) -> None:
        """Forgets every face. Ids go on."""
        self._tracks: list[_Track] = []
        self._last_update_s: float | None = None

    @property
    def ids(self) -> set[int]:
        """The ids of the faces that are returned now or remembered."""
        return {track.id for track in self._tracks if track.id is not None}

    def update(self, detections: Sequence[Detection], time_s: float) -> list[TrackedBox]:
        """Takes all detections at a time. Returns the faces that are there."""
        at_once = self._last_update_s is None or time_s - self._last_update_s > CONFIRM_WITHIN_S
        self._last_update_s = time_s
        predictions = [track.predict(time_s, MEMORY_S) for track in self._tracks]
        pairs = self._assign(predictions, [item.box for item in detections])
        for index, track in enumerate(self._tracks):
            if index in pairs:
                track.correct(detections[pairs[index]], time_s)
            else:
                track.is_matched = False
        found = set(pairs.values())
        self._tracks = [track for track in self._tracks if track.is_worth_keeping(time_s)]
        self._tracks += [_Track(item, time_s) for index, item in enumerate(detections) if index not in found]
        for track in self._tracks:
            if track.id is None and (at_once or track.hits > 1 or track.score >= SURE_SCORE):
                track.id = self._next_id
                self._next_id += 1
        return self.carry(time_s)

    def carry(self, time_s: float) -> list[TrackedBox]:
        """Returns the faces of the last update, moved on to this time."""
        return [
            TrackedBox(track.id, track.steady_box(time_s), track.score)
            for track in self._tracks
            if track.id is not None and track.is_matched
        ]

    def expected(self, time_s: float) -> tuple[list[Box], int]:
        """Returns the boxes where faces should be at a time, and how many faces the last detection matched.

        Remembered faces are among the boxes.
        """
        boxes = [track.predict(time_s, MEMORY_S) for track in self._tracks]
        return boxes, sum(track.is_matched for track in self._tracks)

    def _assign(self, tracks: Sequence[Box], detections: Sequence[Box]) -> dict[int, int]:
        """Returns the index of the detection for the index of each track that has one."""
        costs = np.array([[_cost(track, item) for item in detections] for track in tracks])
        if costs.size == 0:
            return {}
        rows, columns = self._solve(costs)
        return {
            int(row): int(column)
            for row, column in zip(rows, columns, strict=True)
            if costs[row, column] < _IMPOSSIBLE
        }


class _Track:
    """One face. Its centre follows a Kalman filter with constant velocity; both axes share one covariance."""

    def __init__(self, detection: Detection, time_s: float) -> None:
        self.id: int | None = None
        self.score = detection.score
        self.hits = 1
        self.is_matched = True
        self._time = time_s
        self._side = detection.box.width
        self._centre = np.array(detection.box.centre)
        self._velocity = np.zeros(2)
        self._covariance = np.diag([POSITION_NOISE**2, FIRST_SPEED**2]) * self._side**2
        self._steady = OneEuroFilter(min_cutoff=BOX_MIN_CUTOFF_HZ, beta=BOX_BETA / self._side)

    def is_worth_keeping(self, time_s: float) -> bool:
        return self.is_matched or (self.id is not None and time_s - self._time <= MEMORY_S)

    def predict(self, time_s: float, horizon_s: float) -> Box:
        elapsed = min(time_s - self._time, horizon_s)
        return _square(self._centre + elapsed * self._velocity, self._side)

    def correct(self, detection: Detection, time_s: float) -> None:
        elapsed = time_s - self._time
        transition = np.array([[1.0, elapsed], [0.0, 1.0]])
        push = np.array([elapsed**2 / 2, elapsed]) * ACCELERATION * self._side
        covariance = transition @ self._covariance @ transition.T + np.outer(push, push)
        gain = covariance[:, 0] / (covariance[0, 0] + (POSITION_NOISE * self._side) ** 2)
        expected = self._centre + elapsed * self._velocity
        surprise = np.array(detection.box.centre) - expected
        self._centre = expected + gain[0] * surprise
        self._velocity = self._velocity + gain[1] * surprise
        self._covariance = covariance - np.outer(gain, covariance[0])
        self._side = detection.box.width
        self._time = time_s
        self.score = detection.score
        self.hits += 1
        self.is_matched = True

    def steady_box(self, time_s: float) -> Box:
        box = self.predict(time_s, CARRY_S)
        x, y, side = self._steady(np.array([*box.centre, box.width]), time_s)
        return _square(np.array([x, y]), float(side))


def _square(centre: NDArray[np.float64], side: float) -> Box:
    return Box(float(centre[0]) - side / 2, float(centre[1]) - side / 2, side, side)


_IMPOSSIBLE = 1e6


def _cost(first: Box, second: Box) -> float:
    """Returns the distance-IoU loss, 0 to 2, of two squares that may be the same face."""
    distance = math.dist(first.centre, second.centre)
    small, large = sorted((first.width, second.width))
    if distance > MAX_DISTANCE * (small + large) / 2 or large > MAX_SIZE_RATIO * small:
        return _IMPOSSIBLE
    width = max(first.x + first.width, second.x + second.width) - min(first.x, second.x)
    height = max(first.y + first.height, second.y + second.height) - min(first.y, second.y)
    return 1 - first.iou(second) + distance**2 / (width**2 + height**2)
