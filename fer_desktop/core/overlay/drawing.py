"""Draws a FrameResult into a picture with OpenCV: boxes, labels and probability bars, or blurred faces."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import cv2

from fer_desktop.core.overlay.blur import blur_faces
from fer_desktop.core.overlay.layout import LabelSpot, LayoutRules, MeasuredFace, lay_out
from fer_desktop.core.overlay.pixels import area_of, box_in
from fer_desktop.core.overlay.plates import BarsPlate, LabelPlate, colour_of
from fer_desktop.core.overlay.rectangle import Rectangle
from fer_desktop.core.overlay.style import DEFAULT_STYLE, OverlayStyle
from fer_desktop.core.overlay.text import BLACK
from fer_desktop.core.types import Face, FrameResult, Image

RULES = LayoutRules(
    label_spots=(
        LabelSpot.ABOVE_LEFT,
        LabelSpot.ABOVE_RIGHT,
        LabelSpot.BELOW_LEFT,
        LabelSpot.BELOW_RIGHT,
    )
)


def draw_result(
    image: Image,
    result: FrameResult,
    style: OverlayStyle = DEFAULT_STYLE,
    names: Mapping[int, str] = MappingProxyType({}),
) -> Image:
    """Returns a copy of ``image``, (H, W, 3) BGR uint8, with the result drawn into it.

    names: by face id, short ASCII texts that labels show in place of the id. OpenCV has no other letters.

    Line widths and text follow the frame's shorter side and the size of the face. Labels and bars lie inside
    the frame, and keep off the faces where there is room.
    """
    canvas = blur_faces(image, result) if style.blur else image.copy()
    faces = [(face, box) for face in result.faces if not (box := box_in(canvas, face.box)).is_empty]
    labels = [LabelPlate.of(canvas, face, box, names.get(face.id, f"#{face.id}")) for face, box in faces]
    bars = [BarsPlate.of(canvas, face, box) for face, box in faces]
    measured = [
        MeasuredFace(
            face,
            box,
            label=label.size if style.labels else None,
            bars=bar.size if style.bars else None,
            bars_gap=bar.gap,
        )
        for (face, box), label, bar in zip(faces, labels, bars, strict=True)
    ]
    layouts = lay_out(measured, area_of(canvas), RULES)
    if style.boxes:
        for (face, _), layout in zip(faces, layouts, strict=True):
            _draw_box(canvas, face, layout.box)
    for label, layout in zip(labels, layouts, strict=True):
        if layout.label is not None:
            label.draw(canvas, layout.label)
    for bar, layout in zip(bars, layouts, strict=True):
        if layout.bars is not None:
            bar.draw(canvas, layout.bars)
    return canvas


def _draw_box(image: Image, face: Face, box: Rectangle) -> None:
    line = max(1, round(min(image.shape[:2]) / 220))
    first = (int(box.left) + line, int(box.top) + line)
    last = (int(box.right) - 1 - line, int(box.bottom) - 1 - line)
    cv2.rectangle(image, first, last, BLACK, line + 2 * max(1, line // 2))
    cv2.rectangle(image, first, last, colour_of(face), line)
