"""The playhead, the markers and the line under the pointer, above the lanes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from fer_desktop.core.results import Marker
from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.common import theme

SPAN_ALPHA = 48
PENDING_ALPHA = 80


class TimelineOverlay(QWidget):
    """Lies over the lanes, so that they need not be repainted. Ignores the pointer."""

    def __init__(self, axis: TimeAxis, parent: QWidget) -> None:
        super().__init__(parent)
        self._axis = axis
        self._markers: tuple[Marker, ...] = ()
        self._playhead_s = 0.0
        self._pending_s: float | None = None
        self._hover_x: float | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        axis.changed.connect(self.update)

    def set_markers(self, markers: Sequence[Marker]) -> None:
        self._markers = tuple(markers)
        self.update()

    def set_playhead(self, pts_s: float) -> None:
        before, self._playhead_s = self._playhead_s, pts_s
        if self._pending_s is not None:
            self.update()
        elif before != pts_s:
            self._update_at(self._axis.x_of(before))
            self._update_at(self._axis.x_of(pts_s))

    def set_pending(self, start_s: float | None) -> None:
        self._pending_s = start_s
        self.update()

    def set_hover(self, x: float | None) -> None:
        before, self._hover_x = self._hover_x, x
        for place in (before, x):
            if place is not None:
                self._update_at(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        axis, palette = self._axis, self.palette()
        painter = QPainter(self)
        painter.setClipRect(QRectF(axis.left, 0, axis.width, self.height()) & QRectF(event.rect()))
        accent = palette.color(QPalette.ColorRole.Highlight)
        for marker in self._markers:
            start, end = axis.x_of(marker.start_s), axis.x_of(marker.start_s + marker.duration_s)
            if end < event.rect().left() - 2 or start > event.rect().right() + 2:
                continue
            if marker.end_s is not None:
                self._shade(painter, start, end, accent, SPAN_ALPHA)
                self._line(painter, end, QPen(accent, 1))
            self._line(painter, start, QPen(accent, 1))
        playhead = axis.x_of(self._playhead_s)
        if self._pending_s is not None:
            start = axis.x_of(self._pending_s)
            self._shade(painter, min(start, playhead), max(start, playhead), accent, PENDING_ALPHA)
        if self._hover_x is not None:
            self._line(painter, self._hover_x, QPen(theme.quiet(palette), 1, Qt.PenStyle.DotLine))
        self._line(painter, playhead, QPen(palette.color(QPalette.ColorRole.WindowText), 2))

    def _shade(self, painter: QPainter, start: float, end: float, colour: QColor, alpha: int) -> None:
        shade = QColor(colour)
        shade.setAlpha(alpha)
        painter.fillRect(QRectF(start, 0, end - start, self.height()), shade)

    def _line(self, painter: QPainter, x: float, pen: QPen) -> None:
        painter.setPen(pen)
        painter.drawLine(QLineF(round(x), 0, round(x), self.height()))

    def _update_at(self, x: float) -> None:
        if -2 <= x <= self.width() + 2:
            self.update(QRect(round(x) - 2, 0, 5, self.height()))
