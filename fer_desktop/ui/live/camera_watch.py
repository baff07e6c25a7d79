"""Notices when cameras are plugged in or unplugged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from fer_desktop.core.live import Mailbox
from fer_desktop.core.sources import CameraInfo, list_cameras
from fer_desktop.ui.common import GuiQueue, join_threads

log = logging.getLogger(__name__)


class CameraWatcher(QObject):
    """Lists the cameras every few seconds on its own thread.

    cameras_changed(tuple of CameraInfo): emitted on the GUI thread after the first listing, even if it is
    empty, and then after each change and each `refresh`.
    """

    cameras_changed = Signal(tuple)

    def __init__(
        self,
        list_cameras: Callable[[], tuple[CameraInfo, ...]] = list_cameras,
        interval_s: float = 2.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._list_cameras = list_cameras
        self._interval_s = interval_s
        self._cameras: tuple[CameraInfo, ...] | None = None
        self._tell_anyway = False
        self._found: Mailbox[tuple[CameraInfo, ...]] = Mailbox()
        self._news = GuiQueue(self, on_woken=self._take)
        self._stopped = threading.Event()
        self._due = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def cameras(self) -> tuple[CameraInfo, ...]:
        """The cameras of the last listing."""
        return self._cameras or ()

    def start(self) -> None:
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._watch, name="camera watcher", daemon=True)
            self._thread.start()

    def refresh(self) -> None:
        """Lists the cameras at once, and emits the result even if nothing changed."""
        self._tell_anyway = True
        self._due.set()

    def begin_shutdown(self) -> list[threading.Thread]:
        """Tells the thread to end, and returns it if there is one."""
        self._stopped.set()
        self._due.set()
        return [] if self._thread is None else [self._thread]

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Ends the thread and waits for it. Returns False if it hangs in a driver."""
        ended = join_threads(self.begin_shutdown(), timeout_s)
        if ended:
            self._thread = None
        return ended

    def _watch(self) -> None:
        failed = False
        while not self._stopped.is_set():
            try:
                found = self._list_cameras()
            except Exception:
                if not failed:
                    log.exception("the cameras cannot be listed")
                failed = True
            else:
                failed = False
                if self._found.put(found):
                    self._news.wake()
            self._due.wait(self._interval_s)
            self._due.clear()

    def _take(self) -> None:
        found = self._found.take()
        if found is not None and (self._tell_anyway or found != self._cameras):
            self._cameras, self._tell_anyway = found, False
            self.cameras_changed.emit(found)
