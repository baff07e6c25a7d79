"""The time in view, and the positions of its moments in pixels."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

MIN_SPAN_S = 0.5
REVEAL_SHARE = 0.1
"""A revealed moment is placed at this share of the width."""

TICKS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


class TimeAxis(QObject):
    """start_s, span_s: the time in view. left, width: its place in pixels. changed: any of them has changed.

    The view stays within the recording. If all of it is in view, this stays so when it grows.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration_s = 0.0
        self.start_s = 0.0
        self.span_s = MIN_SPAN_S
        self.left = 0.0
        self.width = 1.0

    @property
    def end_s(self) -> float:
        return self.start_s + self.span_s

    @property
    def length_s(self) -> float:
        """The length of the recording in seconds."""
        return max(self.duration_s, MIN_SPAN_S)

    def x_of(self, pts_s: float) -> float:
        return self.left + (pts_s - self.start_s) / self.span_s * self.width

    def time_at(self, x: float) -> float:
        """Returns the time at a pixel, limited to the recording."""
        pts_s = self.start_s + (x - self.left) / self.width * self.span_s
        return min(max(pts_s, 0.0), self.duration_s)

    def shows(self, pts_s: float) -> bool:
        return self.start_s <= pts_s <= self.end_s

    def place(self, left: float, width: float) -> None:
        if (left, width) != (self.left, self.width):
            self.left, self.width = left, max(width, 1.0)
            self.changed.emit()

    def set_duration(self, seconds: float) -> None:
        shows_all = self.span_s >= self.length_s
        self.duration_s = seconds
        self._look_at(self.start_s, self.length_s if shows_all else self.span_s)

    def zoom(self, factor: float, around_s: float) -> None:
        """Zooms. factor: of the time in view, below 1 to zoom in. around_s keeps its place if in view."""
        if not self.shows(around_s):
            around_s = self.start_s + self.span_s / 2
        share = (around_s - self.start_s) / self.span_s
        span_s = min(max(self.span_s * factor, MIN_SPAN_S), self.length_s)
        self._look_at(around_s - share * span_s, span_s)

    def move_to(self, start_s: float) -> None:
        self._look_at(start_s, self.span_s)

    def show_all(self) -> None:
        self._look_at(0.0, self.length_s)

    def reveal(self, pts_s: float) -> None:
        """Moves the view by a page if the moment is not in view."""
        if not self.shows(pts_s):
            self.move_to(pts_s - REVEAL_SHARE * self.span_s)

    def ticks(self, min_px: float) -> tuple[float, list[float]]:
        """Returns the step of ticks at least this many pixels apart, and the ticks in view, in seconds."""
        step = next((step for step in TICKS_S if step / self.span_s * self.width >= min_px), TICKS_S[-1])
        first, last = int(self.start_s // step), int(min(self.end_s, self.length_s) // step)
        return step, [number * step for number in range(first, last + 1) if number * step >= self.start_s]

    def _look_at(self, start_s: float, span_s: float) -> None:
        span_s = min(span_s, self.length_s)
        start_s = min(max(start_s, 0.0), self.length_s - span_s)
        if (start_s, span_s) != (self.start_s, self.span_s):
            self.start_s, self.span_s = start_s, span_s
            self.changed.emit()
