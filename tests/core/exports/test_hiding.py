from __future__ import annotations

import pytest

from fer_desktop.core.exports.hiding import boxes_to_hide
from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.types import Box
from tests.support.results import make_face, make_result


def table(*frames: tuple[float, dict[int, float]]) -> FaceTable:
    """Frames at times, with the left sides of the faces by id."""
    return FaceTable.of(
        [
            make_result(
                [make_face(Box(left, 0, 10, 10), id=face_id) for face_id, left in faces.items()],
                index=index,
                pts_s=pts_s,
            )
            for index, (pts_s, faces) in enumerate(frames)
        ]
    )


def lefts(table: FaceTable, pts_s: float) -> list[float]:
    return sorted(box.x for box in boxes_to_hide(table, pts_s))


def test_a_face_of_the_frame_is_hidden_where_it_is() -> None:
    faces = table((0.0, {1: 0.0}), (0.1, {1: 10.0, 2: 50.0}), (0.2, {1: 20.0, 2: 51.0}))
    assert lefts(faces, 0.1) == [10.0, 50.0]


def test_between_two_frames_it_is_hidden_on_all_of_its_way() -> None:
    faces = table((0.0, {1: 0.0}), (4.0, {1: 40.0}))
    assert lefts(faces, 1.0) == pytest.approx([0.0, 10.0, 40.0])


def test_a_face_that_was_missed_for_a_moment_stays_hidden() -> None:
    faces = table((0.0, {1: 0.0}), (0.5, {}), (1.0, {1: 10.0}))
    assert lefts(faces, 0.5) == pytest.approx([0.0, 5.0, 10.0])


def test_it_is_hidden_for_a_second_before_it_was_found_and_after() -> None:
    faces = table(*((step / 10, {1: 7.0} if 20 <= step <= 30 else {}) for step in range(60)))
    assert [lefts(faces, time_s) for time_s in (0.95, 1.0, 4.0, 4.05)] == [[], [7.0], [7.0], []]


def test_after_the_last_frame_the_last_boxes_hold() -> None:
    faces = table((0.0, {1: 3.0}))
    assert lefts(faces, 60.0) == [3.0]
    assert lefts(faces, 0.5) == [3.0]


def test_before_the_first_frame_its_boxes_hold() -> None:
    assert lefts(table((5.0, {1: 3.0})), 0.0) == [3.0]


def test_nothing_is_hidden_where_nothing_was_analysed() -> None:
    assert boxes_to_hide(FaceTable.of([]), 1.0) == []
