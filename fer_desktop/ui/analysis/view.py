"""A recording with its results: picture, people, markers and timeline."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.analysis.markers_panel import MarkersPanel
from fer_desktop.ui.analysis.people_panel import PeoplePanel
from fer_desktop.ui.analysis.player import Player
from fer_desktop.ui.analysis.timeline import AnalysisTimeline
from fer_desktop.ui.analysis.view_actions import ViewActions
from fer_desktop.ui.common import theme

ZOOM_STEP = 1.5


class AnalysisView(QWidget):
    """said(text): for the status bar. taken_over: the user has moved the playhead."""

    said = Signal(str)
    taken_over = Signal()

    def __init__(self, document: AnalysisDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.player = Player()
        self.timeline = AnalysisTimeline()
        self.people = PeoplePanel(document)
        self.markers = MarkersPanel(document)
        self.actions_ = ViewActions(self, document.undo_stack)
        self._playhead_s = 0.0
        self._span_from_s: float | None = None

        self._panels = QTabWidget()
        self._panels.setDocumentMode(True)
        self._panels.addTab(self.people, "People")
        self._panels.addTab(self.markers, "Markers")
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(self.player)
        upper.addWidget(self._panels)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(self._tools())
        column.addWidget(self.timeline, 1)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.addWidget(upper)
        self._splitter.addWidget(lower)
        for splitter in (upper, self._splitter):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(theme.GRID)
            splitter.setStretchFactor(0, 3)
            splitter.setStretchFactor(1, 2 if splitter is self._splitter else 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self._connect()
        self._refresh()

    def show_live(self, frame: Frame, result: FrameResult) -> None:
        """Shows a picture that has just been analysed, with its people."""
        stored = self.document.stored
        position = stored.table.at(result.pts_s)
        if position is not None and stored.table.pts_s[position] == result.pts_s:
            result = stored.result(position)
        self.player.show_live(frame, result)
        self._show_time(frame.pts_s)

    def seek(self, pts_s: float) -> None:
        """Moves the playhead for the user."""
        self.taken_over.emit()
        self._show_time(pts_s)
        self.timeline.reveal(pts_s)
        self.player.seek(pts_s)

    def _tools(self) -> QHBoxLayout:
        act = self.actions_
        self.mode = QComboBox()
        self.mode.addItem("Curves", "curves")
        self.mode.addItem("Stacked", "stacked")
        self.mode.setAccessibleName("How emotions are drawn")
        self.smoothed = QCheckBox("&Smoothed")
        self.smoothed.setChecked(True)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(self.mode)
        row.addWidget(self.smoothed)
        for action in (act.zoom_in, act.zoom_out, act.show_all):
            row.addWidget(_tool(action))
        self.hint = QLabel()
        row.addWidget(self.hint, 1)
        for action in (act.mark, act.mark_span, act.undo, act.redo, act.export):
            row.addWidget(_tool(action))
        return row

    def _connect(self) -> None:
        act = self.actions_
        for action, slot in (
            (act.toggle, self._toggle),
            (act.back, lambda: self._step(-1)),
            (act.forward, lambda: self._step(1)),
            (act.second_back, lambda: self.seek(max(self._playhead_s - 1, 0.0))),
            (act.second_forward, lambda: self.seek(self._playhead_s + 1)),
            (act.mark, self._mark),
            (act.mark_span, self._mark_span),
            (act.zoom_in, lambda: self.timeline.zoom(1 / ZOOM_STEP, self._playhead_s)),
            (act.zoom_out, lambda: self.timeline.zoom(ZOOM_STEP, self._playhead_s)),
            (act.show_all, self.timeline.show_all),
        ):
            action.triggered.connect(slot)
        self.mode.activated.connect(lambda: self.timeline.set_mode(self.mode.currentData()))
        self.smoothed.toggled.connect(self.timeline.set_smoothed)
        self.timeline.seek_requested.connect(self.seek)
        self.timeline.person_selected.connect(self.people.select)
        self.timeline.marker_activated.connect(self._show_marker)
        self.people.selected.connect(self.timeline.set_selected_person)
        self.people.selected.connect(self.player.set_selected)
        self.markers.seek_requested.connect(self.seek)
        self.player.position_changed.connect(self._show_time)
        self.player.taken_over.connect(self.taken_over)
        self.document.changed.connect(self._refresh)
        self.document.failed.connect(self.said)

    def _refresh(self) -> None:
        stored = self.document.stored
        self.player.set_analysis(stored)
        self.timeline.set_analysis(stored)
        self.timeline.set_duration(stored.end_s)

    def _show_time(self, pts_s: float) -> None:
        self._playhead_s = self.people.playhead_s = pts_s
        self.timeline.set_playhead(pts_s)

    def _toggle(self) -> None:
        self.taken_over.emit()
        self.player.toggle()

    def _step(self, frames: int) -> None:
        self.taken_over.emit()
        self.player.step(frames)

    def _mark(self) -> None:
        self._added(self.document.add_marker(self._playhead_s))

    def _mark_span(self) -> None:
        """Starts a range, or ends it. The end may be before the start."""
        if self._span_from_s is None:
            self._span_from_s = self._playhead_s
            self.hint.setText("A range has been started. Press R to end it here.")
        else:
            start_s, end_s = sorted((self._span_from_s, self._playhead_s))
            self._span_from_s = None
            self.hint.clear()
            self._added(self.document.add_marker(start_s, end_s))
        self.timeline.set_pending_span(self._span_from_s)

    def _added(self, marker_id: int) -> None:
        """Asks for the text of a new marker, unless the recording plays."""
        if not self.player.is_playing:
            self._show_marker(marker_id)

    def _show_marker(self, marker_id: int) -> None:
        self._panels.setCurrentWidget(self.markers)
        self.markers.edit(marker_id)


def _tool(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
