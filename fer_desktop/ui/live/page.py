"""The live view: the picture, the timeline below it, the faces beside it."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.live import ModelStatus, SessionPhase, SessionState
from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.common import Banner, Message, MessagePage, VideoView, theme
from fer_desktop.ui.live.face_panel import FacePanel
from fer_desktop.ui.live.rolling_timeline import RollingTimeline
from fer_desktop.ui.live.session import LiveSession

NO_FACE_AFTER_S = 1.5
NO_FACE = "No face in the picture"
SHOWING = (SessionPhase.RUNNING, SessionPhase.PAUSED, SessionPhase.FINISHED)
RECENT_FRAMES = 3
"""How many frames are kept to be matched with later results."""
LOADING_MODEL = "Loading the model…"


class LivePage(QWidget):
    """Shows the newest picture and result of the session.

    analysed(FrameResult): each result that is shown. shown(Frame, FrameResult): a result with its own frame,
    if that frame was shown.
    """

    analysed = Signal(FrameResult)
    shown = Signal(Frame, FrameResult)

    def __init__(self, session: LiveSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._last_face_s: float | None = None
        self._no_face = False
        self._wants_timeline = self._wants_panel = True
        self._frames: deque[Frame] = deque(maxlen=RECENT_FRAMES)

        self.view = VideoView()
        self.message_page = MessagePage()
        self.model_banner = Banner()
        self.end_banner = Banner()
        self.timeline = RollingTimeline()
        self.panel = FacePanel()

        self._stage = QStackedWidget()
        self._stage.addWidget(self.view)
        self._stage.addWidget(self.message_page)
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.model_banner)
        column.addWidget(self._stage, 1)
        column.addWidget(self.end_banner)

        self._left = QSplitter(Qt.Orientation.Vertical)
        self._left.addWidget(picture)
        self._left.addWidget(self.timeline)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self._left)
        self._splitter.addWidget(self.panel)
        for splitter in (self._left, self._splitter):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(theme.GRID)
            splitter.setStretchFactor(0, 1)
            splitter.setStretchFactor(1, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.GRID,) * 4)
        layout.addWidget(self._splitter)

        session.ready.connect(self._take)
        session.state_changed.connect(self._on_state)
        session.model_changed.connect(self._describe)
        self.view.displayed.connect(session.note_displayed)
        self.view.face_clicked.connect(self.panel.select)
        self.panel.selected.connect(self.view.set_selected)
        self.panel.selected.connect(self.timeline.select)
        self._previous_phase = session.state.phase
        self._describe()

    @property
    def page(self) -> Message | None:
        """The message in place of the picture, None while the picture is shown."""
        return self.message_page.message if self._stage.currentWidget() is self.message_page else None

    def set_page(self, message: Message) -> None:
        """Sets the message that is shown without a picture."""
        self.message_page.set_message(message)
        self._choose_page()

    def set_style(self, style: OverlayStyle, *, mirrored: bool) -> None:
        self.view.set_style(style)
        self.view.set_mirrored(mirrored)

    def set_parts(self, *, timeline: bool, panel: bool) -> None:
        """Sets which parts are shown beside the picture."""
        self._wants_timeline, self._wants_panel = timeline, panel
        self._choose_page()

    def refresh_numbers(self) -> None:
        """Updates the numbers. Called a few times a second."""
        self.panel.refresh_numbers()

    def snapshot(self) -> QImage:
        return self.view.snapshot()

    def save_state(self) -> QByteArray:
        return self._splitter.saveState()

    def restore_state(self, state: QByteArray) -> None:
        self._splitter.restoreState(state)

    def _take(self) -> None:
        result = self._session.take_result()
        frame = self._session.take_frame()
        if self._session.state.phase not in SHOWING:
            return  # late, from a source that is closed
        if frame is not None:
            self._frames.append(frame)
            first = not self.view.has_picture
            self.view.show_frame(frame)
            if first:
                self._choose_page()
        if result is not None:
            self.view.show_result(result)
            self.panel.show_result(result)
            self.timeline.show_result(result)
            self._note_faces(result)
            self.analysed.emit(result)
            for recent in self._frames:
                if recent.index == result.index and recent.captured_at == result.captured_at:
                    self.shown.emit(recent, result)

    def _note_faces(self, result: FrameResult) -> None:
        if result.faces or self._last_face_s is None:
            self._last_face_s = result.pts_s
        source = self._session.state.source
        patience_s = 0.0 if source is not None and source.kind == "images" else NO_FACE_AFTER_S
        no_face = not result.faces and result.pts_s - self._last_face_s >= patience_s
        if no_face != self._no_face:
            self._no_face = no_face
            self._describe()

    def _on_state(self, state: SessionState) -> None:
        started = state.phase is SessionPhase.RUNNING and self._previous_phase in (
            SessionPhase.OPENING,
            SessionPhase.RECONNECTING,
        )
        if state.phase in (SessionPhase.OPENING, SessionPhase.IDLE, SessionPhase.RECONNECTING) or started:
            self._start_anew(state)
        self._previous_phase = state.phase
        self._choose_page()
        self._describe()

    def _start_anew(self, state: SessionState) -> None:
        self.view.clear()
        self.panel.clear()
        self._frames.clear()
        self._last_face_s, self._no_face = None, False
        if state.source is None or state.source.kind == "camera":
            self.timeline.start_live()
        else:
            self.timeline.start_file(state.source.duration_s)

    def _choose_page(self) -> None:
        phase = self._session.state.phase
        shown = phase in SHOWING and self.view.has_picture
        self._stage.setCurrentWidget(self.view if shown else self.message_page)
        # These pages stay until the user acts. They get the room of the empty timeline and panel.
        empty = phase in (SessionPhase.IDLE, SessionPhase.ERROR, SessionPhase.RECONNECTING)
        self.timeline.setVisible(self._wants_timeline and not empty)
        self.panel.setVisible(self._wants_panel and not empty)

    def _describe(self) -> None:
        """Sets the note over the picture and the hint in the empty panel."""
        phase, model = self._session.state.phase, self._session.model_status
        running = phase in SHOWING
        loading = model.phase == "loading" and model.card is None
        note = ""
        if phase is SessionPhase.PAUSED:
            note = "Paused"
        elif running and loading:
            note = LOADING_MODEL
        elif running and self._no_face and not self.panel.cards:
            note = NO_FACE
        self.view.set_note(note)
        source = self._session.state.source
        live = source is not None and source.kind == "camera"
        self.panel.set_hint(_panel_hint(running, model, live=live))


def _panel_hint(running: bool, model: ModelStatus, *, live: bool) -> str:
    if not running:
        return "Each face gets a card here."
    if model.card is None:
        return LOADING_MODEL if model.phase == "loading" else "Without a model there are no emotions."
    if live:
        return "No face is found. Look at the camera, with light from the front."
    return "No face is found."
