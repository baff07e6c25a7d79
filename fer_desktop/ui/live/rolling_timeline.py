"""The rolling timeline of the live view: the emotions of one face over time."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.types import FrameResult
from fer_desktop.ui.common import clock, percentage, theme
from fer_desktop.ui.live.rolling_history import LARGEST, LIVE_SPAN_S, RollingHistory

REPAINT_MS = 100
TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class RollingTimeline(QWidget):
    """Seven curves, 0 to 100 %, of the selected or the largest face, with gaps without the face.

    It repaints at most ten times a second, because a pixel covers more time than that.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = RollingHistory()
        self._face_id: int | None = None
        self._repaint = QTimer(self)
        self._repaint.setSingleShot(True)
        self._repaint.setInterval(REPAINT_MS)
        self._repaint.timeout.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Timeline")
        self._describe()

    @property
    def title(self) -> str:
        return "Largest face" if self._face_id is None else f"Face {self._face_id}"

    @property
    def is_waiting_to_repaint(self) -> bool:
        return self._repaint.isActive()

    def start_live(self) -> None:
        """Starts again with the last minute of a camera."""
        self._restart(RollingHistory(live=True))

    def start_file(self, duration_s: float | None) -> None:
        """Starts again with the whole length of a file. duration_s: None if it is not known."""
        self._restart(RollingHistory(live=False, span_s=max(duration_s or LIVE_SPAN_S, 1.0)))

    def show_result(self, result: FrameResult) -> None:
        self._history.add(result)
        if not self._repaint.isActive():
            self._repaint.start()

    def select(self, face_id: int | None) -> None:
        """Follows a face. None follows the largest face."""
        self._face_id = face_id
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, round(QFontMetricsF(self.font()).height() * 3 + 12 * theme.GRID))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, round(QFontMetricsF(self.font()).height() * 3 + 5 * theme.GRID))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self.font())
        row = metrics.height()
        numbers = metrics.horizontalAdvance("100%") + theme.GRID
        heading = QRectF(self.rect()).adjusted(0, 0, -theme.GRID, 0)
        heading.setHeight(row)
        legend_rows = self._paint_heading(painter, heading, metrics)
        plot = QRectF(self.rect()).adjusted(
            numbers, legend_rows * row + theme.GRID, -theme.GRID, -row - theme.GRID / 2
        )
        if plot.height() < row or plot.width() < row:
            return
        self._paint_grid(painter, plot, metrics)
        painter.setClipRect(plot.adjusted(0, -2, 0, 2))
        self._paint_curves(painter, plot)

    def _restart(self, history: RollingHistory) -> None:
        self._history = history
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{self.title}: probabilities of seven emotions over time")

    def _paint_heading(self, painter: QPainter, heading: QRectF, metrics: QFontMetricsF) -> int:
        """Paints title and legend. Returns their number of rows."""
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        title_width = metrics.horizontalAdvance(self.title) + 2 * theme.GRID
        painter.setPen(ink)
        painter.drawText(heading, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.title)
        swatch = 2 * theme.GRID
        widths = [metrics.horizontalAdvance(item.title) + swatch + 2.5 * theme.GRID for item in emotions.ALL]
        left, row = heading.left() + title_width, 0
        if title_width + sum(widths) <= heading.width():
            left = heading.right() - sum(widths)
        for emotion, width in zip(emotions.ALL, widths, strict=True):
            if left + width > heading.right() + 2 * theme.GRID and left > heading.left():
                left, row = heading.left(), row + 1
            place = QRectF(left, heading.top() + row * metrics.height(), width, metrics.height())
            middle = place.center().y()
            line = QPolygonF([QPointF(left, middle), QPointF(left + swatch, middle)])
            self._paint_line(painter, line, QColor(emotion.colour), 3)
            painter.setPen(ink)
            painter.drawText(
                place.adjusted(swatch + theme.GRID / 2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, emotion.title
            )
            left += width
        return row + 1

    def _paint_grid(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF) -> None:
        palette = self.palette()
        painter.setPen(theme.line(palette))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRect(plot)
        ink, row = theme.quiet(palette), metrics.height()
        for share in (0.0, 0.5, 1.0):
            height = plot.bottom() - share * plot.height()
            painter.setPen(theme.line(palette))
            painter.drawLine(QPointF(plot.left(), height), QPointF(plot.right(), height))
            painter.setPen(ink)
            place = QRectF(0, height - row / 2, plot.left() - theme.GRID / 2, row)
            if share != 0.5 or plot.height() > 3 * row:
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percentage(share)
                )
        history = self._history
        widest = metrics.horizontalAdvance("−00:00:00") + theme.GRID
        tick_s = next((t for t in TICKS_S if t * plot.width() / history.span_s >= widest), TICKS_S[-1])
        for number in range(int(history.span_s // tick_s) + 1):
            offset_s = number * tick_s
            share = offset_s / history.span_s
            across = (
                plot.right() - share * plot.width() if history.live else plot.left() + share * plot.width()
            )
            painter.setPen(theme.line(palette))
            painter.drawLine(QPointF(across, plot.top()), QPointF(across, plot.bottom()))
            text = clock(offset_s)
            if history.live:
                text = f"−{offset_s} s" if offset_s else "now"
            width = metrics.horizontalAdvance(text)
            left = min(max(across - width / 2, 0.0), self.width() - width)
            painter.setPen(ink)
            painter.drawText(QPointF(left, plot.bottom() + row), text)

    def _paint_curves(self, painter: QPainter, plot: QRectF) -> None:
        history = self._history
        start, span = history.start_s, history.span_s
        for times, shares in history.curves(LARGEST if self._face_id is None else self._face_id):
            across = (plot.left() + (times - start) / span * plot.width()).tolist()
            heights = (plot.bottom() - shares * plot.height()).T.tolist()
            if len(across) == 1:
                across, heights = [across[0] - 1, across[0] + 1], [[height[0]] * 2 for height in heights]
            for emotion, height in zip(emotions.ALL, heights, strict=True):
                points = QPolygonF([QPointF(x, y) for x, y in zip(across, height, strict=True)])
                self._paint_line(painter, points, QColor(emotion.colour), 2)

    def _paint_line(self, painter: QPainter, line: QPolygonF, colour: QColor, width: float) -> None:
        edge = theme.edge(colour, self.palette().color(QPalette.ColorRole.Base))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if edge is not None:
            painter.setPen(QPen(edge, width + 1))
            painter.drawPolyline(line)
        painter.setPen(QPen(colour, width))
        painter.drawPolyline(line)
