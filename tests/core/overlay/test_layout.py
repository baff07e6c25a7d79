from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence

import pytest

from fer_desktop.core.overlay import drawing
from fer_desktop.core.overlay.layout import LabelSpot, LayoutRules, MeasuredFace, Placement, lay_out
from fer_desktop.core.overlay.rectangle import Rectangle, Size
from fer_desktop.core.types import Box
from tests.support.results import make_face

AREA = Rectangle(0, 0, 640, 360)
LABEL, BARS = Size(60, 16), Size(90, 100)
RULES = drawing.RULES
EVERY_RULE = LayoutRules(tuple(LabelSpot), label_gap=2, bars_around_both=True, max_hidden=0.1, many_faces=4)


def measured(
    box: Rectangle, id: int = 1, label: Size | None = LABEL, bars: Size | None = BARS, gap: float = 4
) -> MeasuredFace:
    face = make_face(Box(box.left, box.top, box.width, box.height), id=id)
    return MeasuredFace(face, box, label, bars, gap)


def is_inside(place: Rectangle, area: Rectangle) -> bool:
    return (
        area.left <= place.left
        and area.top <= place.top
        and place.right <= area.right
        and place.bottom <= area.bottom
    )


def row_of_faces(count: int, side: float = 40, step: float = 100) -> list[MeasuredFace]:
    return [measured(Rectangle(20 + step * place, 150, side, side), id=place) for place in range(count)]


# Where a face is on the drawing surface.


def test_a_box_is_scaled_and_moved_with_the_picture() -> None:
    placement = Placement(Rectangle(50, 10, 400, 300), (80, 60))
    assert placement.rectangle(Box(10, 20, 20, 30)) == Rectangle(100, 110, 100, 150)


def test_a_mirrored_box_is_at_the_other_side() -> None:
    placement = Placement(Rectangle(50, 10, 400, 300), (80, 60), mirrored=True)
    assert placement.rectangle(Box(10, 20, 20, 30)) == Rectangle(300, 110, 100, 150)


def test_only_the_part_in_the_frame_is_shown() -> None:
    placement = Placement(AREA, (640, 360))
    assert placement.rectangle(Box(-10, 340, 30, 40)) == Rectangle(0, 340, 20, 20)
    assert placement.rectangle(Box(-50, -50, 40, 40)).is_empty


# Places.


@pytest.mark.parametrize("rules", [RULES, EVERY_RULE])
def test_every_plate_stays_inside_the_area(rules: LayoutRules) -> None:
    generator = random.Random(3)
    area = Rectangle(30, 20, 500, 400)
    for _ in range(200):
        faces = [
            measured(Rectangle(generator.uniform(30, 480), generator.uniform(20, 370), side, side), id=number)
            for number in range(generator.randint(1, 6))
            for side in [generator.uniform(5, 50)]
        ]
        for item, layout in zip(faces, lay_out(faces, area, rules), strict=True):
            assert layout.box == item.box
            assert layout.label is not None
            assert (layout.label.width, layout.label.height) == (LABEL.width, LABEL.height)
            for plate in (layout.label, layout.bars):
                assert plate is None or is_inside(plate, area)


@pytest.mark.parametrize("rules", [RULES, dataclasses.replace(EVERY_RULE, many_faces=None)])
def test_plates_keep_off_all_faces_and_each_other_where_there_is_room(rules: LayoutRules) -> None:
    faces = row_of_faces(5)
    layouts = lay_out(faces, AREA, rules)
    parts = [part for layout in layouts for part in (layout.box, layout.label, layout.bars)]
    assert None not in parts
    rectangles = [part for part in parts if part is not None]
    for number, part in enumerate(rectangles):
        assert all(part.overlap(other) == 0 for other in rectangles[number + 1 :])


def test_plates_keep_off_what_is_to_be_kept_free() -> None:
    face = measured(Rectangle(200, 150, 80, 80))
    (before,) = lay_out([face], AREA, RULES)
    assert before.label is not None
    assert before.bars is not None
    (after,) = lay_out([face], AREA, RULES, keep_free=[before.label, before.bars])
    for plate in (after.label, after.bars):
        assert plate is not None
        assert plate.overlap(before.label) == plate.overlap(before.bars) == 0


@pytest.mark.parametrize(
    ("spot", "corner"),
    [
        (LabelSpot.ABOVE_LEFT, (200, 131)),
        (LabelSpot.ABOVE_RIGHT, (220, 131)),
        (LabelSpot.BELOW_LEFT, (200, 233)),
        (LabelSpot.BELOW_RIGHT, (220, 233)),
        (LabelSpot.INSIDE, (200, 150)),
    ],
)
def test_a_label_goes_to_a_spot_of_the_rules(spot: LabelSpot, corner: tuple[float, float]) -> None:
    rules = LayoutRules((spot,), label_gap=3)
    (layout,) = lay_out([measured(Rectangle(200, 150, 80, 80))], AREA, rules)
    assert layout.label == Rectangle(*corner, 60, 16)


