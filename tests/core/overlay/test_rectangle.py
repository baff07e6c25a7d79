from __future__ import annotations

import pytest

from fer_desktop.core.overlay.rectangle import Rectangle

AREA = Rectangle(10, 20, 100, 50)


@pytest.mark.parametrize(
    ("other", "area"),
    [
        (Rectangle(0, 0, 20, 30), 100),
        (Rectangle(20, 30, 5, 5), 25),
        (Rectangle(110, 20, 10, 10), 0),
        (Rectangle(-500, -500, 10, 10), 0),
    ],
)
def test_the_overlap_is_the_area_that_both_cover(other: Rectangle, area: float) -> None:
    assert AREA.overlap(other) == other.overlap(AREA) == area


def test_the_union_holds_both() -> None:
    assert AREA.united(Rectangle(0, 60, 20, 30)) == Rectangle(0, 20, 110, 70)


@pytest.mark.parametrize(
    ("place", "corner"),
    [
        ((50, 40), (50, 40)),
        ((0, 0), (10, 20)),
        ((105, 65), (90, 60)),
    ],
)
def test_a_rectangle_moves_no_further_than_it_must(
    place: tuple[float, float], corner: tuple[float, float]
) -> None:
    assert Rectangle(*place, 20, 10).moved_inside(AREA) == Rectangle(*corner, 20, 10)


def test_what_is_too_large_begins_at_the_top_left() -> None:
    assert Rectangle(50, 40, 200, 100).moved_inside(AREA) == Rectangle(10, 20, 200, 100)


def test_rectangles_side_by_side_stay_so_on_pixels() -> None:
    left, right = Rectangle(0.6, 0.2, 1.7, 2.7).on_pixels(), Rectangle(2.3, 0.2, 1.4, 2.7).on_pixels()
    assert left == Rectangle(1, 0, 1, 3)
    assert left.right == right.left


@pytest.mark.parametrize(("size", "empty"), [((0, 5), True), ((5, 0), True), ((0.1, 0.1), False)])
def test_a_rectangle_without_area_is_empty(size: tuple[float, float], empty: bool) -> None:
    assert Rectangle(1, 1, *size).is_empty is empty
