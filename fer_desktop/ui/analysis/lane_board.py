"""The lanes of all people, one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from fer_desktop.core.results import Person
from fer_desktop.ui.analysis.lane import Lane, Look
from fer_desktop.ui.analysis.lane_header import LaneHeader, header_width
from fer_desktop.ui.analysis.lane_track import Track
from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.analysis.timeline_overlay import TimelineOverlay
from fer_desktop.ui.analysis.timeline_surface import TimeSurface
from fer_desktop.ui.common import theme

GAP = theme.GRID // 2


class LaneBoard(TimeSurface):
    """The lanes in a scroll area. They share any height that is left.

    chosen(person): a click on a header.
    """

    chosen = Signal(int)

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.headers: dict[int, LaneHeader] = {}
        self.lanes: dict[int, Lane] = {}
        self.overlay = TimelineOverlay(axis, self)
        self.message = QLabel(self)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.message.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._look = Look()

    def say(self, text: str) -> None:
        """Shows a text in place of the lanes. An empty text removes it."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def show_people(
        self, people: Sequence[Person], tracks: Mapping[int, Track], analysed: tuple[float, float]
    ) -> None:
        """Shows a lane for each person, in this order. analysed: see `Lane.show_track`."""
        wanted = [person.id for person in people]
        for person_id in set(self.lanes) - set(wanted):
            for widget in (self.headers.pop(person_id), self.lanes.pop(person_id)):
                widget.hide()
                widget.deleteLater()
        for person in people:
            if person.id not in self.lanes:
                self._add(person.id)
            self.headers[person.id].set_title(person.title)
            self.lanes[person.id].show_track(tracks[person.id], analysed)
        self.lanes = {person_id: self.lanes[person_id] for person_id in wanted}
        self.headers = {person_id: self.headers[person_id] for person_id in wanted}
        self._arrange()

    def set_look(self, look: Look) -> None:
        self._look = look
        for lane in self.lanes.values():
            lane.set_look(look)

    def set_selected(self, person_id: int | None) -> None:
        for other, header in self.headers.items():
            header.setChecked(other == person_id)

    def person_at(self, y: float) -> int | None:
        return next(
            (person for person, lane in self.lanes.items() if lane.y() <= y < lane.y() + lane.height()), None
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _add(self, person_id: int) -> None:
        header, lane = LaneHeader(self), Lane(self.axis, self)
        header.clicked.connect(lambda: self.chosen.emit(person_id))
        lane.set_look(self._look)
        self.headers[person_id], self.lanes[person_id] = header, lane
        for widget in (header, lane):
            widget.show()
        self.overlay.raise_()

    def _arrange(self) -> None:
        metrics = QFontMetricsF(self.font())
        width = header_width(metrics)
        left = width + round(metrics.horizontalAdvance("100%")) + theme.GRID
        self.axis.place(left, self.width() - left - theme.GRID)
        self.overlay.setGeometry(self.rect())
        self.message.setGeometry(self.rect())
        lowest = max((lane.minimumSizeHint().height() for lane in self.lanes.values()), default=0)
        count = len(self.lanes)
        self.setMinimumHeight(count * (lowest + GAP))
        step = max(self.height() / max(count, 1), lowest + GAP)
        for number, (header, lane) in enumerate(zip(self.headers.values(), self.lanes.values(), strict=True)):
            top, bottom = round(number * step), round((number + 1) * step) - GAP
            header.setGeometry(0, top, width, bottom - top)
            lane.setGeometry(width, top, self.width() - width, bottom - top)
