"""Where the box, the label and the bars of each face go, for every renderer.

A renderer maps the boxes of the faces to its surface with a `Placement`, measures its labels and bars, calls
`lay_out`, and draws what that says. Renderers differ in units (pixels of the frame or of the window) and in
their `LayoutRules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from fer_desktop.core.overlay.rectangle import Rectangle, Size
from fer_desktop.core.types import Box, Face


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the picture is. area: on the drawing surface. size: (width, height) of the frame in pixels."""

    area: Rectangle
    size: tuple[int, int]
    mirrored: bool = False

    def rectangle(self, box: Box) -> Rectangle:
        """The part of a box inside the frame, on the drawing surface; empty for a box outside the frame."""
        width, height = self.size
        scale = self.area.width / width
        inside = box.clipped(width, height)
        left = width - inside.x - inside.width if self.mirrored else inside.x
        return Rectangle(
            self.area.left + left * scale,
            self.area.top + inside.y * scale,
            inside.width * scale,
            inside.height * scale,
        )


class LabelSpot(Enum):
    """A place of a label at its box. LEFT and RIGHT: the edges that label and box share."""

    ABOVE_LEFT = "above left"
    ABOVE_RIGHT = "above right"
    BELOW_LEFT = "below left"
    BELOW_RIGHT = "below right"
    INSIDE = "inside the upper left corner"


@dataclass(frozen=True, slots=True)
class LayoutRules:
    """What differs between renderers.

    label_spots: the places to try, in this order. label_gap: distance between a box and its label.
    bars_around_both: bars stand beside the rectangle around box and label. Otherwise they stand beside one
        of the two.
    max_hidden: bars are left out where more than this share of their plate would cover faces, labels or
        other bars, 0 to 1. None: they are never left out for that.
    many_faces: from this many faces on, only the selected face or the largest one has bars. None: all have.
    """

    label_spots: tuple[LabelSpot, ...]
    label_gap: float = 0.0
    bars_around_both: bool = False
    max_hidden: float | None = None
    many_faces: int | None = None


@dataclass(frozen=True, slots=True)
class MeasuredFace:
    """A face and the sizes of its plates.

    box: the face on the drawing surface. label, bars: None for a plate that is not wanted.
    bars_gap: distance between the bars' plate and what it stands beside.
    """

    face: Face
    box: Rectangle
    label: Size | None = None
    bars: Size | None = None
    bars_gap: float = 0.0


@dataclass(frozen=True, slots=True)
class FaceLayout:
    """Where the parts of a face go. label, bars: None where there is no plate."""

    box: Rectangle
    label: Rectangle | None
    bars: Rectangle | None


def lay_out(
    faces: Sequence[MeasuredFace],
    area: Rectangle,
    rules: LayoutRules,
    *,
    selected: int | None = None,
    keep_free: Iterable[Rectangle] = (),
) -> list[FaceLayout]:
    """Returns one layout for each face, in the same order.

    Labels and bars lie inside the area. Each goes to the place where it covers least of the faces, of the
    plates before it and of ``keep_free``; the first such place wins. All labels come before all bars.
    selected: the id of the face that has bars among many.
    """
    taken = [*keep_free, *(item.box for item in faces)]
    labels: list[Rectangle | None] = []
    for item in faces:
        label = _label_place(item, taken, area, rules)
        labels.append(label)
        taken += _present(label)
    with_bars = _faces_with_bars(faces, selected, rules)
    layouts = []
    for item, label in zip(faces, labels, strict=True):
        bars = _bars_place(item, label, taken, area, rules) if item.face.id in with_bars else None
        layouts.append(FaceLayout(item.box, label, bars))
        taken += _present(bars)
    return layouts


def _faces_with_bars(faces: Sequence[MeasuredFace], selected: int | None, rules: LayoutRules) -> set[int]:
    """The ids of the faces whose bars are shown."""
    ids = {item.face.id for item in faces}
    if rules.many_faces is None or len(faces) < rules.many_faces:
        return ids
    if selected in ids:
        return {selected}
    return {max(faces, key=lambda item: item.face.box.area).face.id}


def _label_place(
    item: MeasuredFace, taken: Sequence[Rectangle], area: Rectangle, rules: LayoutRules
) -> Rectangle | None:
    if item.label is None:
        return None
    box, size = item.box, item.label
    above, below = box.top - rules.label_gap - size.height, box.bottom + rules.label_gap
    right = box.right - size.width
    corners = {
        LabelSpot.ABOVE_LEFT: (box.left, above),
        LabelSpot.ABOVE_RIGHT: (right, above),
        LabelSpot.BELOW_LEFT: (box.left, below),
        LabelSpot.BELOW_RIGHT: (right, below),
        LabelSpot.INSIDE: (box.left, box.top),
    }
    return _best_place([corners[spot] for spot in rules.label_spots], size, taken, area)


def _bars_place(
    item: MeasuredFace,
    label: Rectangle | None,
    taken: Sequence[Rectangle],
    area: Rectangle,
    rules: LayoutRules,
) -> Rectangle | None:
    size = item.bars
    if size is None or size.width > area.width or size.height > area.height:
        return None
    anchors = [item.box, *_present(label)]
    if rules.bars_around_both and label is not None:
        anchors = [item.box.united(label)]
    corners = [corner for anchor in anchors for corner in _corners_beside(anchor, size, item.bars_gap)]
    place = _best_place(corners, size, taken, area)
    if rules.max_hidden is not None and _hidden(place, taken) > rules.max_hidden * size.width * size.height:
        return None
    return place


def _corners_beside(anchor: Rectangle, size: Size, gap: float) -> Iterator[tuple[float, float]]:
    """The top left corners of places right, left, below and above of an anchor."""
    yield anchor.right + gap, anchor.top
    yield anchor.left - gap - size.width, anchor.top
    yield anchor.left, anchor.bottom + gap
    yield anchor.left, anchor.top - gap - size.height


def _best_place(
    corners: Iterable[tuple[float, float]], size: Size, taken: Sequence[Rectangle], area: Rectangle
) -> Rectangle:
    """The first of the places, moved inside the area, that covers the least of what is taken."""
    places = [Rectangle(*corner, size.width, size.height).moved_inside(area) for corner in corners]
    return min(places, key=lambda place: _hidden(place, taken))


def _hidden(place: Rectangle, taken: Iterable[Rectangle]) -> float:
    return sum(place.overlap(other) for other in taken)


def _present(rectangle: Rectangle | None) -> list[Rectangle]:
    return [] if rectangle is None else [rectangle]
