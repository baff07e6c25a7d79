"""Draws faces over the picture with QPainter: boxes, labels and bars in the coordinates of the widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from fer_desktop.core import emotions
from fer_desktop.core.overlay import (
    LabelSpot,
    LayoutRules,
    MeasuredFace,
    OverlayStyle,
    Placement,
    Rectangle,
    Size,
    lay_out,
)
from fer_desktop.core.types import Face
from fer_desktop.ui.common import theme
from fer_desktop.ui.common.emotion_bars import BarColours, names_width, paint_bars
from fer_desktop.ui.common.formats import UNCERTAIN_TITLE, percentage

# On top of a picture the palette says nothing about the background: dark plates are readable on any.
PLATE = QColor(20, 20, 20, 205)
INK = QColor(255, 255, 255)
QUIET_INK = QColor(205, 205, 205)
HALO = QColor(0, 0, 0, 130)

LABEL_CHIP = theme.GRID / 2
LABEL_PADDING = theme.GRID * 0.75
BARS_PADDING = float(theme.GRID)
BARS_GAP = theme.GRID / 2
BAR_WIDTH = 72

RULES = LayoutRules(
    label_spots=(
        LabelSpot.ABOVE_LEFT,
        LabelSpot.BELOW_LEFT,
        LabelSpot.ABOVE_RIGHT,
        LabelSpot.BELOW_RIGHT,
        LabelSpot.INSIDE,
    ),
    label_gap=2.0,
    bars_around_both=True,
    max_hidden=0.1,
    many_faces=4,
)


@dataclass(frozen=True, slots=True)
class _Label:
    """The text of a face's label, and the size of its plate."""

    face: Face
    text: str
    size: Size

    @classmethod
    def of(cls, face: Face, name: str, metrics: QFontMetricsF, available: float) -> _Label:
        text = f"{name}  {UNCERTAIN_TITLE}"
        if face.label is not None:
            text = f"{name}  {emotions.by_name(face.label).title} {percentage(face.confidence)}"
        around = LABEL_CHIP + 2 * LABEL_PADDING
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, available - around)
        size = Size(metrics.horizontalAdvance(text) + around, metrics.height() + LABEL_PADDING)
        return cls(face, text, size)


def paint_faces(
    painter: QPainter,
    faces: Sequence[Face],
    placement: Placement,
    style: OverlayStyle,
    selected: int | None = None,
    keep_free: Sequence[Rectangle] = (),
    names: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Paints boxes, labels and bars inside the picture.

    Labels and bars keep off the faces and off ``keep_free`` where there is room. selected: the id of the face
    with a strong box. names: by face id, what labels show in place of the id.
    """
    metrics = QFontMetricsF(painter.font())
    boxes = [(face, box) for face in faces if not (box := placement.rectangle(face.box)).is_empty]
    labels = [
        _Label.of(face, names.get(face.id, str(face.id)), metrics, placement.area.width) for face, _ in boxes
    ]
    bars = _bars_size(metrics)
    measured = [
        MeasuredFace(
            face,
            box,
            label=label.size if style.labels else None,
            bars=bars if style.bars else None,
            bars_gap=BARS_GAP,
        )
        for (face, box), label in zip(boxes, labels, strict=True)
    ]
    layouts = lay_out(measured, placement.area, RULES, selected=selected, keep_free=keep_free)
    if style.boxes:
        for (face, _), layout in zip(boxes, layouts, strict=True):
            _paint_box(painter, face, qt_rectangle(layout.box), strong=face.id == selected)
    for label, layout in zip(labels, layouts, strict=True):
        if layout.label is not None:
            _paint_label(painter, label, qt_rectangle(layout.label))
    for (face, _), layout in zip(boxes, layouts, strict=True):
        if layout.bars is not None:
            _paint_bars(painter, face, qt_rectangle(layout.bars))


def face_at(point: QPointF, faces: Sequence[Face], placement: Placement) -> int | None:
    """The id of the smallest face under a point of the widget."""
    hit = [face for face in faces if qt_rectangle(placement.rectangle(face.box)).contains(point)]
    return min(hit, key=lambda face: face.box.area).id if hit else None


def qt_rectangle(rectangle: Rectangle) -> QRectF:
    return QRectF(rectangle.left, rectangle.top, rectangle.width, rectangle.height)


def rectangle_of(area: QRectF) -> Rectangle:
    return Rectangle(area.left(), area.top(), area.width(), area.height())


def _bars_size(metrics: QFontMetricsF) -> Size:
    return Size(
        names_width(metrics) + BAR_WIDTH + 3 * BARS_PADDING,
        (metrics.height() + 1) * len(emotions.ALL) + BARS_PADDING,
    )


def _paint_box(painter: QPainter, face: Face, box: QRectF, *, strong: bool) -> None:
    width = 4.0 if strong else 2.5
    dashes = Qt.PenStyle.DashLine if face.label is None else Qt.PenStyle.SolidLine
    inside = box.adjusted(2, 2, -2, -2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(HALO, width + 2))
    painter.drawRoundedRect(inside, 6, 6)
    painter.setPen(QPen(theme.emotion_colour(face.label), width, dashes))
    painter.drawRoundedRect(inside, 6, 6)


def _paint_label(painter: QPainter, label: _Label, plate: QRectF) -> None:
    shown = label.face.label
    _paint_plate(painter, plate)
    chip = QRectF(plate.left(), plate.top(), LABEL_CHIP, plate.height())
    painter.fillRect(chip, theme.emotion_colour(shown))
    painter.setPen(QUIET_INK if shown is None else INK)
    painter.drawText(
        plate.adjusted(LABEL_CHIP + LABEL_PADDING, 0, 0, 0),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
        label.text,
    )


def _paint_bars(painter: QPainter, face: Face, plate: QRectF) -> None:
    _paint_plate(painter, plate)
    paint_bars(
        painter,
        plate.adjusted(BARS_PADDING, BARS_PADDING / 2, -BARS_PADDING, -BARS_PADDING / 2),
        face.smoothed,
        BarColours(INK, QColor(PLATE.rgb())),
    )


def _paint_plate(painter: QPainter, plate: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 3, 3)
