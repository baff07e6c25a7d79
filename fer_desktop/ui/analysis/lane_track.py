"""One person's faces over time, laid out for drawing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.results import FaceTable, StoredAnalysis

LONGEST_STEP = 3
"""A gap is at least this many usual steps between two frames long,"""
MIN_GAP_S = 0.5
"""and at least this many seconds."""


class Track:
    """The N faces of one person.

    times: (N,) float64, seconds, rising. label: (N,) int8, index into EMOTIONS or UNCERTAIN_INDEX.
    joined: (N,) bool, whether a curve runs from the previous face to this one. It does unless a frame without
    the person or a gap lies between them. period_s: usual step between frames, for which a face stands.
    """

    def __init__(self, table: FaceTable, rows: NDArray[np.int64], frames: NDArray[np.int64], period_s: float):
        self.times = table.pts_s[frames]
        self.label = table.label[rows]
        self.joined = np.zeros(len(rows), bool)
        self.joined[1:] = (np.diff(frames) == 1) & (
            np.diff(self.times) <= max(MIN_GAP_S, LONGEST_STEP * period_s)
        )
        self.period_s = period_s
        self._table, self._rows = table, rows
        self._shares: dict[bool, NDArray[np.float32]] = {}

    def shares(self, smoothed: bool) -> NDArray[np.float32]:
        """The shares (7, N) from 0 to 1, contiguous for each emotion."""
        if smoothed not in self._shares:
            self._shares[smoothed] = self._read(smoothed, 0)
        return self._shares[smoothed]

    def at(self, pts_s: float) -> int | None:
        """Returns the position of the face at a time, None in a gap."""
        after = int(np.searchsorted(self.times, pts_s + 1e-6, side="right"))
        if after == 0:
            return None
        runs_on = after < len(self.times) and self.joined[after]
        return after - 1 if runs_on or pts_s < self.times[after - 1] + self.period_s else None

    def take_over(self, before: Track) -> None:
        """Reuses what an earlier state of this track has read."""
        frames, count = before._table.frames, len(before._rows)
        if not (
            np.array_equal(before._rows, self._rows[:count])
            and np.array_equal(before._table.pts_s, self._table.pts_s[:frames])
        ):
            return
        for smoothed, shares in before._shares.items():
            new = self._read(smoothed, count)
            self._shares[smoothed] = np.concatenate([shares, new], axis=1) if new.size else shares

    def _read(self, smoothed: bool, first: int) -> NDArray[np.float32]:
        column = self._table.smoothed if smoothed else self._table.probabilities
        return np.ascontiguousarray(column[self._rows[first:]].T)


def tracks_of(stored: StoredAnalysis, before: Mapping[int, Track]) -> dict[int, Track]:
    """Returns the tracks of the people shown, by person. before: the tracks of the previous state."""
    table, frames = stored.table, stored.table.frame_of_face
    period_s = float(np.median(np.diff(table.pts_s))) if table.frames > 1 else MIN_GAP_S
    tracks = {}
    for person in stored.shown_people:
        rows = np.flatnonzero(stored.person_id == person.id)
        track = tracks[person.id] = Track(table, rows, frames[rows], period_s)
        if person.id in before:
            track.take_over(before[person.id])
    return tracks
