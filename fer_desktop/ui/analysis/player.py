"""The player of a recording: the picture with its results and, below it, the controls. It plays no sound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core.overlay import OverlayStyle
from fer_desktop.core.results import StoredAnalysis
from fer_desktop.core.seeking import SeekableSource, open_seekable
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.analysis.player_overlay import StoredOverlay
from fer_desktop.ui.analysis.player_thread import Clock, Playback, PlayerThread
from fer_desktop.ui.analysis.transport import SPEEDS, Transport
from fer_desktop.ui.common import GuiQueue, Message, MessagePage, VideoView, theme

EMPTY = Message("open", "No recording", "The pictures of a recording appear here.")


class Player(QWidget):
    """Shows the frames of one recording, decoded on their own thread, with the stored results.

    position_changed(PTS in seconds of the frame that is shown now). playing_changed(bool).
    failed(text): the recording cannot be opened or read. taken_over: a button of the player was used.
    clock, opener: for tests.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    failed = Signal(str)
    taken_over = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        clock: Clock = time.monotonic,
        opener: Callable[[Path], SeekableSource] = open_seekable,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._opener = opener
        self._thread: PlayerThread | None = None
        self._ending: list[PlayerThread] = []
        self._overlay: StoredOverlay | None = None
        self._frame: Frame | None = None
        self._live = False
        self._playing = False
        self._ended = False
        self._speed = 1.0
        self._duration_s: float | None = None

        self.view = VideoView()
        self.message_page = MessagePage()
        self.transport = Transport()
        self._stage = QStackedWidget()
        self._stage.addWidget(self.message_page)
        self._stage.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self._stage, 1)
        column.addWidget(self.transport)
        self.transport.toggled.connect(self._on_toggled)
        self.transport.stepped.connect(self._on_stepped)
        self.transport.speed_chosen.connect(self.set_speed)
        self._news = GuiQueue(self, on_woken=self._take)
        self._say(EMPTY)

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self._frame

    @property
    def is_playing(self) -> bool:
        return self._playing

    def open(self, path: Path) -> None:
        """Opens a recording and shows its first frame, or emits `failed`."""
        self.close_recording()
        self._say(Message("open", f"Opening {path.name}…"))
        self._thread = PlayerThread(path, self._news.wake, clock=self._clock, opener=self._opener)
        self._thread.requests.set_speed(self._speed)
        self._thread.start()

    def close_recording(self) -> None:
        if self._thread is not None:
            self._thread.stop()
            self._ending = [thread for thread in (*self._ending, self._thread) if thread.is_alive()]
            self._thread = None
        self._set_playing(False)
        self._frame, self._duration_s = None, None
        self._live = self._ended = False
        self.view.clear()
        self.view.set_note("")
        self.transport.set_active(False)
        self.transport.show_playing(False)
        self.transport.show_position(None, None)
        self._say(EMPTY)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Closes the recording and returns the threads to be joined."""
        self.close_recording()
        return list(self._ending)

    def set_analysis(self, stored: StoredAnalysis | None) -> None:
        """Sets the results that are drawn over the frames, also over the present one."""
        self._overlay = None if stored is None else StoredOverlay(stored)
        self.view.set_names({} if self._overlay is None else self._overlay.names)
        if self._frame is not None and not self._live:
            self._paint(self._frame)

    def show_live(self, frame: Frame, result: FrameResult) -> None:
        """Shows a frame that has just been analysed. It stays until the user seeks, steps or plays."""
        if self._playing:
            return
        self._live = True
        known = None if self._overlay is None else self._overlay.hidden(frame)
        self._show(frame)
        self.view.show_matched(frame, result, known or result)

    def set_style(self, style: OverlayStyle) -> None:
        self.view.set_style(style)

    def set_selected(self, person_id: int | None) -> None:
        self.view.set_selected(person_id)

    # Moving. Without a recording nothing happens.

    def seek(self, pts_s: float) -> None:
        """Goes to the frame at a time in seconds. Only the newest call counts."""
        if self._thread is not None:
            self._live = self._ended = False
            self._thread.requests.seek(pts_s)

    def play(self) -> None:
        """Plays from the present frame or, after the end, from the beginning."""
        if self._thread is None:
            return
        if self._ended:
            self.seek(0.0)
        self._leave_live()
        self._thread.requests.play(True)
        self._set_playing(True)

    def pause(self) -> None:
        if self._thread is not None and self._playing:
            self._thread.requests.play(False)
            self._set_playing(False)

    def toggle(self) -> None:
        self.pause() if self._playing else self.play()

    def step(self, frames: int) -> None:
        """Goes this many frames forward, or back if negative, and stops playing."""
        if self._thread is not None:
            self._leave_live()
            self._ended = False
            self._thread.requests.step(frames)
            self._set_playing(False)

    def set_speed(self, speed: float) -> None:
        """Sets the playback speed, limited to 0.25 to 4 times the recording's own."""
        self._speed = min(max(speed, SPEEDS[0]), SPEEDS[-1])
        self.transport.show_speed(self._speed)
        if self._thread is not None:
            self._thread.requests.set_speed(self._speed)

    def _leave_live(self) -> None:
        """Continues from the live frame that is shown."""
        if self._live and self._frame is not None:
            self.seek(self._frame.pts_s)

    def _on_toggled(self) -> None:
        self.taken_over.emit()
        self.toggle()

    def _on_stepped(self, frames: int) -> None:
        self.taken_over.emit()
        self.step(frames)

    # What the thread has done.

    def _take(self) -> None:
        thread = self._thread
        state = None if thread is None else thread.states.take()
        if thread is None or state is None:
            return  # a late state of a recording that is closed
        if state.error is not None:
            self._fail(state.error)
            return
        if state.info is not None:
            self._duration_s = state.info.duration_s
        if state.frame is not None and not self._live:
            self._show(state.frame)
            self._paint(state.frame)
        self._follow_end(state, is_newest=state.number == thread.requests.number)

    def _follow_end(self, state: Playback, *, is_newest: bool) -> None:
        if is_newest and state.ended and self._playing:
            self._ended = True
            self._set_playing(False)
        self.transport.show_playing(self._playing, ended=self._ended)
        self.view.set_note("End" if self._ended else "")

    def _fail(self, text: str) -> None:
        self.close_recording()
        self._say(Message("file-broken", "The recording cannot be shown", text))
        self.failed.emit(text)

    def _show(self, frame: Frame) -> None:
        """Shows everything but the picture."""
        moved = self._frame is None or self._frame.pts_s != frame.pts_s
        self._frame = frame
        self._stage.setCurrentWidget(self.view)
        self.transport.set_active(self._thread is not None)
        self.transport.show_position(frame.pts_s, frame.index, self._duration_s)
        if moved:
            self.position_changed.emit(frame.pts_s)

    def _paint(self, frame: Frame) -> None:
        if self._overlay is None:
            self.view.show_matched(frame, None)
        else:
            self.view.show_matched(frame, self._overlay.drawn(frame), self._overlay.hidden(frame))

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.transport.show_playing(playing)
            self.playing_changed.emit(playing)

    def _say(self, message: Message) -> None:
        self.message_page.set_message(message)
        self._stage.setCurrentWidget(self.message_page)
