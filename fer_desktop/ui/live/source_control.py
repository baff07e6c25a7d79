"""Opens the camera or file that is shown, at the start of the program and later."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from fer_desktop.core.live import SessionPhase, SourceRequest
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.settings import Settings

if TYPE_CHECKING:
    from fer_desktop.core.sources.base import FrameSource
    from fer_desktop.core.sources.discovery import CameraInfo


def open_camera(key: str, name: str) -> FrameSource:
    """Opens the camera of a key, on any port. Raises CameraUnavailableError if it is not plugged in."""
    from fer_desktop.core.errors import CameraUnavailableError
    from fer_desktop.core.sources.camera import CameraSource
    from fer_desktop.core.sources.discovery import find_camera

    camera = find_camera(key)
    if camera is None:
        raise CameraUnavailableError(f"{name}: this camera is not plugged in.")
    return CameraSource(camera)


def open_files(paths: Sequence[Path]) -> FrameSource:
    """Opens a video, a picture, a folder of pictures, or several pictures. Raises SourceError."""
    from fer_desktop.core.sources.images import ImageSource
    from fer_desktop.core.sources.opening import open_source

    return open_source(paths[0]) if len(paths) == 1 else ImageSource(paths)


LAST_CAMERA = "The camera used last"
"""The name of a remembered camera until it is seen. Only its key is known."""


class SourceControl(QObject):
    """Opens sources in the session and remembers the camera.

    camera_opener, file_opener: run on the capture thread.
    """

    def __init__(
        self,
        session: LiveSession,
        settings: Settings,
        *,
        camera_opener: Callable[[str, str], FrameSource] = open_camera,
        file_opener: Callable[[Sequence[Path]], FrameSource] = open_files,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._camera_opener = camera_opener
        self._file_opener = file_opener
        self._request: SourceRequest | None = None
        self.camera_key: str | None = None
        self.files: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """The name of the present or last source, empty before the first one."""
        return self._request.name if self._request else ""

    @property
    def is_live(self) -> bool:
        """Whether the present or last source is a camera. True before the first one."""
        return self._request is None or self._request.live

    def open_camera(self, camera: CameraInfo) -> None:
        self._settings.camera_key = camera.key
        self._open_camera(camera.key, camera.name)

    def open_files(self, paths: Sequence[Path]) -> None:
        self.camera_key, self.files = None, tuple(paths)
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} pictures"
        self._open(SourceRequest(name, functools.partial(self._file_opener, self.files), live=False))

    def start(self, cameras: tuple[CameraInfo, ...] | None, *, key: str | None = None) -> None:
        """Starts the camera of this key, else the remembered one, else the only one.

        cameras: those that are present, None if not known. Does nothing after a source was chosen.
        """
        if self._request is not None:
            return
        wanted = key or self._settings.camera_key
        if wanted is not None:
            self._open_camera(wanted, LAST_CAMERA)
        elif cameras is not None and len(cameras) == 1:
            self.open_camera(cameras[0])

    def toggle(self) -> None:
        """Pauses, continues or restarts the source, depending on its state."""
        phase = self._session.state.phase
        if phase is SessionPhase.RUNNING:
            self._session.pause()
        elif phase is SessionPhase.PAUSED:
            self._session.resume()
        elif self._request is not None:
            self._open(self._request)

    def _open_camera(self, key: str, name: str) -> None:
        self.camera_key, self.files = key, ()
        self._open(SourceRequest(name, functools.partial(self._camera_opener, key, name), live=True))

    def _open(self, request: SourceRequest) -> None:
        self._request = request
        self._session.open(request)
