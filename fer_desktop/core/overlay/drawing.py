"""Draws a FrameResult into a picture: boxes, labels and probability bars, or blurred faces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fer_desktop.core import emotions
from fer_desktop.core.types import Box, Face, FrameResult, Image

FONT = cv2.FONT_HERSHEY_SIMPLEX
BLACK, WHITE, PLATE, TRACK = (0, 0, 0), (255, 255, 255), (32, 32, 32), (64, 64, 64)
PLATE_OPACITY = 0.62

# Heights of capital letters: the frame's shorter side sets the range, the face the place within it.
CAPITAL_OF_FRAME = (0.019, 0.045)
CAPITAL_OF_FACE = 0.11
SMALLEST_CAPITAL = 6

BLUR_MARGIN = 0.3
BLUR_CELLS = 6


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """Which parts are drawn. ``blur`` hides the faces below whatever else is drawn."""

    boxes: bool = True
    labels: bool = True
    bars: bool = True
    blur: bool = False


DEFAULT_STYLE = OverlayStyle()


@dataclass(frozen=True, slots=True)
class _Rectangle:
    """Whole pixels, right and bottom exclusive."""

    left: int
    top: int
    width: int
    height: int

    def overlap(self, other: _Rectangle) -> int:
        """The common area in pixels."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(width, 0) * max(height, 0)

    def moved_inside(self, width: int, height: int) -> _Rectangle:
        """The same size at the nearest place inside a frame that is large enough."""
        left = max(0, min(self.left, width - self.width))
        top = max(0, min(self.top, height - self.height))
        return _Rectangle(left, top, self.width, self.height)


@dataclass(frozen=True, slots=True)
class _Text:
    """A size of text in pixels."""

    capital: int

    @property
    def thickness(self) -> int:
        return max(1, round(self.capital / 14))

    @property
    def scale(self) -> float:
        return float(cv2.getFontScaleFromHeight(FONT, self.capital, self.thickness))

    @property
    def padding(self) -> int:
        return max(2, round(self.capital * 0.5))

    def width(self, text: str) -> int:
        return int(cv2.getTextSize(text, FONT, self.scale, self.thickness)[0][0])

    def draw(self, image: Image, text: str, left: int, baseline: int) -> None:
        """White with a dark outline, so that it stands out from any background."""
        outline = self.thickness + 2 * max(1, round(self.capital / 16))
        for colour, thickness in ((BLACK, outline), (WHITE, self.thickness)):
            cv2.putText(image, text, (left, baseline), FONT, self.scale, colour, thickness, cv2.LINE_AA)


def draw_result(
    image: Image,
    result: FrameResult,
    style: OverlayStyle = DEFAULT_STYLE,
    names: Mapping[int, str] | None = None,
) -> Image:
    """A copy of ``image``, (H, W, 3) BGR uint8, with the result drawn into it.

    names: by face id, what stands in the label in place of the id. They have to be short and in ASCII, since
    OpenCV has no other letters.

    Line widths and text follow the frame's shorter side and the size of the face. Labels and bars are
    moved until they lie inside the frame; bars keep off the faces where there is room.
    """
    canvas = blur_faces(image, result) if style.blur else image.copy()
    height, width = canvas.shape[:2]
    faces = [(face, _pixels(face.box, width, height)) for face in result.faces]
    faces = [(face, box) for face, box in faces if box.width > 0 and box.height > 0]
    taken = [box for _, box in faces]
    if style.boxes:
        for face, box in faces:
            _draw_box(canvas, face, box)
    labels = list(taken)
    if style.labels:
        for number, (face, box) in enumerate(faces):
            name = (names or {}).get(face.id, f"#{face.id}")
            labels[number] = _draw_label(canvas, face, name, box, taken)
            taken.append(labels[number])
    if style.bars:
        for (face, box), label in zip(faces, labels, strict=True):
            taken += _draw_bars(canvas, face, (box, label), taken)
    return canvas


def blur_faces(image: Image, result: FrameResult) -> Image:
    """A copy of ``image``, (H, W, 3) BGR uint8, in which every face of the result is unrecognisable."""
    return blur_boxes(image, [face.box for face in result.faces])


def blur_boxes(image: Image, boxes: Iterable[Box]) -> Image:
    """A copy of ``image``, (H, W, 3) BGR uint8, without detail in the boxes and a wide margin around them.

    Each is reduced to a few averaged cells, so the original pixels cannot be restored from the picture.
    """
    canvas = image.copy()
    height, width = canvas.shape[:2]
    for box in boxes:
        margin = BLUR_MARGIN * max(box.width, box.height)
        wide = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
        area = _pixels(wide, width, height)
        if area.width == 0 or area.height == 0:
            continue
        region = canvas[area.top : area.top + area.height, area.left : area.left + area.width]
        cell = max(area.width, area.height) / BLUR_CELLS
        cells = (max(1, round(area.width / cell)), max(1, round(area.height / cell)))
        averaged = cv2.resize(region, cells, interpolation=cv2.INTER_AREA)
        region[:] = cv2.resize(averaged, (area.width, area.height), interpolation=cv2.INTER_LINEAR)
    return canvas


