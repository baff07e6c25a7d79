from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.exports.episodes import episodes, frame_spans
from tests.support.tracks import LETTERS, stored_of


def runs_of(track: str, pts_s: list[float] | None = None) -> list[tuple[str, float, float, int]]:
    stored = stored_of(track, pts_s=pts_s)
    return [
        (run.label, round(run.start_s, 6), round(run.end_s, 6), run.frames)
        for run in episodes(stored, 1, frame_spans(stored))
    ]


def test_a_label_lasts_until_another_or_none() -> None:
    assert runs_of("hhs uhh") == [
        ("happiness", 0.0, 0.2, 2),
        ("sadness", 0.2, 0.3, 1),
        ("uncertain", 0.4, 0.5, 1),
        ("happiness", 0.5, 0.7, 2),
    ]


def test_a_gap_in_the_frames_ends_an_episode_after_a_usual_frame() -> None:
    assert runs_of("hhhhh", [0.0, 0.1, 0.2, 1.0, 1.1]) == [
        ("happiness", 0.0, 0.3, 3),
        ("happiness", 1.0, 1.2, 2),
    ]


def test_a_step_of_half_a_second_is_no_gap_at_any_rate() -> None:
    assert runs_of("hhhh", [0.0, 0.04, 0.54, 0.58]) == [("happiness", 0.0, 0.62, 4)]


def test_steps_of_a_second_are_no_gaps_when_they_are_usual() -> None:
    assert runs_of("hhh", [0.0, 1.0, 2.0]) == [("happiness", 0.0, 3.0, 3)]


def test_a_single_frame_lasts_as_the_source_says() -> None:
    assert runs_of("h", [5.0]) == [("happiness", 5.0, 5.1, 1)]


def test_without_frames_there_are_no_spans() -> None:
    spans = frame_spans(stored_of(""))
    assert len(spans.start_s) == len(spans.end_s) == len(spans.ends_in_gap) == 0


TRACKS = st.text(alphabet=[*LETTERS, " "], min_size=1, max_size=60)


@given(TRACKS, st.data())
def test_episodes_share_out_the_time_in_the_picture(track: str, data: st.DataObject) -> None:
    steps = data.draw(
        st.lists(st.floats(0.01, 3.0), min_size=len(track), max_size=len(track)), label="steps in seconds"
    )
    stored = stored_of(track, pts_s=np.cumsum(steps).tolist())
    spans = frame_spans(stored)
    runs = episodes(stored, 1, spans)
    seen = np.array([letter != " " for letter in track])
    assert sum(run.frames for run in runs) == seen.sum()
    assert sum(run.duration_s for run in runs) == pytest.approx((spans.end_s - spans.start_s)[seen].sum())
    assert all(run.end_s > run.start_s for run in runs)
    for run, following in itertools.pairwise(runs):
        assert run.end_s <= following.start_s
        assert run.end_s < following.start_s or run.label != following.label
