"""Faces keep their ids, come back under them, and move between detections."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_desktop.core.tracking.tracker import MEMORY_S, SURE_SCORE, FaceTracker, TrackedBox
from fer_desktop.core.types import Box, Detection

STEP_S = 0.1
SURE = (SURE_SCORE + 1) / 2
DOUBTFUL = SURE_SCORE / 2


def detection(x: float, y: float, side: float = 100, score: float = SURE) -> Detection:
    """A face with its centre at (x, y)."""
    return Detection(Box(x - side / 2, y - side / 2, side, side), score)


def ids(faces: list[TrackedBox]) -> list[int]:
    return [face.id for face in faces]


def test_a_face_keeps_its_id_while_it_moves() -> None:
    tracker = FaceTracker()
    seen = [ids(tracker.update([detection(100 + 30 * step, 200)], step * STEP_S)) for step in range(20)]
    assert seen == [[1]] * 20


def test_ids_count_up_and_are_not_used_again() -> None:
    tracker = FaceTracker()
    assert ids(tracker.update([detection(100, 100), detection(400, 100)], 0.0)) == [1, 2]
    assert ids(tracker.update([detection(100, 100)], 5.0)) == [1]
    assert ids(tracker.update([detection(100, 100), detection(400, 100)], 10.0)) == [1, 3]


def test_reset_numbers_from_one_and_forget_goes_on() -> None:
    tracker = FaceTracker()
    tracker.update([detection(100, 100)], 0.0)
    tracker.forget()
    assert tracker.ids == set()
    assert ids(tracker.update([detection(100, 100)], 1.0)) == [2]
    tracker.reset()
    assert ids(tracker.update([detection(100, 100)], 2.0)) == [1]


def test_only_faces_matched_now_are_returned_and_missed_ones_come_back() -> None:
    tracker = FaceTracker()
    tracker.update([detection(100, 100)], 0.0)
    assert tracker.update([], 0.1) == []
    assert tracker.carry(0.13) == []
    assert tracker.ids == {1}
    assert ids(tracker.update([detection(110, 100)], 0.6)) == [1]


def test_a_face_missed_for_longer_than_the_memory_is_a_new_one() -> None:
    tracker = FaceTracker()
    tracker.update([detection(100, 100)], 0.0)
    tracker.update([], 0.1)
    tracker.update([], MEMORY_S + 0.1)
    assert tracker.ids == set()
    assert ids(tracker.update([detection(100, 100)], MEMORY_S + 0.15)) == [2]


def test_a_moving_face_is_found_again_where_it_has_gone() -> None:
    tracker = FaceTracker()
    for step in range(6):
        tracker.update([detection(100 + 50 * step, 200)], step * STEP_S)
    for step in range(6, 10):
        tracker.update([], step * STEP_S)
    assert ids(tracker.update([detection(600, 200)], 10 * STEP_S)) == [1]


def test_a_detection_far_away_or_of_another_size_is_another_face() -> None:
    tracker = FaceTracker()
    tracker.update([detection(100, 100)], 0.0)
    assert ids(tracker.update([detection(260, 100)], 0.1)) == [2]
    assert ids(tracker.update([detection(260, 100, side=210)], 0.2)) == [3]


def test_a_doubtful_face_is_shown_at_its_second_detection() -> None:
    tracker = FaceTracker()
    tracker.update([], 0.0)
    assert tracker.update([detection(100, 100, score=DOUBTFUL)], 0.1) == []
    assert ids(tracker.update([detection(100, 100, score=DOUBTFUL)], 0.2)) == [1]


def test_a_doubtful_flash_is_never_shown_and_takes_no_id() -> None:
    tracker = FaceTracker()
    tracker.update([], 0.0)
    tracker.update([detection(100, 100, score=DOUBTFUL)], 0.1)
    assert tracker.update([], 0.2) == []
    assert tracker.update([detection(100, 100, score=DOUBTFUL)], 0.3) == []
    assert ids(tracker.update([detection(300, 300)], 0.4)) == [1]


@pytest.mark.parametrize("earlier_s", [None, 0.0])
def test_a_doubtful_face_is_shown_at_once_first_of_all_and_where_detections_are_rare(
    earlier_s: float | None,
) -> None:
    tracker = FaceTracker()
    if earlier_s is not None:
        tracker.update([], earlier_s)
    assert ids(tracker.update([detection(100, 100, score=DOUBTFUL)], 1.0)) == [1]


def test_boxes_are_carried_by_their_motion_between_detections() -> None:
    tracker = FaceTracker()
    for step in range(20):
        tracker.update([detection(100 + 20 * step, 200)], step * STEP_S)
    (start,) = tracker.carry(1.9)
    (later,) = tracker.carry(1.95)
    assert later.box.centre[0] - start.box.centre[0] == pytest.approx(10, abs=3)
    assert later.box.centre[1] == pytest.approx(200, abs=0.5)
    assert later.box.width == pytest.approx(100)


def test_carrying_is_bounded_however_long_no_detection_comes() -> None:
    tracker = FaceTracker()
    for step in range(20):
        tracker.update([detection(100 + 20 * step, 200)], step * STEP_S)
    (face,) = tracker.carry(60.0)
    assert face.box.centre[0] < 480 + 0.3 * 200 + 1


def test_the_same_time_twice_changes_nothing() -> None:
    tracker = FaceTracker()
    tracker.update([detection(100, 100)], 0.0)
    first = tracker.update([detection(104, 100)], 0.1)
    assert tracker.carry(0.1) == first
    assert tracker.update([detection(104, 100)], 0.1) == first


def test_steady_boxes_jitter_less_than_the_detections() -> None:
    noise = np.random.default_rng(0)
    tracker = FaceTracker()
    raw, steady = [], []
    for step in range(100):
        item = detection(300 + noise.normal(0, 3), 200 + noise.normal(0, 3), 100 + noise.normal(0, 4))
        (face,) = tracker.update([item], step * STEP_S)
        raw.append((*item.box.centre, item.box.width))
        steady.append((*face.box.centre, face.box.width))
    assert (np.diff(steady, axis=0).std(axis=0) < 0.5 * np.diff(raw, axis=0).std(axis=0)).all()
    assert np.mean(steady[20:], axis=0) == pytest.approx([300, 200, 100], abs=2)


def test_steady_boxes_follow_a_quick_face() -> None:
    tracker = FaceTracker()
    for step in range(20):
        (face,) = tracker.update([detection(100 + 20 * step, 200)], step * STEP_S)
    assert face.box.centre[0] == pytest.approx(480, abs=8)


@settings(max_examples=60, deadline=None)
@given(
    speeds=st.tuples(st.floats(0.5, 4), st.floats(-4, -0.5)),
    offset=st.floats(0, 1),
    sides=st.tuples(st.floats(80, 120), st.floats(80, 120)),
    step_s=st.sampled_from([1 / 30, 0.1, 0.125]),
    phase_s=st.floats(0, 0.1),
    seed=st.integers(0, 1000),
)
def test_faces_that_cross_keep_their_ids(
    speeds: tuple[float, float],
    offset: float,
    sides: tuple[float, float],
    step_s: float,
    phase_s: float,
    seed: int,
) -> None:
    """Two faces pass each other at constant speeds, in sides per second, detected to 1 % of a side."""
    noise = np.random.default_rng(seed)
    tracker = FaceTracker()
    for step in range(math.ceil(3.0 / step_s)):
        elapsed = step * step_s + phase_s - 1.5
        faces_now = [
            detection(2000 + 100 * speed * elapsed + noise.normal(), 500 + 100 * offset * row, side)
            for row, (speed, side) in enumerate(zip(speeds, sides, strict=True))
        ]
        faces = tracker.update(faces_now if step % 2 == 0 else faces_now[::-1], step * step_s)
    positions = {face.id: face.box.centre[0] for face in faces}
    assert set(positions) == {1, 2}
    assert positions[1] > positions[2]


@settings(max_examples=40, deadline=None)
@given(hidden_s=st.floats(0.1, 0.5), speed=st.floats(0.5, 2))
def test_a_face_hidden_behind_another_comes_back_under_its_id(hidden_s: float, speed: float) -> None:
    tracker = FaceTracker()
    for step in range(40):
        elapsed = step * STEP_S - 2.0
        front, behind = detection(1000, 500), detection(1000 + 100 * speed * elapsed, 500)
        hidden = abs(elapsed) < hidden_s / 2
        faces = tracker.update([front] if hidden else [front, behind], step * STEP_S)
    assert {face.id: round(face.box.centre[0], -2) for face in faces}[1] == 1000
    assert set(ids(faces)) == {1, 2}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_comes_ids_are_unique_and_only_rise(data: st.DataObject) -> None:
    tracker = FaceTracker()
    time_s, newest = 0.0, 0
    known: set[int] = set()
    for _ in range(data.draw(st.integers(1, 15))):
        time_s += data.draw(st.floats(0, 1))
        boxes = data.draw(
            st.lists(
                st.tuples(st.floats(0, 500), st.floats(0, 500), st.floats(20, 200), st.floats(0, 1)),
                max_size=5,
            )
        )
        faces = tracker.update([detection(*box) for box in boxes], time_s)
        assert len(faces) <= len(boxes)
        assert len(set(ids(faces))) == len(faces)
        for new in sorted(set(ids(faces)) - known):
            assert new > newest
            newest = new
        known |= set(ids(faces))
        assert all(
            math.isfinite(value) for face in faces for value in (face.box.x, face.box.y, face.box.width)
        )