def _pixels(box: Box, width: int, height: int) -> _Rectangle:
    inside = box.clipped(width, height)
    left, top = round(inside.x), round(inside.y)
    return _Rectangle(left, top, round(inside.x + inside.width) - left, round(inside.y + inside.height) - top)


def _colour(face: Face) -> tuple[int, int, int]:
    return WHITE if face.label is None else emotions.by_name(face.label).bgr


def _text_for(image: Image, box: _Rectangle) -> _Text:
    shorter = min(image.shape[:2])
    smallest, largest = (share * shorter for share in CAPITAL_OF_FRAME)
    capital = min(max(CAPITAL_OF_FACE * max(box.width, box.height), smallest), largest)
    return _Text(max(SMALLEST_CAPITAL, round(capital)))


def _draw_box(image: Image, face: Face, box: _Rectangle) -> None:
    line = max(1, round(min(image.shape[:2]) / 220))
    inset = line
    first = (box.left + inset, box.top + inset)
    last = (box.left + box.width - 1 - inset, box.top + box.height - 1 - inset)
    cv2.rectangle(image, first, last, BLACK, line + 2 * max(1, line // 2))
    cv2.rectangle(image, first, last, _colour(face), line)


def _draw_label(
    image: Image, face: Face, name: str, box: _Rectangle, taken: Sequence[_Rectangle]
) -> _Rectangle:
    """Above or below the box, or inside it where there is no room."""
    height, width = image.shape[:2]
    words = f"{name} uncertain"
    if face.label is not None:
        words = f"{name} {face.label} {face.confidence:.0%}"
    text = _text_for(image, box)
    while text.capital > 3 and text.width(words) + 3 * text.padding > width:
        text = _Text(text.capital - 1)
    swatch = text.padding
    size = (swatch + text.width(words) + 2 * text.padding, text.capital + 2 * text.padding)
    above, below, right = box.top - size[1], box.top + box.height, box.left + box.width - size[0]
    corners = [(box.left, above), (right, above), (box.left, below), (right, below)]
    plate = _best_place(corners, size, taken, (width, height))
    _draw_plate(image, plate)
    _fill(image, _Rectangle(plate.left, plate.top, swatch, plate.height), _colour(face))
    baseline = plate.top + text.padding + text.capital
    text.draw(image, words, plate.left + swatch + text.padding, baseline)
    return plate


def _draw_bars(
    image: Image, face: Face, beside: Sequence[_Rectangle], taken: Sequence[_Rectangle]
) -> list[_Rectangle]:
    """Seven named bars on a plate beside the box or its label; nothing in a frame too small to hold them."""
    height, width = image.shape[:2]
    text = _Text(max(SMALLEST_CAPITAL, round(_text_for(image, beside[0]).capital * 0.75)))
    row = round(text.capital * 1.7)
    names = max(text.width(name) for name in emotions.EMOTIONS)
    bar = text.capital * 7
    size = (names + bar + 3 * text.padding, row * len(emotions.EMOTIONS) + text.padding)
    if size[0] > width or size[1] > height:
        return []
    plate = _best_place(_corners_beside(beside, size), size, taken, (width, height))
    _draw_plate(image, plate)
    for position, (emotion, share) in enumerate(zip(emotions.ALL, face.smoothed, strict=True)):
        top = plate.top + text.padding // 2 + position * row
        baseline = top + (row + text.capital) // 2
        text.draw(image, emotion.name, plate.left + text.padding, baseline)
        track = _Rectangle(
            plate.left + 2 * text.padding + names, baseline - text.capital, bar, text.capital + 1
        )
        _fill(image, track, TRACK)
        _fill(image, _Rectangle(track.left, track.top, round(bar * share), track.height), emotion.bgr)
    return [plate]


def _corners_beside(anchors: Sequence[_Rectangle], size: tuple[int, int]) -> list[tuple[int, int]]:
    """Places of a size right, left, below and above of each anchor."""
    gap = max(2, size[1] // 40)
    corners = []
    for anchor in anchors:
        left, above = anchor.left - size[0] - gap, anchor.top - size[1] - gap
        right, below = anchor.left + anchor.width + gap, anchor.top + anchor.height + gap
        corners += [(right, anchor.top), (left, anchor.top), (anchor.left, below), (anchor.left, above)]
    return corners


def _best_place(
    corners: Sequence[tuple[int, int]],
    size: tuple[int, int],
    taken: Sequence[_Rectangle],
    frame: tuple[int, int],
) -> _Rectangle:
    """Of the places, moved into the frame, the first that hides the least of what is taken."""
    places = [_Rectangle(*corner, *size).moved_inside(*frame) for corner in corners]
    return min(places, key=lambda place: sum(place.overlap(other) for other in taken))


def _draw_plate(image: Image, plate: _Rectangle) -> None:
    region = image[plate.top : plate.top + plate.height, plate.left : plate.left + plate.width]
    colour = np.full_like(region, PLATE)
    region[:] = cv2.addWeighted(region, 1 - PLATE_OPACITY, colour, PLATE_OPACITY, 0)


def _fill(image: Image, area: _Rectangle, colour: tuple[int, int, int]) -> None:
    image[area.top : area.top + area.height, area.left : area.left + area.width] = colour
