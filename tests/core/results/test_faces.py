from __future__ import annotations

import numpy as np
import pytest

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.types import FrameResult


def test_a_table_gives_back_the_results_it_was_made_of(results: list[FrameResult]) -> None:
    table = FaceTable.of(results)
    assert (table.frames, table.faces) == (40, 50)
    for position, expected in enumerate(results):
        result = table.result(position)
        assert (result.index, result.pts_s, result.size) == (expected.index, expected.pts_s, expected.size)
        assert [(face.id, face.box, face.label) for face in result.faces] == [
            (face.id, face.box, face.label) for face in expected.faces
        ]
        for face, given in zip(result.faces, expected.faces, strict=True):
            assert face.smoothed == pytest.approx(given.smoothed, abs=1e-6)
            assert face.confidence == pytest.approx(given.confidence, abs=1e-6)


def test_the_confidence_is_that_of_the_faces(table: FaceTable) -> None:
    faces = [face for position in range(table.frames) for face in table.result(position).faces]
    assert table.confidence.tolist() == pytest.approx([face.confidence for face in faces])


def test_parts_joined_are_the_whole(results: list[FrameResult]) -> None:
    parts = FaceTable.joined([FaceTable.of(results[:7]), FaceTable.of([]), FaceTable.of(results[7:])])
    whole = FaceTable.of(results)
    for name in FaceTable.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


def test_a_frame_is_found_by_its_time(table: FaceTable) -> None:
    assert table.at(-0.01) is None
    assert table.at(0.0) == 0
    assert table.at(0.199) == 1
    assert table.at(0.2) == 2
    assert table.at(99.0) == 39


def test_nothing_is_a_table_too() -> None:
    empty = FaceTable.of([])
    assert (empty.frames, empty.faces, empty.at(1.0)) == (0, 0, None)
    assert empty.confidence.shape == (0,)
