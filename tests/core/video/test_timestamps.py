"""Presentation times out of what containers say."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.video.timestamps import PresentationTimes

MILLISECONDS = Fraction(1, 1000)


def times_of(ticks: list[tuple[int | None, int | None]], start: int | None = 0) -> list[float]:
    times = PresentationTimes(MILLISECONDS, start, period_s=0.04)
    return [times.next(pts, dts) for pts, dts in ticks]


def test_times_count_from_the_streams_start() -> None:
    assert times_of([(1400, None), (1440, None), (2000, None)], start=1400) == pytest.approx([0, 0.04, 0.6])


def test_without_a_start_they_count_from_the_first_time() -> None:
    assert times_of([(None, None), (1400, None), (1440, None)], start=None) == pytest.approx([0, 0.04, 0.08])
    assert times_of([(1400, None), (1440, None)], start=None) == pytest.approx([0, 0.04])


def test_a_first_frame_before_the_start_is_at_zero() -> None:
    assert times_of([(-80, None), (40, None)]) == pytest.approx([0, 0.04])


def test_a_missing_time_follows_by_a_period() -> None:
    assert times_of([(0, None), (None, None), (None, None), (500, None)]) == pytest.approx(
        [0, 0.04, 0.08, 0.5]
    )


def test_a_stream_without_any_time_runs_at_its_period() -> None:
    assert times_of([(None, None)] * 4, start=None) == pytest.approx([0, 0.04, 0.08, 0.12])


def test_a_repeated_time_does_not_stand_still() -> None:
    assert times_of([(0, None), (100, None), (100, None), (300, None)]) == pytest.approx([0, 0.1, 0.14, 0.3])


def test_times_that_start_again_go_on() -> None:
    assert times_of([(5000, None), (5040, None), (0, None), (40, None)]) == pytest.approx(
        [5, 5.04, 5.08, 5.12]
    )


def test_decoding_times_take_over_when_presentation_times_jump_about() -> None:
    """As H.264 in AVI comes out of FFmpeg: PTS in the order of the packets, DTS in that of showing."""
    ticks = [(40, 80), (120, 120), (160, 160), (80, 200), (280, 240), (240, 280), (200, 320)]

    assert times_of(ticks)[4:] == pytest.approx([0.24, 0.28, 0.32])


def test_presentation_times_win_while_both_rise() -> None:
    assert times_of([(10, 0), (50, 0), (90, 0)]) == pytest.approx([0.01, 0.05, 0.09])


tick = st.none() | st.integers(-(10**12), 10**12)


@given(st.lists(st.tuples(tick, tick), min_size=1, max_size=50), tick)
def test_whatever_a_container_says_times_rise_from_zero_or_later(
    ticks: list[tuple[int | None, int | None]], start: int | None
) -> None:
    times = times_of(ticks, start)

    assert times[0] >= 0
    assert all(earlier < later for earlier, later in pairwise(times))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50, unique=True).map(sorted))
def test_rising_times_are_kept_exactly(ticks: list[int]) -> None:
    assert times_of([(pts, None) for pts in ticks]) == [pts / 1000 for pts in ticks]
