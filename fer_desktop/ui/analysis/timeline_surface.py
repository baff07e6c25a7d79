"""Mouse and wheel on a widget along the time axis."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.analysis.timeline_axis import TimeAxis

ZOOM_PER_NOTCH = 1.25
PAN_PER_NOTCH = 0.1
NOTCH = 120
"""The angle between two notches of a wheel, in eighths of a degree."""

Button = Qt.MouseButton


class TimeSurface(QWidget):
    """Click and drag seek. The wheel zooms. Shift with the wheel, or a drag with another button, pans.

    sought(seconds). activated(position): a double click. hovered(position, None when the pointer leaves).
    moved_view: the user has zoomed or panned.
    """

    sought = Signal(float)
    activated = Signal(QPointF)
    hovered = Signal(object)
    moved_view = Signal()

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self._seeking = False
        self._pan_from: tuple[float, float] | None = None
        self.setMouseTracking(True)

    def time_to_seek(self, position: QPointF) -> float:
        return self.axis.time_at(position.x())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().x() < self.axis.left:
            event.ignore()
        elif event.button() == Button.LeftButton:
            self._seeking = True
            self.sought.emit(self.time_to_seek(event.position()))
        elif event.button() in (Button.MiddleButton, Button.RightButton):
            self._pan_from = event.position().x(), self.axis.start_s
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._seeking:
            self.sought.emit(self.axis.time_at(event.position().x()))
        elif self._pan_from is not None:
            x, start_s = self._pan_from
            self.axis.move_to(start_s - (event.position().x() - x) / self.axis.width * self.axis.span_s)
            self.moved_view.emit()
        self.hovered.emit(event.position() if event.position().x() >= self.axis.left else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.buttons() == Button.NoButton:
            self._seeking, self._pan_from = False, None
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Button.LeftButton:
            self.activated.emit(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.position().x() < self.axis.left:
            event.ignore()
            return
        across, along = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(along):
            notches = (across or along) / NOTCH
            self.axis.move_to(self.axis.start_s - notches * PAN_PER_NOTCH * self.axis.span_s)
        else:
            self.axis.zoom(ZOOM_PER_NOTCH ** (-along / NOTCH), self.axis.time_at(event.position().x()))
        event.accept()
        self.moved_view.emit()
