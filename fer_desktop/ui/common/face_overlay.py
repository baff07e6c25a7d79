"""Draws faces over the picture with QPainter: boxes, labels and bars in the coordinates of the widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from fer_desktop.core import emotions
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.types import Box, Face
from fer_desktop.ui.common import theme
from fer_desktop.ui.common.emotion_bars import BarColours, names_width, paint_bars
from fer_desktop.ui.common.formats import UNCERTAIN_TITLE, percentage

# On top of a picture the palette says nothing about the background: dark plates are readable on any.
PLATE = QColor(20, 20, 20, 205)
INK = QColor(255, 255, 255)
QUIET_INK = QColor(205, 205, 205)
HALO = QColor(0, 0, 0, 130)

BAR_WIDTH = 72
MAX_HIDDEN = 0.1
"""Bars are left out where more than this share of their plate would hide faces and labels."""

MANY_FACES = 4
"""From this many faces on, only the selected or the largest one has bars in the picture."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the picture is. area: in widget coordinates. size: (width, height) of the frame in pixels."""

    area: QRectF
    size: tuple[int, int]
    mirrored: bool

    def rectangle(self, box: Box) -> QRectF:
        """A box of the frame in widget coordinates, inside the picture."""
        width, height = self.size
        scale = self.area.width() / width
        inside = box.clipped(width, height)
        left = width - inside.x - inside.width if self.mirrored else inside.x
        return QRectF(
            self.area.left() + left * scale,
            self.area.top() + inside.y * scale,
            inside.width * scale,
            inside.height * scale,
        )


def paint_faces(
    painter: QPainter,
    faces: Sequence[Face],
    placement: Placement,
    style: OverlayStyle,
    selected: int | None = None,
    keep_free: Sequence[QRectF] = (),
    names: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Everything stays inside the picture; labels and bars keep off the faces, and off places to be kept
    free, where there is room. names: for labels, by face id; the id where there is none."""
    boxes = [(face, placement.rectangle(face.box)) for face in faces]
    boxes = [(face, box) for face, box in boxes if not box.isEmpty()]
    if style.boxes:
        for face, box in boxes:
            _paint_box(painter, face, box, strong=face.id == selected)
    taken = [*keep_free, *(box for _, box in boxes)]
    anchors = {face.id: box for face, box in boxes}
    if style.labels:
        for face, box in boxes:
            name = names.get(face.id, str(face.id))
            label = _paint_label(painter, face, name, box, taken, placement.area)
            anchors[face.id] = box.united(label)
            taken.append(label)
    if style.bars:
        for face, _ in _with_bars(boxes, selected):
            plate = _paint_bars(painter, face, anchors[face.id], taken, placement.area)
            if plate is not None:
                taken.append(plate)


def face_at(point: QPointF, faces: Sequence[Face], placement: Placement) -> int | None:
    """The id of the smallest face under a point of the widget."""
    hit = [face for face in faces if placement.rectangle(face.box).contains(point)]
    return min(hit, key=lambda face: face.box.area).id if hit else None


def _with_bars(boxes: list[tuple[Face, QRectF]], selected: int | None) -> list[tuple[Face, QRectF]]:
    if len(boxes) < MANY_FACES:
        return boxes
    chosen = [item for item in boxes if item[0].id == selected]
    return chosen or [max(boxes, key=lambda item: item[0].box.area)]


def _paint_box(painter: QPainter, face: Face, box: QRectF, *, strong: bool) -> None:
    width = 4.0 if strong else 2.5
    dashes = Qt.PenStyle.DashLine if face.label is None else Qt.PenStyle.SolidLine
    inside = box.adjusted(2, 2, -2, -2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(HALO, width + 2))
    painter.drawRoundedRect(inside, 6, 6)
    painter.setPen(QPen(theme.emotion_colour(face.label), width, dashes))
    painter.drawRoundedRect(inside, 6, 6)


def _paint_label(
    painter: QPainter, face: Face, name: str, box: QRectF, taken: Sequence[QRectF], area: QRectF
) -> QRectF:
    """On top of the box, or below it, or inside its upper edge: where it hides the least."""
    metrics = QFontMetricsF(painter.font())
    text = f"{name}  {UNCERTAIN_TITLE}"
    if face.label is not None:
        text = f"{name}  {emotions.by_name(face.label).title} {percentage(face.confidence)}"
    chip, padding, gap = theme.GRID / 2, theme.GRID * 0.75, 2.0
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() - chip - 2 * padding)
    width = metrics.horizontalAdvance(text) + chip + 2 * padding
    height = metrics.height() + padding
    corners = (
        QPointF(box.left(), box.top() - gap - height),
        QPointF(box.left(), box.bottom() + gap),
        QPointF(box.right() - width, box.top() - gap - height),
        QPointF(box.right() - width, box.bottom() + gap),
        box.topLeft(),
    )
    plate = _free_place(corners, QSizeF(width, height), taken, area)
    _paint_plate(painter, plate)
    painter.fillRect(
        QRectF(plate.left(), plate.top(), chip, plate.height()), theme.emotion_colour(face.label)
    )
    painter.setPen(QUIET_INK if face.label is None else INK)
    painter.drawText(
        plate.adjusted(chip + padding, 0, 0, 0),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
        text,
    )
    return plate


def _paint_bars(
    painter: QPainter, face: Face, anchor: QRectF, taken: Sequence[QRectF], area: QRectF
) -> QRectF | None:
    """A plate beside the face; None where there is no room without hiding faces."""
    metrics = QFontMetricsF(painter.font())
    padding, gap = float(theme.GRID), theme.GRID / 2
    size = QSizeF(
        names_width(metrics) + BAR_WIDTH + 3 * padding,
        (metrics.height() + 1) * len(emotions.ALL) + padding,
    )
    if size.width() > area.width() or size.height() > area.height():
        return None
    corners = (
        QPointF(anchor.right() + gap, anchor.top()),
        QPointF(anchor.left() - gap - size.width(), anchor.top()),
        QPointF(anchor.left(), anchor.bottom() + gap),
        QPointF(anchor.left(), anchor.top() - gap - size.height()),
    )
    plate = _free_place(corners, size, taken, area)
    if _hidden(plate, taken) > MAX_HIDDEN * size.width() * size.height():
        return None
    _paint_plate(painter, plate)
    paint_bars(
        painter,
        plate.adjusted(padding, padding / 2, -padding, -padding / 2),
        face.smoothed,
        BarColours(INK, QColor(PLATE.rgb())),
    )
    return plate


def _free_place(corners: Sequence[QPointF], size: QSizeF, taken: Sequence[QRectF], area: QRectF) -> QRectF:
    """The first of the places, moved inside the area, that hides the least of what is there."""
    places = [_moved_inside(QRectF(corner, size), area) for corner in corners]
    return min(places, key=lambda place: _hidden(place, taken))


def _hidden(place: QRectF, taken: Sequence[QRectF]) -> float:
    return sum(_overlap(place, other) for other in taken)


def _overlap(first: QRectF, second: QRectF) -> float:
    common = first.intersected(second)
    return common.width() * common.height()


def _moved_inside(rectangle: QRectF, area: QRectF) -> QRectF:
    moved = QRectF(rectangle)
    moved.moveRight(min(moved.right(), area.right()))
    moved.moveBottom(min(moved.bottom(), area.bottom()))
    moved.moveLeft(max(moved.left(), area.left()))
    moved.moveTop(max(moved.top(), area.top()))
    return moved


def _paint_plate(painter: QPainter, plate: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 3, 3)
