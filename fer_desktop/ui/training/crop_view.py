"""The preview of the crop, with a note or the countdown over it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.core.models import crop_face
from fer_desktop.core.training import CROP_MARGIN, largest_face
from fer_desktop.core.types import Box, Frame, FrameResult, Image
from fer_desktop.ui.common import theme

SIDE = 32 * theme.GRID
SMALL_PX = 48
"""A smaller face would be enlarged for the models."""


class CropView(QWidget):
    """A square preview. mark: a note on a strip at the bottom.

    The crop is made when it is painted, because it can take some milliseconds at the border of the picture.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Image, Box] | None = None
        self._mark = ""
        self._number = ""
        self.setAccessibleName("Preview of the face")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    @property
    def mark(self) -> str:
        return self._mark

    @property
    def has_picture(self) -> bool:
        return self._shown is not None

    def show_face(self, frame: Frame, result: FrameResult, number: str = "") -> None:
        """Shows the largest face of a frame's result. number: shown large in the middle."""
        face = largest_face(result)
        if face is None:
            self._show(None, "No face in view", number)
            return
        side = round(max(face.box.width, face.box.height))
        mark = f"Small: {side} pixels. Come closer." if side < SMALL_PX else ""
        if len(result.faces) > 1:
            mark = f"{len(result.faces)} faces in view. The largest one is used."
        self._show((frame.image, face.box), mark, number)

    def clear(self) -> None:
        self._show(None, "", "")

    def _show(self, shown: tuple[Image, Box] | None, mark: str, number: str) -> None:
        self._shown, self._number = shown, number
        if mark != self._mark:
            self._mark = mark
            self.setAccessibleDescription(mark)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(SIDE // 2, SIDE // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, 0, side, side)
        painter.fillRect(area, self.palette().color(QPalette.ColorRole.Base))
        if self._shown is not None:
            crop = np.ascontiguousarray(crop_face(*self._shown, CROP_MARGIN))
            pixels = len(crop)
            picture = QImage(crop.data, pixels, pixels, 3 * pixels, QImage.Format.Format_BGR888)
            painter.drawImage(area, picture)
        painter.setPen(theme.line(self.palette()))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        if self._number:
            self._paint_number(painter, area)
        if self._mark:
            self._paint_mark(painter, area)

    def _paint_number(self, painter: QPainter, area: QRectF) -> None:
        font = self.font()
        font.setPixelSize(round(area.height() / 2))
        font.setBold(True)
        painter.setFont(font)
        for shift, colour in ((2, "black"), (0, "white")):
            painter.setPen(QColor(colour))
            painter.drawText(area.translated(shift, shift), Qt.AlignmentFlag.AlignCenter, self._number)
        painter.setFont(self.font())

    def _paint_mark(self, painter: QPainter, area: QRectF) -> None:
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        inside = area.adjusted(theme.GRID, theme.GRID, -theme.GRID, -theme.GRID)
        height = painter.boundingRect(inside, flags, self._mark).height() + theme.GRID
        strip = QRectF(area.left(), area.bottom() - height, area.width(), height)
        colour = self.palette().color(QPalette.ColorRole.Window)
        painter.fillRect(strip.adjusted(1, 0, -1, -1), colour)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(strip.adjusted(theme.GRID, 0, -theme.GRID, 0), flags, self._mark)
