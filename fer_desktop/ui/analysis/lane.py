"""The emotions of one person over time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from fer_desktop.core import emotions
from fer_desktop.core.results import UNCERTAIN_INDEX
from fer_desktop.ui.analysis.lane_colours import edged_lines, lane_colours
from fer_desktop.ui.analysis.lane_columns import ABSENT, Columns, columns_of
from fer_desktop.ui.analysis.lane_raster import LaneRaster, coloured, runs
from fer_desktop.ui.analysis.lane_track import Track
from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.common import percentage, theme

LOWEST_PX = 8 * theme.GRID
MARGIN = 3.0
SHARP_SCALE = 2.0
"""Below this ratio each pixel is the average of two pixels, one above the other."""


@dataclass(frozen=True, slots=True)
class Look:
    """How emotions are drawn."""

    stacked: bool = False
    smoothed: bool = True


class Lane(QWidget):
    """Draws only when its content changes, and keeps the picture for what moves across it."""

    def __init__(self, axis: TimeAxis, parent: QWidget) -> None:
        super().__init__(parent)
        self._axis = axis
        self._track: Track | None = None
        self._analysed = (0.0, 0.0)
        self._look = Look()
        self._picture: tuple[object, QPixmap] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        axis.changed.connect(self.update)

    def show_track(self, track: Track, analysed: tuple[float, float]) -> None:
        """Shows a track. analysed: the first and last second of the analysed frames."""
        self._track, self._analysed = track, analysed
        self._picture = None
        self.update()

    def set_look(self, look: Look) -> None:
        self._look = look
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, max(LOWEST_PX, round(4 * QFontMetricsF(self.font()).height())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left = round(self._axis.left) - self.x()
        if event.rect().right() >= left:
            painter.drawPixmap(left, 0, self._current_picture())
        if event.rect().left() < left:
            self._paint_scale(painter, left)

    def _paint_scale(self, painter: QPainter, left: float) -> None:
        metrics, (top, bottom) = QFontMetricsF(self.font()), self._span()
        row = metrics.height()
        painter.setPen(theme.quiet(self.palette()))
        place = QRectF(0, 0, left - theme.GRID / 2, row)
        for share in (1.0, 0.5, 0.0) if bottom - top > 3 * row else (1.0, 0.0):
            middle = bottom - share * (bottom - top)
            place.moveTop(min(max(middle - row / 2, 0.0), bottom - row + 2))
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percentage(share)
            )

    def _span(self) -> tuple[float, float]:
        """Returns the heights of the shares 1 and 0. A line at either is fully visible."""
        strip = QFontMetricsF(self.font()).height() + 2
        return MARGIN, self.height() - strip - theme.GRID / 2 - MARGIN

    def _current_picture(self) -> QPixmap:
        axis = self._axis
        key = (
            (axis.start_s, axis.span_s, axis.duration_s, axis.width),
            (self.size(), self.devicePixelRatioF(), self.palette().cacheKey(), self.font().key()),
            self._look,
        )
        if self._picture is None or self._picture[0] != key:
            self._picture = key, self._draw()
        return self._picture[1]

    def _draw(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        width, height = max(1, math.ceil(self._axis.width * scale)), max(1, round(self.height() * scale))
        picture = QPixmap(width, height)
        picture.setDevicePixelRatio(scale)
        picture.fill(self.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(picture)
        self._paint_ground(painter)
        if self._track is not None:
            self._paint_track(painter, self._track, width, height)
        painter.end()
        return picture

    def _paint_track(self, painter: QPainter, track: Track, width: int, height: int) -> None:
        """width, height: in pixels of the device."""
        axis, scale, palette = self._axis, self.devicePixelRatioF(), self.palette()
        halve = scale < SHARP_SCALE
        fine = 2 * scale if halve else scale
        step = max(1, int(scale))
        column_s = axis.span_s / axis.width / scale * step
        # Borders are at multiples of a column's time, so that panning does not regroup the faces.
        edges = (round(axis.start_s / column_s) + np.arange(math.ceil(width / step) + 1)) * column_s
        columns = columns_of(track, edges, smoothed=self._look.smoothed)
        top, bottom = self._span()
        strip = bottom + MARGIN + theme.GRID / 2
        raster = LaneRaster(2 * height if halve else height, len(edges) - 1, fine)
        if self._look.stacked:
            raster.draw_stack(columns, top * fine, bottom * fine)
        else:
            raster.draw_curves(columns, top * fine, bottom * fine, edged_lines(palette))
        raster.draw_labels(columns, max(0, round(strip * fine)))
        pixels = coloured(raster.numbers, lane_colours(palette), halve=halve).repeat(step, axis=1)
        image = QImage(
            pixels.data, pixels.shape[1], height, pixels.strides[0], QImage.Format.Format_ARGB32_Premultiplied
        )
        image.setDevicePixelRatio(scale)
        painter.drawImage(0, 0, image)
        self._paint_names(painter, columns, step / scale, strip)

    def _paint_ground(self, painter: QPainter) -> None:
        """Paints the analysed part, with lines at the ticks and shares."""
        axis, palette, (top, bottom) = self._axis, self.palette(), self._span()
        start, end = (axis.x_of(pts_s) - axis.left for pts_s in self._analysed)
        ground = QRectF(start, 0, max(end - start, 1.0), bottom + MARGIN)
        painter.fillRect(ground, palette.color(QPalette.ColorRole.Base))
        painter.setPen(theme.line(palette))
        for pts_s in axis.ticks(tick_px(QFontMetricsF(self.font())))[1]:
            across = round(axis.x_of(pts_s) - axis.left)
            painter.drawLine(across, 0, across, round(bottom + MARGIN))
        for share in (0.0, 0.5, 1.0):
            height = round(bottom - share * (bottom - top))
            painter.drawLine(0, height, math.ceil(axis.width), height)

    def _paint_names(self, painter: QPainter, columns: Columns, column_px: float, top: float) -> None:
        metrics = QFontMetricsF(self.font())
        for first, end, label in runs(columns.label):
            room = (end - first) * column_px - theme.GRID
            if label == ABSENT or room < metrics.averageCharWidth() * 3:
                continue
            name = "Uncertain" if label == UNCERTAIN_INDEX else emotions.ALL[label].title
            if metrics.horizontalAdvance(name) > room:
                continue
            ink = theme.ink_on(theme.emotion_colour(emotions.EMOTIONS[label]))
            painter.setPen(
                self.palette().color(QPalette.ColorRole.WindowText) if label == UNCERTAIN_INDEX else ink
            )
            place = QRectF(first * column_px + theme.GRID / 2, top, room, self.height() - top)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)


def tick_px(metrics: QFontMetricsF) -> float:
    """Returns the width of the longest text of a tick."""
    return metrics.horizontalAdvance("00:00:00.0") + 2 * theme.GRID
