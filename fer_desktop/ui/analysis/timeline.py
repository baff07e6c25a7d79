"""The timeline of a recording: everybody's emotions over time, with seeking and markers."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QVBoxLayout, QWidget

from fer_desktop.core.results import Marker, StoredAnalysis
from fer_desktop.ui.analysis.lane import Look
from fer_desktop.ui.analysis.lane_board import LaneBoard
from fer_desktop.ui.analysis.lane_track import Track, tracks_of
from fer_desktop.ui.analysis.timeline_axis import TimeAxis
from fer_desktop.ui.analysis.timeline_legend import TimelineLegend
from fer_desktop.ui.analysis.timeline_markers import line_at
from fer_desktop.ui.analysis.timeline_reading import reading
from fer_desktop.ui.analysis.timeline_ruler import TimelineRuler
from fer_desktop.ui.common import fine_clock, theme

ZOOM_PER_KEY = 1.5
BAR_STEPS_PER_S = 100

Mode = Literal["curves", "stacked"]


class AnalysisTimeline(QWidget):
    """A lane for each person who is not ignored, under one axis of time.

    seek_requested(seconds): a click or drag in a lane or above them. person_selected(id): a click on a
    lane's header. marker_activated(id): a double click on a marker.
    follow: the playhead is kept in view, until the user looks elsewhere.
    """

    seek_requested = Signal(float)
    person_selected = Signal(int)
    marker_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.follow = True
        self._stored: StoredAnalysis | None = None
        self._tracks: dict[int, Track] = {}
        self._look = Look()
        self._selected: int | None = None
        self._playhead_s = 0.0
        self._looks_elsewhere = False

        self.axis = TimeAxis(self)
        self.legend = TimelineLegend()
        self.ruler = TimelineRuler(self.axis)
        self.board = LaneBoard(self.axis)
        self._area = QScrollArea()
        self._area.setWidget(self.board)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bar = QScrollBar(Qt.Orientation.Horizontal)
        self._bar.setAccessibleName("Part of the recording in view")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID // 2)
        for widget in (self.legend, self.ruler, self._area, self._bar):
            layout.addWidget(widget, 1 if widget is self._area else 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Timeline of the recording")

        for surface in (self.ruler, self.board):
            surface.sought.connect(self.seek_requested)
            surface.moved_view.connect(self._note_where_user_looks)
        self.ruler.activated.connect(self._activate_flag)
        self.board.activated.connect(self._activate_line)
        self.ruler.hovered.connect(self._hover_ruler)
        self.board.hovered.connect(self._hover_lanes)
        self.board.chosen.connect(self._choose)
        self.axis.changed.connect(self._update_bar)
        self._bar.actionTriggered.connect(self._scroll)
        self._show()

    # What it shows.

    def set_analysis(self, stored: StoredAnalysis) -> None:
        """Shows other results and keeps view, selection and look. Cheap if only rows or names were added."""
        known = self._tracks if self._stored is not None and self._stored.path == stored.path else {}
        self._stored = stored
        self._tracks = tracks_of(stored, known)
        self.axis.set_duration(max(self.axis.duration_s, stored.end_s))
        self._show()

    def set_duration(self, seconds: float) -> None:
        """Sets the duration of the recording."""
        self.axis.set_duration(seconds)

    def set_playhead(self, pts_s: float) -> None:
        self._playhead_s = pts_s
        if self.axis.shows(pts_s):
            self._looks_elsewhere = False
        elif self.follow and not self._looks_elsewhere:
            self.axis.reveal(pts_s)
        self.board.overlay.set_playhead(pts_s)
        self.ruler.set_playhead(pts_s)

    def reveal(self, pts_s: float) -> None:
        """Brings a moment into view, for example after a jump."""
        self._looks_elsewhere = False
        self.axis.reveal(pts_s)

    def set_mode(self, mode: Mode) -> None:
        self._set_look(replace(self._look, stacked=mode == "stacked"))

    def set_smoothed(self, smoothed: bool) -> None:
        self._set_look(replace(self._look, smoothed=smoothed))

    def set_selected_person(self, person_id: int | None) -> None:
        self._selected = person_id
        self.board.set_selected(person_id)
        if person_id in self.board.headers:
            self._area.ensureWidgetVisible(self.board.headers[person_id], 0, 0)

    def set_pending_span(self, start_s: float | None) -> None:
        """Shows a range from a moment to the playhead while it is being marked. None hides it."""
        self.board.overlay.set_pending(start_s)

    # Which part of it.

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Zooms. factor: of the time in view, below 1 to zoom in. around_s: the moment that keeps its
        place, if it is in view. The default is the playhead, or the middle of the view."""
        self.axis.zoom(factor, self._playhead_s if around_s is None else around_s)

    def pan(self, seconds: float) -> None:
        self.axis.move_to(self.axis.start_s + seconds)

    def show_all(self) -> None:
        self.axis.show_all()

    # What it does by itself.

    def _show(self) -> None:
        stored = self._stored
        people = () if stored is None else stored.shown_people
        markers = () if stored is None else stored.markers
        analysed = (0.0, 0.0)
        if stored is not None and stored.table.frames:
            analysed = float(stored.table.pts_s[0]), float(stored.table.pts_s[-1])
        self.board.show_people(people, self._tracks, analysed)
        self.board.say("" if people else self._reason(stored))
        self.board.set_selected(self._selected)
        self.board.overlay.set_markers(markers)
        self.ruler.set_markers(markers)
        self.legend.show_values(None, ())
        self._describe()

    def _reason(self, stored: StoredAnalysis | None) -> str:
        """Returns why there are no lanes."""
        if stored is None or not stored.table.frames:
            return "Nothing has been analysed yet"
        if stored.table.faces:
            return "All people in this recording are ignored"
        return "No face was found" + (" so far" if stored.facts.get("state") == "running" else "")

    def _describe(self) -> None:
        titles = [header.text() for header in self.board.headers.values()]
        kind = "stacked" if self._look.stacked else "as curves"
        values = "Smoothed" if self._look.smoothed else "Raw"
        length = fine_clock(self.axis.length_s, 0)
        text = f"{values} probabilities of seven emotions, {kind}, over {length} of {', '.join(titles)}"
        self.setAccessibleDescription(text if titles else self.board.message.text())

    def _set_look(self, look: Look) -> None:
        self._look = look
        self.board.set_look(look)
        self._describe()

    def _choose(self, person_id: int) -> None:
        self.set_selected_person(person_id)
        self.person_selected.emit(person_id)

    def _activate_flag(self, position: QPointF) -> None:
        self._activate(self.ruler.marker_at(position))

    def _activate_line(self, position: QPointF) -> None:
        flag = line_at(self.ruler.flags(), position.x())
        self._activate(None if flag is None else flag.marker)

    def _activate(self, marker: Marker | None) -> None:
        if marker is not None:
            self.marker_activated.emit(marker.id)

    def _hover_ruler(self, position: QPointF | None) -> None:
        self.board.overlay.set_hover(None if position is None else position.x())
        if position is None:
            self.legend.show_values(None, ())
            return
        marker = self.ruler.marker_at(position)
        moment = fine_clock(self.axis.time_at(position.x()) if marker is None else marker.start_s, 2)
        self.legend.show_values(f"{moment}  {'' if marker is None else marker.text}".rstrip(), ())

    def _hover_lanes(self, position: QPointF | None) -> None:
        self.board.overlay.set_hover(None if position is None else position.x())
        person_id = None if position is None else self.board.person_at(position.y())
        if position is None or person_id is None:
            self.legend.show_values(None, ())
            return
        title, smoothed = self.board.headers[person_id].text(), self._look.smoothed
        self.legend.show_values(
            *reading(self._tracks[person_id], title, self.axis.time_at(position.x()), smoothed)
        )

    def _note_where_user_looks(self) -> None:
        self._looks_elsewhere = not self.axis.shows(self._playhead_s)

    def _update_bar(self) -> None:
        axis = self.axis
        self._bar.setRange(0, round((axis.length_s - axis.span_s) * BAR_STEPS_PER_S))
        self._bar.setPageStep(max(1, round(axis.span_s * BAR_STEPS_PER_S)))
        self._bar.setSingleStep(max(1, round(axis.span_s * BAR_STEPS_PER_S / 20)))
        self._bar.setValue(round(axis.start_s * BAR_STEPS_PER_S))

    def _scroll(self) -> None:
        self.axis.move_to(self._bar.sliderPosition() / BAR_STEPS_PER_S)
        self._note_where_user_looks()

    def sizeHint(self) -> QSize:
        row = QFontMetricsF(self.font()).height()
        return QSize(80 * theme.GRID, round(16 * row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1 / ZOOM_PER_KEY)
        elif key == Qt.Key.Key_Minus:
            self.zoom(ZOOM_PER_KEY)
        elif key == Qt.Key.Key_0 and control:
            self.show_all()
        elif key == Qt.Key.Key_Home:
            self._jump(0.0)
        elif key == Qt.Key.Key_End:
            self._jump(self.axis.duration_s)
        else:
            super().keyPressEvent(event)

    def _jump(self, pts_s: float) -> None:
        self.reveal(pts_s)
        self.seek_requested.emit(pts_s)
