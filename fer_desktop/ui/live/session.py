"""The live view's engine: one source, one model, the newest picture and the newest result for the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
from PySide6.QtCore import QObject, Signal

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.live import (
    BACKOFF_S,
    LiveFeed,
    LiveLoop,
    ModelPhase,
    ModelStatus,
    PipelineLoader,
    SessionPhase,
    SessionState,
    SourceRequest,
    Stats,
)
from fer_desktop.core.pipeline import PersonalCalibration, Pipeline, PipelineSettings, build_pipeline
from fer_desktop.core.types import Frame, FrameResult
from fer_desktop.ui.common import GuiQueue, join_threads

FAILURE_ADVICE = "Choose another device, model or detector in the settings, then start again."


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The loader is done: the settings it was given, and the pipeline or why there is none."""

    settings: PipelineSettings
    outcome: Pipeline | Exception


@dataclass(frozen=True, slots=True)
class _Captured:
    """The capture thread of a feed reports its state."""

    feed: LiveFeed
    state: SessionState


@dataclass(frozen=True, slots=True)
class _Failed:
    """A picture of a feed could not be analysed; final: too many in a row."""

    feed: LiveFeed
    error: Exception
    final: bool


_Event = _Loaded | _Captured | _Failed


class LiveSession(QObject):
    """Shows one source at a time with the faces found in it. All methods are for the GUI thread; only
    `shutdown` waits.

    ready: there is a new picture or result; call `take_frame` and `take_result`, only then it comes again.
    state_changed(SessionState), model_changed(ModelStatus): something changed; `state` and `model_status`
    keep the last value. All three are emitted on the GUI thread.

    The threads are Python threads: one that hangs in a driver can be left behind when the program ends, where
    Qt aborts the process for a QThread that still runs.
    """

    ready = Signal()
    state_changed = Signal(SessionState)
    model_changed = Signal(ModelStatus)

    def __init__(
        self,
        settings: PipelineSettings,
        *,
        build: Callable[[PipelineSettings], Pipeline] = build_pipeline,
        clock: Callable[[], float] = time.monotonic,
        backoff_s: Sequence[float] = BACKOFF_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        cv2.setNumThreads(1)  # OpenCV's own threads would compete with the classifier's
        self._settings = settings
        self._state = SessionState()
        self._model_status = ModelStatus("loading")
        self._events = GuiQueue(self, on_event=self._on_event, on_woken=self._on_woken)

        self._loop = LiveLoop(
            on_preview=self._events.wake,
            on_result=self._events.wake,
            on_state=self._on_state,
            on_failure=self._on_failure,
            clock=clock,
            backoff_s=backoff_s,
        )
        self._paused = False

        self._loading: PipelineSettings | None = None
        self._serving: tuple[PipelineSettings, Pipeline] | None = None
        self._personal: PersonalCalibration | None = None
        self._loader = PipelineLoader(build, self._on_outcome)

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def model_status(self) -> ModelStatus:
        return self._model_status

    def start_model(self) -> None:
        """Loads the model in the background, or again after an error. The preview does not need it."""
        if self._events.is_closed:
            return
        if not self._loader.is_alive():
            self._loader.start()
            self._loop.start()
        self._load()

    def configure(self, settings: PipelineSettings) -> None:
        """Takes over other settings. What needs another model or detector is loaded in the background, and
        the old one serves until then; anything else holds from the next picture on."""
        self._settings = settings
        if not self._loader.is_alive():
            return
        if self._serving is not None:
            self._serving[1].classifier.tau = settings.tau
        if self._loading is not None and not self._loading.needs_rebuild(settings):
            return
        if self._serving is None or self._serving[0].needs_rebuild(settings):
            self._load()
        else:
            self._loading = None
            self._serve(self._serving[1])
            self._announce_model("ready")

    def set_personal(self, personal: PersonalCalibration | None) -> None:
        """Corrects every face that is alone from the next picture on, None for no correction."""
        self._personal = personal
        if self._serving is not None:
            self._serving[1].personal = personal
            self._analyse_again()

    def open(self, request: SourceRequest) -> None:
        """Ends the present source and shows this one."""
        if self._events.is_closed:
            return
        self._paused = False
        self._loop.close()
        self._change_state(SessionState(SessionPhase.OPENING, name=request.name))
        self._loop.open(request)

    def pause(self) -> None:
        """Holds the picture: a file waits, a camera stays open. Without effect unless running."""
        if self._loop.has_source and self._state.phase is SessionPhase.RUNNING:
            self._paused = True
            self._loop.pause()
            self._change_state(replace(self._state, phase=SessionPhase.PAUSED))

    def resume(self) -> None:
        """Goes on after a pause."""
        if self._loop.has_source and self._paused:
            self._paused = False
            self._loop.resume()
            if self._state.phase is SessionPhase.PAUSED:
                self._change_state(replace(self._state, phase=SessionPhase.RUNNING))

    def stop(self) -> None:
        """Closes the source."""
        self._paused = False
        self._loop.close()
        self._change_state(SessionState())

    def take_frame(self) -> Frame | None:
        """The newest picture; None when it was taken already."""
        return self._loop.feed.preview.take()

    def take_result(self) -> FrameResult | None:
        """The newest result; None when it was taken already."""
        return self._loop.feed.results.take()

    def note_displayed(self, shown: Frame | FrameResult) -> None:
        """To be called when a picture was painted, for the display rate, or a result, for the latency."""
        if isinstance(shown, Frame):
            self._loop.feed.displayed.tick()
        elif self._state.phase is SessionPhase.RUNNING:  # one that stands still may be analysed again
            self._loop.feed.latency.note_since(shown.captured_at)

    def stats(self) -> Stats:
        return self._loop.feed.stats()

    def begin_shutdown(self) -> list[threading.Thread]:
        """Tells every thread to end and returns them; the session is of no use afterwards."""
        self._events.close()
        self._paused = False
        self._loader.stop()
        return [*self._loop.begin_shutdown(), self._loader]

    def shutdown(self, timeout_s: float = 2.0) -> bool:
        """Ends every thread and waits for them.

        False when one hung and was left behind. It is a daemon, but code outside Python may keep the process
        alive or crash it at the end, so that the program should then leave through os._exit.
        """
        return join_threads(self.begin_shutdown(), timeout_s)

    def _load(self) -> None:
        self._loading = self._settings
        self._loader.request(self._settings)
        self._announce_model("loading")

    def _serve(self, pipeline: Pipeline) -> None:
        """Uses a pipeline whose detector and model are those of the present settings."""
        pipeline = pipeline.with_settings(self._settings)
        pipeline.personal = self._personal
        self._serving = self._settings, pipeline
        self._loop.use(pipeline)
        self._analyse_again()

    def _analyse_again(self) -> None:
        """Shows at once what a change does to a picture that stands still."""
        if self._state.phase in (SessionPhase.PAUSED, SessionPhase.FINISHED):
            self._loop.repeat()

    def _change_state(self, state: SessionState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

    def _announce_model(self, phase: ModelPhase, message: str | None = None) -> None:
        self._model_status = ModelStatus(phase, message)
        if self._serving is not None:
            classifier = self._serving[1].classifier
            self._model_status = ModelStatus(
                phase, message, classifier.card, classifier.device, classifier.notice
            )
        self.model_changed.emit(self._model_status)

    # Called by the other threads.

    def _on_state(self, feed: LiveFeed, state: SessionState) -> None:
        self._events.post(_Captured(feed, state))

    def _on_outcome(self, settings: PipelineSettings, outcome: Pipeline | Exception) -> None:
        self._events.post(_Loaded(settings, outcome))

    def _on_failure(self, feed: LiveFeed, error: Exception, final: bool) -> None:
        self._events.post(_Failed(feed, error, final))

    # Back on the GUI thread. Events of another feed belong to a source that was closed.

    def _on_event(self, event: _Event) -> None:
        match event:
            case _Loaded(settings, outcome) if settings is self._loading:
                self._take_over(settings, outcome)
            case _Captured(feed, state) if feed is self._loop.feed:
                is_paused = self._paused and state.phase is SessionPhase.RUNNING
                self._change_state(replace(state, phase=SessionPhase.PAUSED) if is_paused else state)
            case _Failed(feed, error, final) if feed is self._loop.feed:
                self._report_failure(error, final)

    def _on_woken(self) -> None:
        if not (self._loop.feed.preview.is_empty and self._loop.feed.results.is_empty):
            self.ready.emit()

    def _take_over(self, settings: PipelineSettings, outcome: Pipeline | Exception) -> None:
        self._loading = None
        if isinstance(outcome, Exception):
            self._announce_model("error", _plain("The model could not be loaded", outcome))
        else:
            self._serve(outcome)
            self._announce_model("ready")

    def _report_failure(self, error: Exception, final: bool) -> None:
        message = _plain("The picture could not be analysed", error)
        if final:
            self._paused = False
            self._loop.end_capture()
            self._change_state(
                SessionState(
                    SessionPhase.ERROR, self._state.source, self._state.name, message, FAILURE_ADVICE
                )
            )
        else:
            self._announce_model("ready", message)


def _plain(what: str, error: Exception) -> str:
    if isinstance(error, FerDesktopError):
        return str(error)
    return f"{what} ({type(error).__name__}: {error})."
