from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.results.faces import UNCERTAIN_INDEX, FaceTable
from fer_desktop.ui.analysis.lane_columns import ABSENT, columns_of
from fer_desktop.ui.analysis.lane_raster import FILLS, LaneRaster, stacked
from fer_desktop.ui.analysis.lane_track import Track, tracks_of
from tests.support.timelines import MARKERS, analysis

HAPPINESS = index_of("happiness")


def track_of(times: Sequence[float], shares: np.ndarray, frames: Sequence[int] | None = None) -> Track:
    """One person with these shares (N, 7) at these times of frames (all of them when nothing is said)."""
    count = len(times)
    positions = np.arange(count) if frames is None else np.array(frames)
    pts_s = np.arange(int(positions.max()) + 1 if count else 0, dtype=float)
    pts_s[positions] = times
    table = replace(
        FaceTable.of([]),
        pts_s=pts_s,
        label=np.zeros(count, np.int8),
        smoothed=shares.astype(np.float32),
        probabilities=shares.astype(np.float32),
    )
    return Track(table, np.arange(count), positions, 1.0)


def make_shares(count: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).random((count, len(EMOTIONS)))
    return values / values.sum(axis=1, keepdims=True)


@settings(deadline=None, max_examples=60)
@given(count=st.integers(1, 300), width=st.integers(1, 80), seed=st.integers(0, 9), late=st.floats(0, 0.9))
def test_columns_keep_every_extreme(count: int, width: int, seed: int, late: float) -> None:
    shares = make_shares(count, seed).astype(np.float32)
    track = track_of(list(np.arange(float(count))), shares)
    edges = np.linspace(late * count, count, width + 1)
    columns = columns_of(track, edges, smoothed=True)
    for column in range(width):
        inside = shares[(track.times >= edges[column]) & (track.times < edges[column + 1])]
        if len(inside):
            assert (columns.low[:, column] <= inside.min(axis=0)).all()
            assert (columns.high[:, column] >= inside.max(axis=0)).all()
            np.testing.assert_allclose(columns.mean[:, column], inside.mean(axis=0), rtol=1e-4)
    assert np.nanmin(columns.low) >= shares.min() - 1e-6
    assert np.nanmax(columns.high) <= shares.max() + 1e-6


def test_between_two_frames_runs_a_line() -> None:
    shares = np.zeros((2, len(EMOTIONS)))
    shares[1, HAPPINESS] = 1.0
    columns = columns_of(track_of([0, 1], shares), np.linspace(0, 1, 11), smoothed=True)
    np.testing.assert_allclose(columns.mean[HAPPINESS, 1:], np.arange(1, 10) / 10 + 0.05, atol=1e-6)
    assert columns.joined[1:-1].all()


def test_a_frame_without_the_person_is_a_gap() -> None:
    track = track_of([0, 1, 3, 4], make_shares(4), frames=[0, 1, 3, 4])
    columns = columns_of(track, np.arange(0, 5.25, 0.25), smoothed=True)
    assert track.joined.tolist() == [False, True, False, True]
    middles = np.arange(0, 5, 0.25) + 0.125
    np.testing.assert_array_equal(np.isnan(columns.mean).all(axis=0), (middles > 2) & (middles < 3))
    np.testing.assert_array_equal(columns.label == ABSENT, (middles > 2) & (middles < 3))
    np.testing.assert_array_equal(np.isnan(columns.low), np.isnan(columns.mean))


def test_a_long_time_between_two_frames_is_a_gap_a_shorter_one_is_not() -> None:
    assert track_of([0, 1, 3.9, 7], make_shares(4)).joined.tolist() == [False, True, True, False]


def test_a_person_of_one_frame_is_seen_for_as_long_as_the_frame() -> None:
    columns = columns_of(track_of([2.0], make_shares(1)), np.arange(0, 5, 0.5), smoothed=True)
    assert np.flatnonzero(columns.label != ABSENT).tolist() == [4, 5]


def test_nobody_gives_empty_columns() -> None:
    columns = columns_of(track_of([], make_shares(0)), np.arange(4.0), smoothed=True)
    assert np.isnan(columns.mean).all()
    assert (columns.label == ABSENT).all()


def test_a_column_has_the_label_that_is_most_frequent_in_it() -> None:
    track = track_of(list(np.arange(6.0)), make_shares(6))
    track.label = np.array([2, 2, UNCERTAIN_INDEX, UNCERTAIN_INDEX, UNCERTAIN_INDEX, 6], np.int8)
    assert columns_of(track, np.array([0.0, 3, 6]), smoothed=True).label.tolist() == [2, UNCERTAIN_INDEX]


def test_the_stack_fills_everything_and_is_empty_in_a_gap() -> None:
    track = track_of([0, 1, 3], make_shares(3), frames=[0, 1, 3])
    columns = columns_of(track, np.arange(0, 4.5, 0.5), smoothed=True)
    sums = stacked(columns.mean)
    gap = columns.label == ABSENT
    np.testing.assert_allclose(sums[-1, ~gap], 1.0)
    assert (np.diff(sums[:, ~gap], axis=0) >= 0).all()
    raster = LaneRaster(50, len(gap), 1.0)
    raster.draw_stack(columns, 0, 50)
    assert np.isin(raster.numbers[:, ~gap], list(FILLS)).all()
    assert not raster.numbers[:, gap].any()


def test_shares_that_were_read_are_kept_while_the_table_grows() -> None:
    whole = analysis()
    before = tracks_of(analysis(until=8.0), {})
    kept = before[1].shares(True)
    after = tracks_of(whole, before)
    np.testing.assert_array_equal(after[1].shares(True), tracks_of(whole, {})[1].shares(True))
    np.testing.assert_array_equal(after[1].shares(True)[:, : kept.shape[1]], kept)
    same = tracks_of(replace(whole, markers=MARKERS), after)
    assert same[1].shares(True) is after[1].shares(True)


def test_shares_of_a_track_that_another_person_has_joined_are_read_anew() -> None:
    stored = analysis([(1, 5.0, 10.0), (2, 0.0, 5.0)])
    before = tracks_of(stored, {})
    before[1].shares(True)
    merged = stored.with_people(stored.people.merged(1, 2, stored.table))
    after = tracks_of(merged, before)
    assert list(after) == [1]
    assert after[1].shares(True).shape == (len(EMOTIONS), merged.table.faces)
