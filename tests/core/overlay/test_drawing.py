from __future__ import annotations

import cv2
import numpy as np
import pytest

from fer_desktop.core import emotions
from fer_desktop.core.overlay.drawing import draw_result
from fer_desktop.core.overlay.style import OverlayStyle
from fer_desktop.core.types import Box, Image
from tests.support.results import make_face, make_result

LABELS = OverlayStyle(boxes=False, bars=False)
BARS = OverlayStyle(boxes=False, labels=False)
BOXES = OverlayStyle(labels=False, bars=False)


def plain(width: int = 640, height: int = 360, grey: int = 128) -> Image:
    return np.full((height, width, 3), grey, np.uint8)


def changed_area(before: Image, after: Image) -> tuple[int, int, int, int]:
    """Left, top, width and height of what was drawn."""
    return cv2.boundingRect((before != after).any(axis=2).astype(np.uint8))


def pixels_of(image: Image, emotion: str) -> int:
    return int((image == emotions.by_name(emotion).bgr).all(axis=2).sum())


def test_the_picture_given_is_never_written_to() -> None:
    image = plain()
    image.flags.writeable = False
    drawn = draw_result(image, make_result([make_face(Box(200, 100, 80, 80))]), OverlayStyle(blur=True))
    assert drawn is not image
    assert (image == 128).all()


def test_nothing_is_drawn_without_faces() -> None:
    np.testing.assert_array_equal(draw_result(plain(), make_result()), plain())


def test_a_box_beyond_the_frame_is_left_out() -> None:
    result = make_result([make_face(Box(-200, -200, 80, 80))])
    np.testing.assert_array_equal(draw_result(plain(), result, OverlayStyle(blur=True)), plain())


@pytest.mark.parametrize("style", [BOXES, LABELS, BARS])
def test_each_part_can_be_drawn_alone_and_shows_the_colour_of_the_emotion(style: OverlayStyle) -> None:
    drawn = draw_result(plain(), make_result([make_face(Box(200, 100, 80, 80), emotion="anger")]), style)
    assert pixels_of(drawn, "anger") > 30


def test_no_part_is_drawn_when_all_are_off() -> None:
    nothing = OverlayStyle(boxes=False, labels=False, bars=False)
    drawn = draw_result(plain(), make_result([make_face(Box(200, 100, 80, 80))]), nothing)
    np.testing.assert_array_equal(drawn, plain())


def test_an_uncertain_face_has_no_emotions_colour() -> None:
    face = make_face(Box(200, 100, 80, 80), label=None)
    drawn = draw_result(plain(), make_result([face]), OverlayStyle(bars=False))
    assert not any(pixels_of(drawn, name) for name in emotions.EMOTIONS)
    assert (drawn != plain()).any()


def test_bars_are_as_long_as_the_probabilities() -> None:
    faces = [make_face(Box(200, 100, 80, 80), emotion="sadness", share=share) for share in (0.4, 0.8)]
    short, long = (pixels_of(draw_result(plain(), make_result([face]), BARS), "sadness") for face in faces)
    assert long == pytest.approx(2 * short, rel=0.05)


@pytest.mark.parametrize("style", [LABELS, BARS])
@pytest.mark.parametrize("place", [(-30, -30), (590, -30), (-30, 310), (590, 310), (0, 150), (590, 150)])
def test_labels_and_bars_are_whole_at_the_edges(style: OverlayStyle, place: tuple[int, int]) -> None:
    def drawn_size(box: Box) -> tuple[int, int]:
        drawn = draw_result(plain(), make_result([make_face(box)]), style)
        return changed_area(plain(), drawn)[2:]

    at_edge = Box(*place, 80, 80)
    seen = at_edge.clipped(640, 360)
    assert drawn_size(at_edge) == drawn_size(Box(300, 150, seen.width, seen.height))


def test_a_box_at_the_edge_is_closed_inside_the_frame() -> None:
    drawn = draw_result(plain(), make_result([make_face(Box(-20, -20, 100, 100))]), BOXES)
    colour = (drawn == emotions.by_name("happiness").bgr).all(axis=2)
    left, top, width, height = cv2.boundingRect(colour.astype(np.uint8))
    assert 0 <= left < 6
    assert 0 <= top < 6
    assert (left + width, top + height) == pytest.approx((80, 80), abs=4)
    assert colour[height // 2, : left + 3].any(), "the left side is drawn"


def test_labels_and_bars_keep_off_the_other_faces() -> None:
    boxes = [Box(60 + 120 * number, 150, 70, 70) for number in range(5)]
    result = make_result([make_face(box, id=number) for number, box in enumerate(boxes)])
    drawn = draw_result(plain(), result, OverlayStyle(boxes=False))
    for box in boxes:
        face = drawn[int(box.y) + 2 : int(box.y) + 68, int(box.x) + 2 : int(box.x) + 68]
        assert (face == 128).all()


@pytest.mark.parametrize("grey", [0, 255])
def test_labels_stand_out_from_light_and_dark_pictures(grey: int) -> None:
    image = plain(grey=grey)
    drawn = draw_result(image, make_result([make_face(Box(200, 100, 80, 80))]), LABELS)
    left, top, width, height = changed_area(image, drawn)
    plate = cv2.cvtColor(drawn[top : top + height, left : left + width], cv2.COLOR_BGR2GRAY)
    assert np.median(plate) < 130, "a dark plate"
    assert plate.max() > 240, "with white text"


def test_text_and_lines_grow_with_the_frame() -> None:
    areas = []
    for scale in (1, 4):
        image = plain(640 * scale, 360 * scale)
        face = make_face(Box(200 * scale, 100 * scale, 80 * scale, 80 * scale))
        _, _, width, height = changed_area(image, draw_result(image, make_result([face]), LABELS))
        areas.append((width, height))
    assert areas[1] == pytest.approx((4 * areas[0][0], 4 * areas[0][1]), rel=0.1)


@pytest.mark.parametrize(("width", "height"), [(160, 120), (64, 48), (33, 21), (1, 1), (3840, 2160)])
def test_every_size_of_frame_can_be_drawn(width: int, height: int) -> None:
    box = Box(width * 0.3, height * 0.2, max(1, height * 0.4), max(1, height * 0.4))
    drawn = draw_result(plain(width, height), make_result([make_face(box)]), OverlayStyle(blur=True))
    assert drawn.shape == (height, width, 3)
    assert drawn.dtype == np.uint8


def test_a_name_stands_in_place_of_the_number() -> None:
    result = make_result([make_face(Box(200, 100, 80, 80), id=3)])
    unnamed, named, same = (
        draw_result(plain(), result, LABELS, names) for names in ({}, {3: "Josephine"}, {3: "#3"})
    )
    assert changed_area(plain(), named)[2] > changed_area(plain(), unnamed)[2] + 40
    assert (same == unnamed).all()