@pytest.mark.parametrize("spot", [spot for spot in LabelSpot if spot is not LabelSpot.INSIDE])
def test_of_free_spots_the_first_one_is_taken(spot: LabelSpot) -> None:
    """A label inside the box covers the face, so that every other spot is better."""
    face = measured(Rectangle(200, 150, 80, 80))
    (alone,) = lay_out([face], AREA, LayoutRules((spot,)))
    (first,) = lay_out([face], AREA, LayoutRules((LabelSpot.INSIDE, spot, *LabelSpot)))
    assert first.label == alone.label


def test_a_label_goes_to_the_next_spot_where_the_first_one_is_taken() -> None:
    above = Rectangle(190, 100, 100, 50)
    (layout,) = lay_out([measured(Rectangle(200, 150, 80, 80))], AREA, RULES, keep_free=[above])
    assert layout.label == Rectangle(200, 230, 60, 16)


@pytest.mark.parametrize(
    ("box", "corner"),
    [
        (Rectangle(200, 150, 80, 80), (284, 150)),  # right
        (Rectangle(540, 150, 80, 80), (446, 150)),  # left
        (Rectangle(0, 20, 640, 80), (0, 104)),  # below
        (Rectangle(0, 250, 640, 80), (0, 146)),  # above
    ],
)
def test_bars_stand_right_left_below_or_above(box: Rectangle, corner: tuple[float, float]) -> None:
    (layout,) = lay_out([measured(box, label=None)], AREA, EVERY_RULE)
    assert layout.bars == Rectangle(*corner, 90, 100)


def test_bars_stand_beside_box_and_label_together_or_beside_one_of_the_two() -> None:
    face = measured(Rectangle(200, 150, 30, 30))
    rules = LayoutRules((LabelSpot.ABOVE_LEFT,))
    (apart,) = lay_out([face], AREA, rules)
    (together,) = lay_out([face], AREA, dataclasses.replace(rules, bars_around_both=True))
    assert apart.bars == Rectangle(234, 150, 90, 100)
    assert together.bars == Rectangle(264, 134, 90, 100)


# Order.


def test_the_layouts_are_in_the_order_of_the_faces_and_earlier_plates_are_kept() -> None:
    faces = row_of_faces(5)
    layouts = lay_out(faces, AREA, RULES)
    assert [layout.box for layout in layouts] == [item.box for item in faces]
    assert layouts[0].label == lay_out(faces[:1], AREA, RULES)[0].label


def test_all_labels_come_before_all_bars() -> None:
    faces = row_of_faces(3, step=60)
    without = [dataclasses.replace(item, bars=None) for item in faces]
    labels = [layout.label for layout in lay_out(faces, AREA, RULES)]
    assert labels == [layout.label for layout in lay_out(without, AREA, RULES)]


# What is left out.


def test_plates_that_are_not_wanted_are_not_laid_out() -> None:
    (layout,) = lay_out([measured(Rectangle(200, 150, 80, 80), label=None, bars=None)], AREA, RULES)
    assert (layout.label, layout.bars) == (None, None)


@pytest.mark.parametrize("bars", [Size(641, 10), Size(10, 361)])
def test_bars_larger_than_the_area_are_left_out(bars: Size) -> None:
    (layout,) = lay_out([measured(Rectangle(200, 150, 80, 80), bars=bars)], AREA, RULES)
    assert layout.bars is None
    assert layout.label is not None


@pytest.mark.parametrize(("max_hidden", "shown"), [(None, True), (0.51, True), (0.49, False)])
def test_bars_are_left_out_where_they_would_hide_too_much(max_hidden: float | None, shown: bool) -> None:
    """The plate, 100 wide, is in an area of 100 whose left half is the face."""
    face = measured(Rectangle(0, 0, 50, 100), label=None, bars=Size(100, 100))
    rules = dataclasses.replace(RULES, max_hidden=max_hidden)
    (layout,) = lay_out([face], Rectangle(0, 0, 100, 100), rules)
    assert (layout.bars is not None) is shown


def ids_with_bars(faces: Sequence[MeasuredFace], rules: LayoutRules, selected: int | None) -> list[int]:
    layouts = lay_out(faces, AREA, rules, selected=selected)
    return [item.face.id for item, layout in zip(faces, layouts, strict=True) if layout.bars is not None]


@pytest.mark.parametrize(
    ("count", "selected", "shown"),
    [
        (3, None, [0, 1, 2]),
        (3, 1, [0, 1, 2]),
        (4, 1, [1]),
        (4, None, [2]),
        (4, 99, [2]),
    ],
)
def test_among_many_faces_only_the_selected_or_the_largest_one_has_bars(
    count: int, selected: int | None, shown: list[int]
) -> None:
    faces = row_of_faces(count, step=150)
    faces[2] = measured(Rectangle(320, 150, 50, 50), id=2)
    assert ids_with_bars(faces, EVERY_RULE, selected) == shown
    everybody = dataclasses.replace(EVERY_RULE, many_faces=None)
    assert ids_with_bars(faces, everybody, selected) == list(range(count))
