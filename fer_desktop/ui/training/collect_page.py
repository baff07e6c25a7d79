"""The page that collects pictures of one's own face from the live view for a data set."""

from __future__ import annotations

import math
import threading
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.live import SessionPhase
from fer_desktop.core.paths import Paths
from fer_desktop.core.training import Burst, count_crops, largest_face, write_crops
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.common import (
    ActionButtons,
    Banner,
    Job,
    JobRunner,
    Message,
    make_action,
    paragraph,
    theme,
)
from fer_desktop.ui.live import LiveSession
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.training.collect_options import CollectOptions
from fer_desktop.ui.training.collect_review import CollectReview
from fer_desktop.ui.training.crop_view import CropView
from fer_desktop.ui.training.labels import count_of

PRIVACY = (
    "Nothing is saved before you press Keep. The pictures that you keep stay on this computer, in the folder "
    "that you choose. Delete them there when you no longer need them."
)
NO_PICTURE = "There is no live picture. Start a camera in the tab Live, then come back."


class CollectState(Enum):
    IDLE = auto()
    BURST = auto()
    REVIEW = auto()
    WRITING = auto()


class CollectPage(QWidget):
    """data_requested(folder): the data in it are to be checked. said(text, folder or None)."""

    data_requested = Signal(Path)
    said = Signal(str, object)

    def __init__(
        self,
        session: LiveSession,
        settings: Settings,
        paths: Paths,
        jobs: JobRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._jobs = jobs
        self._burst: Burst | None = None
        self._collected = 0
        self._news = ""
        self.state = CollectState.IDLE
        self.options = CollectOptions(settings.collect_folder or paths.runs.parent / "collected")
        self.start = make_action(self, "&Start", self._start_or_stop)
        self.open_folder = make_action(self, "O&pen folder", self._open_folder)
        self.check = make_action(self, "C&heck this data", self._check)
        self.buttons = ActionButtons()
        self.buttons.set_actions((self.start, self.open_folder, self.check))
        self.problem = Banner()
        self.view = CropView()
        self.status = paragraph("")
        self.review = CollectReview()
        self._lay_out()
        self.options.folder_changed.connect(self._count)
        self.options.emotion_changed.connect(self._on_emotion)
        self.review.keep_requested.connect(self._keep)
        self.review.discard_requested.connect(self._discard)
        session.state_changed.connect(self._on_session)
        self._count()
        self._update()

    def note_result(self, frame: Frame, result: FrameResult) -> None:
        """Takes each live result with its frame."""
        if self.state is CollectState.BURST and self._burst is not None:
            self._burst.note(frame, largest_face(result))
            self.view.show_face(frame, result, self._countdown)
            if self._burst.is_over:
                self._end_burst()
            else:
                self._show_burst()
        elif self.state is CollectState.IDLE and self.isVisible():
            self.view.show_face(frame, result, self._countdown)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Drops crops that were not kept. The job runner ends a write."""
        self._burst = None
        return []

    # A burst.

    def _start_or_stop(self) -> None:
        if self.state is CollectState.BURST:
            self._end_burst()
            return
        self._burst = Burst(self.options.burst())
        self.problem.set_message(None)
        self._enter(CollectState.BURST)
        self._show_burst()

    def _end_burst(self) -> None:
        assert self._burst is not None
        burst, self._burst = self._burst, None
        taken, count = len(burst.crops), burst.options.count
        if not taken:
            why = "no face was in view" if burst.is_over else "it was stopped"
            self._leave(f"No picture was taken: {why}.")
            return
        why = " No face was in view for the others." if burst.is_over else " Then it was stopped."
        words = f"{taken} of {count_of(count, 'picture')} taken.{why if taken < count else ''} "
        advice = f"Delete the pictures that do not show {self._title.lower()}, then keep the others."
        self.review.show_crops(burst.crops, words + advice)
        self._enter(CollectState.REVIEW)

    def _discard(self) -> None:
        self._leave("No picture was saved.")

    def _keep(self) -> None:
        folder, emotion, crops = self.options.folder, self.options.emotion, self.review.crops
        if folder is None or emotion is None:
            return
        self._enter(CollectState.WRITING)

        def write(job: Job) -> tuple[Path, ...]:
            return write_crops(folder, emotion, crops)

        self._jobs.start(
            write,
            name="write the collected pictures",
            on_success=lambda paths: self._on_written(folder, len(paths)),
            on_error=self._on_error,
            on_cancelled=lambda paths: self._on_written(folder, len(paths)),
            owner=self,
        )

    def _on_written(self, folder: Path, count: int) -> None:
        self._settings.collect_folder = folder
        text = f"{count_of(count, 'picture')} of {self._title.lower()} saved."
        self._leave(text)
        self._count()
        self.said.emit(text, folder)

    def _on_error(self, error: Exception) -> None:
        self._enter(CollectState.REVIEW)
        self.problem.set_message(
            Message("warning", "The pictures could not be saved. They are still here.", str(error))
        )

    def _leave(self, news: str) -> None:
        """Goes back to the live face and shows the news."""
        self.review.show_crops((), "")
        self.problem.set_message(None)
        self._news = news
        self._enter(CollectState.IDLE)

    # The folder.

    def _count(self) -> None:
        folder = self.options.folder
        if folder is None:
            self._show_counts(dict.fromkeys(emotions.EMOTIONS, 0))
            return

        def show(counts: dict[str, int]) -> None:
            if folder == self.options.folder:
                self._show_counts(counts)

        self._jobs.start(
            lambda job: count_crops(folder), name="count the pictures", on_success=show, owner=self
        )

    def _show_counts(self, counts: dict[str, int]) -> None:
        self._collected = sum(counts.values())
        self.options.show_counts(counts)
        self._update()

    def _open_folder(self) -> None:
        if self.options.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.options.folder)))

    def _check(self) -> None:
        if self.options.folder is not None:
            self.data_requested.emit(self.options.folder)

    # What is shown.

    def _on_emotion(self) -> None:
        self._news = ""
        self._update()

    def _on_session(self) -> None:
        if not self._has_picture:
            self.view.clear()
            if self.state is CollectState.BURST:
                self._end_burst()
        self._update()

    @property
    def _countdown(self) -> str:
        seconds = self._burst.countdown_s if self._burst is not None else 0.0
        return str(math.ceil(seconds)) if seconds > 0 else ""

    def _show_burst(self) -> None:
        assert self._burst is not None
        waits = self._burst.countdown_s > 0
        taken, count = len(self._burst.crops), self._burst.options.count
        self.status.setText(f"Show {self._title.lower()}…" if waits else f"{taken} of {count} taken")

    def _enter(self, state: CollectState) -> None:
        self.state = state
        self._update()

    def _update(self) -> None:
        idle, burst = self.state is CollectState.IDLE, self.state is CollectState.BURST
        ready = self.options.emotion is not None and self.options.folder is not None
        self.options.setEnabled(idle)
        self.start.setText("S&top" if burst else "&Start")
        self.start.setEnabled(burst or (idle and ready and self._has_picture))
        self.open_folder.setEnabled(self._collected > 0)
        self.check.setEnabled(idle and self._collected > 0)
        self.review.set_busy(self.state is CollectState.WRITING)
        self.pages.setCurrentWidget(self.live if idle or burst else self.review)
        if idle:
            self.status.setText(self._advice(ready))

    def _advice(self, ready: bool) -> str:
        if not self._has_picture:
            return " ".join(filter(None, (self._news, NO_PICTURE)))
        if self._news:
            return self._news
        return (
            "Press Start and show the emotion until all pictures are taken."
            if ready
            else "Choose an emotion to show."
        )

    @property
    def _has_picture(self) -> bool:
        return self._session.state.phase is SessionPhase.RUNNING

    @property
    def _title(self) -> str:
        return emotions.by_name(self.options.emotion).title if self.options.emotion else ""

    def _lay_out(self) -> None:
        self.live = QWidget()
        right = QVBoxLayout(self.live)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.GRID)
        right.addWidget(self.status)
        right.addWidget(self.view, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.live)
        self.pages.addWidget(self.review)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, theme.GRID, 0)
        column.setSpacing(2 * theme.GRID)
        for widget in (self.options, self.buttons, paragraph(PRIVACY)):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(left)
        scroll.setMinimumWidth(left.minimumSizeHint().width() + scroll.verticalScrollBar().sizeHint().width())
        halves = QHBoxLayout()
        halves.setSpacing(2 * theme.GRID)
        halves.addWidget(scroll, 2)
        halves.addWidget(self.pages, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.addWidget(self.problem)
        layout.addLayout(halves, 1)
