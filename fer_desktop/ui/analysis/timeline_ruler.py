"""The strip of markers and the times above the lanes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.core.results import Marker
from fer_desktop.ui.analysis.lane import tick_px
from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.analysis.timeline_markers import Flag, flag_at, flags_of
from fer_desktop.ui.analysis.timeline_surface import TimeSurface
from fer_desktop.ui.common import fine_clock, theme

HANDLE_PX = 6


class TimelineRuler(TimeSurface):
    """Flags of markers in the upper row, times in the lower one."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self._markers: tuple[Marker, ...] = ()
        self._playhead_s = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        axis.changed.connect(self.update)

    def set_markers(self, markers: Sequence[Marker]) -> None:
        self._markers = tuple(markers)
        self.update()

    def set_playhead(self, pts_s: float) -> None:
        before, self._playhead_s = self._playhead_s, pts_s
        for moment in {before, pts_s} if before != pts_s else ():
            x = self.axis.x_of(moment)
            if -HANDLE_PX <= x <= self.width() + HANDLE_PX:
                self.update(QRect(round(x) - HANDLE_PX - 1, 0, 2 * HANDLE_PX + 3, self.height()))

    def flags(self) -> list[Flag]:
        return flags_of(self._markers, self.axis, QFontMetricsF(self.font()))

    def marker_at(self, position: QPointF) -> Marker | None:
        """Returns the marker whose flag is at a position."""
        flag = flag_at(self.flags(), position.x()) if position.y() < self._row() else None
        return None if flag is None else flag.marker

    def time_to_seek(self, position: QPointF) -> float:
        """Returns the time of a click. On a flag it is exactly the marked moment."""
        marker = self.marker_at(position)
        return super().time_to_seek(position) if marker is None else marker.start_s

    def sizeHint(self) -> QSize:
        return QSize(320, round(2 * self._row()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_times(painter)
        painter.setClipRect(QRectF(self.axis.left, 0, self.axis.width, self.height()))
        self._paint_flags(painter)
        painter.setClipRect(
            QRectF(self.axis.left - HANDLE_PX, 0, self.axis.width + 2 * HANDLE_PX, self.height())
        )
        self._paint_handle(painter)

    def _row(self) -> float:
        return QFontMetricsF(self.font()).height() + theme.GRID / 2

    def _paint_times(self, painter: QPainter) -> None:
        metrics, row = QFontMetricsF(self.font()), self._row()
        step, times = self.axis.ticks(tick_px(metrics))
        for pts_s in times:
            x = round(self.axis.x_of(pts_s)) + 0.5
            painter.setPen(theme.line(self.palette()))
            painter.drawLine(QLineF(x, row, x, 2 * row))
            text = fine_clock(pts_s, 0 if step >= 1 else 1)
            left = x + theme.GRID / 2
            if left + metrics.horizontalAdvance(text) <= self.width():
                painter.setPen(theme.quiet(self.palette()))
                painter.drawText(QRectF(left, row, self.width(), row), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_flags(self, painter: QPainter) -> None:
        metrics, row = QFontMetricsF(self.font()), self._row()
        palette = self.palette()
        accent, ink = (
            palette.color(role) for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.HighlightedText)
        )
        for flag in self.flags():
            place = QRectF(flag.left, 1, flag.right - flag.left, row - 2)
            painter.fillRect(place, accent)
            shade = QColor(accent)
            shade.setAlpha(96)
            below = QRectF(flag.start, row - 1, max(flag.end - flag.start, 1.0), row + 1)
            painter.fillRect(below, shade if flag.marker.end_s is not None else accent)
            painter.setPen(ink)
            inside = place.adjusted(theme.GRID / 2, 0, -1, 0)
            text = metrics.elidedText(flag.marker.text, Qt.TextElideMode.ElideRight, inside.width())
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, text)
            painter.fillRect(QRectF(flag.right - 1, 1, 1, row - 2), palette.color(QPalette.ColorRole.Window))

    def _paint_handle(self, painter: QPainter) -> None:
        x, bottom = round(self.axis.x_of(self._playhead_s)), float(self.height())
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QLineF(x, bottom - self._row(), x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        top = bottom - self._row()
        painter.drawPolygon(
            QPolygonF([QPointF(x - HANDLE_PX, top), QPointF(x + HANDLE_PX, top), QPointF(x, top + HANDLE_PX)])
        )
