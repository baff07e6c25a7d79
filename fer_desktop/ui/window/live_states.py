"""Shows the states of the source, the cameras and the model in the live view."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, Signal

from fer_desktop.core.live import ModelStatus, SessionPhase, SessionState
from fer_desktop.core.sources import CameraInfo
from fer_desktop.ui.live import (
    CameraMenu,
    CameraWatcher,
    LivePage,
    LiveSession,
    PipelineControl,
    SourceControl,
)
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.state_pages import finished_banner, is_one_picture, model_banner, source_page


class LiveStates(QObject):
    """Brings the page, the banners and the camera menu to each new state.

    named(text): the name of the source, empty without one.
    """

    named = Signal(str)

    def __init__(
        self,
        session: LiveSession,
        watcher: CameraWatcher,
        source: SourceControl,
        pipeline: PipelineControl,
        actions: Actions,
        camera_menu: CameraMenu,
        live_page: LivePage,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._watcher = watcher
        self._source = source
        self._pipeline = pipeline
        self._actions = actions
        self._camera_menu = camera_menu
        self._live_page = live_page

    def show_state(self, state: SessionState) -> None:
        self._actions.show_phase(state.phase)
        finished = state.phase is SessionPhase.FINISHED and not is_one_picture(state)
        self._live_page.end_banner.set_message(finished_banner(state, self._actions) if finished else None)
        self._camera_menu.set_current(self._source.camera_key)
        self._show_source()

    def show_model(self, status: ModelStatus) -> None:
        self._live_page.model_banner.set_message(
            model_banner(
                status,
                self._actions,
                custom_model=self._pipeline.has_other_model,
                custom_detector=self._pipeline.has_other_detector,
            )
        )

    def show_cameras(self, cameras: tuple[CameraInfo, ...]) -> None:
        """Shows the cameras that are present, and starts the first source if it waited for them."""
        self._camera_menu.set_cameras(cameras, self._source.camera_key)
        self._source.start(cameras)
        self._show_source()

    def _show_source(self) -> None:
        """Shows the name of the source and, while it has no picture, its page."""
        state = self._session.state
        state = dataclasses.replace(state, name=self._known_name(state.name))
        self.named.emit(state.name)
        self._live_page.set_page(
            source_page(
                state,
                self._actions,
                self._camera_menu.cameras,
                live=self._source.is_live,
                last_source=self._known_name(self._source.name),
            )
        )

    def _known_name(self, name: str) -> str:
        """Returns a camera's own name. A remembered camera has no name until it is seen."""
        present = {camera.key: camera.name for camera in self._watcher.cameras}
        return name and present.get(self._source.camera_key or "", name)
