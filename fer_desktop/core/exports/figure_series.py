"""Reduces a person's curves and labels to what a picture of a given width can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.exports.episodes import LABELS, FrameSpans, frames_of, rows_of_person
from fer_desktop.core.results import StoredAnalysis

ABSENT = -2
"""A value beside those of the column ``label``: the person is not in the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The curves and labels of one person between two times, in seconds of the source.

    time_s: (P,) rising. values: (P, 7), NaN where the curves are interrupted. spans: for each of LABELS its
    stretches as (start, length).
    """

    time_s: NDArray[np.float64]
    values: NDArray[np.float32]
    spans: dict[str, list[tuple[float, float]]]


def series(
    stored: StoredAnalysis,
    person_id: int,
    times: FrameSpans,
    span_s: tuple[float, float],
    *,
    bins: int,
) -> Series:
    """Returns every frame where there are few, else the smallest and largest value in each of ``bins``
    parts."""
    table = stored.table
    rows = rows_of_person(stored, person_id)
    frames = frames_of(table, rows)
    inside = (times.end_s[frames] > span_s[0]) & (times.start_s[frames] < span_s[1])
    rows, frames = rows[inside], frames[inside]
    values = table.smoothed[rows]
    time_s, curves = (
        _every_frame(frames, values, times)
        if len(rows) <= 2 * bins
        else _extremes(times.start_s[frames], values, span_s, bins)
    )
    return Series(time_s, curves, _label_spans(frames, table.label[rows], times, span_s, bins))


def _every_frame(
    frames: NDArray[np.int64], values: NDArray[np.float32], times: FrameSpans
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Returns the frames' values, held to the end of the last frame of each run, then NaN."""
    ends = np.flatnonzero(np.append((np.diff(frames) != 1) | times.ends_in_gap[frames[:-1]], True))[
        : len(frames)
    ]
    at = np.repeat(ends + 1, 2)
    end_s = times.end_s[frames[ends]]
    between = np.repeat(values[ends], 2, axis=0)
    between[1::2] = np.nan
    return np.insert(times.start_s[frames], at, np.repeat(end_s, 2)), np.insert(values, at, between, axis=0)


def _extremes(
    start_s: NDArray[np.float64], values: NDArray[np.float32], span_s: tuple[float, float], bins: int
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    edges = np.linspace(*span_s, bins + 1)
    number = np.clip(np.searchsorted(edges, start_s, side="right") - 1, 0, bins - 1)
    used, first = np.unique(number, return_index=True)
    curves = np.full((2 * bins, len(EMOTIONS)), np.nan, np.float32)
    curves[2 * used] = np.minimum.reduceat(values, first)
    curves[2 * used + 1] = np.maximum.reduceat(values, first)
    return np.repeat((edges[:-1] + edges[1:]) / 2, 2), curves


def _label_spans(
    frames: NDArray[np.int64],
    labels: NDArray[Any],
    times: FrameSpans,
    span_s: tuple[float, float],
    bins: int,
) -> dict[str, list[tuple[float, float]]]:
    """Returns the stretches of each label. The label of a part is the one in its middle."""
    edges = np.linspace(*span_s, bins + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    shown = np.full(bins, ABSENT)
    if len(frames):
        newest = np.searchsorted(times.start_s[frames], middles, side="right") - 1
        is_there = (newest >= 0) & (middles < times.end_s[frames[newest]])
        shown[is_there] = labels[newest[is_there]]
    starts = np.flatnonzero(np.diff(shown, prepend=shown[0] - 1))
    spans: dict[str, list[tuple[float, float]]] = {label: [] for label in LABELS}
    for start, end in zip(starts, [*starts[1:], bins], strict=True):
        if shown[start] != ABSENT:
            spans[LABELS[shown[start]]].append((float(edges[start]), float(edges[end] - edges[start])))
    return spans
