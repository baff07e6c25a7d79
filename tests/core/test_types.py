from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core import emotions
from fer_desktop.core.paths import default_paths
from fer_desktop.core.types import Box
from tests.support.results import make_face

boxes = st.builds(Box, *(st.floats(-100, 100),) * 2, *(st.floats(1, 100),) * 2)


def test_iou_by_hand() -> None:
    assert Box(0, 0, 10, 10).iou(Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert Box(0, 0, 10, 10).iou(Box(10, 0, 10, 10)) == 0


@given(boxes, boxes)
def test_iou_is_a_share_and_symmetric(one: Box, other: Box) -> None:
    assert 0 <= one.iou(other) <= 1 + 1e-9
    assert one.iou(other) == pytest.approx(other.iou(one))
    assert one.iou(one) == pytest.approx(1)


@given(boxes)
def test_clipped_lies_inside(box: Box) -> None:
    clipped = box.clipped(64, 48)
    assert clipped.x >= 0
    assert clipped.y >= 0
    assert clipped.width >= 0
    assert clipped.height >= 0
    assert clipped.x + clipped.width <= 64
    assert clipped.y + clipped.height <= 48


@pytest.mark.parametrize(
    ("word", "name"), [("Happy", "happiness"), (" joy ", "happiness"), ("fear", "fear"), ("boredom", None)]
)
def test_synonyms(word: str, name: str | None) -> None:
    assert emotions.canonical_name(word) == name


def test_emotions_are_seven_with_a_colour_each() -> None:
    assert len(set(emotions.EMOTIONS)) == len({emotion.colour for emotion in emotions.ALL}) == 7
    assert emotions.by_name("anger").bgr == (0x00, 0x5E, 0xD5)
    with pytest.raises(KeyError):
        emotions.index_of("boredom")


def test_confidence_is_that_of_the_label_even_where_another_emotion_leads() -> None:
    box = Box(0, 0, 10, 10)
    assert make_face(box, emotion="fear", share=0.46, label="anger").confidence == pytest.approx(0.09)
    assert make_face(box, emotion="fear", share=0.3, label=None).confidence == 0.3


def test_assets_are_found() -> None:
    assert default_paths().assets.is_dir()
