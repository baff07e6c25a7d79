"""A track as columns of equal time, one for each column of pixels. No face is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.results import UNCERTAIN_INDEX
from fer_desktop.ui.analysis.lane_track import Track

ABSENT = -2
"""The label of a column without the person."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """W columns. low, mean, high: (7, W) shares from 0 to 1, NaN without the person.

    label: (W,) int64, the most frequent label of each column, UNCERTAIN_INDEX or ABSENT.
    joined: (W + 1,) bool, whether the curve runs across each border of the columns.
    """

    low: NDArray[np.float64]
    mean: NDArray[np.float64]
    high: NDArray[np.float64]
    label: NDArray[np.int64]
    joined: NDArray[np.bool_]


def columns_of(track: Track, edges: NDArray[np.floating], *, smoothed: bool) -> Columns:
    """Returns the columns of a track. edges: (W + 1,) rising times, the borders of the columns.

    The cost is one pass over the faces in view. With numpy's ``reduceat``, 100,000 faces take a fifth of a
    millisecond, so no levels of detail are kept (docs/decisions/006-timeline.md).
    """
    shares = track.shares(smoothed)
    first = np.searchsorted(track.times, edges)
    count = np.diff(first)
    seen = count > 0
    at_edge, joined = _at_edges(track, shares, edges, first)
    left, right = at_edge[:, :-1], at_edge[:, 1:]
    low, high = np.fmin(left, right), np.fmax(left, right)
    mean = np.where(joined[1:], (left + right) / 2, left)
    label = np.where(
        joined[:-1], track.label[np.maximum(first[:-1] - 1, 0)] if len(track.label) else 0, ABSENT
    )
    if seen.any():
        inside = shares[:, first[0] : first[-1]]
        starts = first[:-1][seen] - first[0]
        low[:, seen] = np.fmin(low[:, seen], np.minimum.reduceat(inside, starts, axis=1))
        high[:, seen] = np.fmax(high[:, seen], np.maximum.reduceat(inside, starts, axis=1))
        mean[:, seen] = np.add.reduceat(inside, starts, axis=1) / count[seen]
        label[seen] = _most_frequent(track.label[first[0] : first[-1]], count)[seen]
    return Columns(low, mean, high, label.astype(np.int64), joined)


def _at_edges(
    track: Track, shares: NDArray[np.float32], edges: NDArray[np.floating], first: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Returns (7, W + 1) shares at the borders, NaN in gaps, and (W + 1,) whether there are any.

    Joined faces are interpolated. The last face before a gap holds for the time of a frame.
    """
    values = np.full((len(EMOTIONS), len(edges)), np.nan)
    total = len(track.times)
    if total == 0:
        return values, np.zeros(len(edges), bool)
    before, after = np.maximum(first - 1, 0), np.minimum(first, total - 1)
    started = first > 0
    between = started & (first < total) & track.joined[after]
    held = started & ~between & (edges < track.times[before] + track.period_s)
    start, end = before[between], after[between]
    share = (edges[between] - track.times[start]) / (track.times[end] - track.times[start])
    values[:, between] = shares[:, start] * (1 - share) + shares[:, end] * share
    values[:, held] = shares[:, before[held]]
    return values, between | held


def _most_frequent(label: NDArray[np.int8], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns (W,) the most frequent label of each column. A column without labels may have any value."""
    kinds = len(EMOTIONS) + 1
    place = np.repeat(np.arange(len(count)), count) * kinds + (label.astype(np.int64) - UNCERTAIN_INDEX)
    return (
        np.bincount(place, minlength=len(count) * kinds).reshape(-1, kinds).argmax(axis=1) + UNCERTAIN_INDEX
    )
