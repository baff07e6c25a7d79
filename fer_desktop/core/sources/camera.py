"""A camera as a source of frames."""

from __future__ import annotations

import dataclasses
import logging
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from fer_desktop.core.errors import CameraUnavailableError
from fer_desktop.core.sources.base import BaseSource, SourceInfo
from fer_desktop.core.sources.discovery import CameraInfo
from fer_desktop.core.types import Frame, Image

log = logging.getLogger(__name__)

# OpenCV reads it at the first wait for a picture. Its own 10 s would hold up closing a stalled camera.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")

FIRST_PICTURE_S = 5.0
NEXT_PICTURE_S = 2.0
"""A camera that sends nothing for so long has failed. Many cameras take seconds to begin."""

RETRY_S = 0.02
"""Pause after a failed read. Some drivers fail at once, and reading again without a pause would use a whole
core."""

BUSY = "another program may be using it: close that program, or plug the camera in again"
PERMISSIONS = {
    "Windows": "; in Settings, Privacy & security, Camera, let desktop apps access the camera",
    "Darwin": "; in System Settings, Privacy & Security, Camera, allow this program or its terminal",
}


class Capture(Protocol):
    """The methods of ``cv2.VideoCapture`` that are used here."""

    def isOpened(self) -> bool: ...
    def set(self, property_id: int, value: float, /) -> bool: ...
    def get(self, property_id: int, /) -> float: ...
    def read(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


class CameraSource(BaseSource):
    """The frames of a camera. ``pts_s`` counts from the first frame.

    Motion JPEG is requested before size and rate, because uncompressed pictures of this size do not fit
    through USB 2 at 30 a second. The real settings of the camera are read back into ``info``; its frames may
    still differ. A picture that cannot be read is left out.

    Raises CameraUnavailableError, which says what to do, when the camera cannot be opened, sends nothing or
    was unplugged.

    open_capture: makes the ``cv2.VideoCapture`` from index and backend. clock: seconds, like time.monotonic.
    """

    def __init__(
        self,
        camera: CameraInfo,
        size: tuple[int, int] = (1280, 720),
        fps: float = 30.0,
        *,
        open_capture: Callable[[int, int], Capture] = cv2.VideoCapture,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(SourceInfo(name=camera.name, kind="camera"))
        self._camera = camera
        self._size = size
        self._fps = fps
        self._open_capture = open_capture
        self._clock = clock
        self._capture: Capture | None = None
        self._waiting: Frame | None = None
        self._started_at: float | None = None
        self._index = 0

    def _open(self) -> None:
        self._capture = capture = self._open_capture(self._camera.index, self._camera.backend)
        if not capture.isOpened():
            raise CameraUnavailableError(self._why_not("the camera cannot be opened"))
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
        capture.set(cv2.CAP_PROP_FPS, self._fps)
        self._waiting = self._next_frame(capture, FIRST_PICTURE_S)
        if self._waiting is None:
            return
        fps = capture.get(cv2.CAP_PROP_FPS)
        self.info = dataclasses.replace(
            self.info,
            size=self._waiting.size,
            fps=fps if fps > 0 else None,
            fourcc=fourcc_name(capture.get(cv2.CAP_PROP_FOURCC)),
        )
        log.info("%s: asked for %dx%d at %g, got %s", self._camera.key, *self._size, self._fps, self.info)

    def _read(self) -> Frame | None:
        assert self._capture is not None
        frame, self._waiting = self._waiting, None
        return frame or self._next_frame(self._capture, NEXT_PICTURE_S)

    def _release(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _next_frame(self, capture: Capture, patience_s: float) -> Frame | None:
        """Returns the next picture of the camera; None when the source was closed meanwhile."""
        give_up_at = self._clock() + patience_s
        while not self._closed.is_set():
            image = _read_image(capture)
            now = self._clock()
            if image is not None:
                return self._frame(image, now)
            if self._camera.backend == cv2.CAP_V4L2 and not Path(self._camera.path).exists():
                raise CameraUnavailableError(
                    f"{self._camera.name}: the camera was unplugged; plug it in again"
                )
            if now >= give_up_at:
                raise CameraUnavailableError(self._why_not("the camera sends no pictures"))
            self._closed.wait(RETRY_S)
        return None

    def _frame(self, image: Image, now: float) -> Frame:
        if self._started_at is None:
            self._started_at = now
        index, self._index = self._index, self._index + 1
        return Frame(index, now - self._started_at, image, time.time(), now)

    def _why_not(self, what: str) -> str:
        path = self._camera.path
        text = f"{self._camera.name}: {what}"
        if self._camera.backend == cv2.CAP_V4L2:
            if not Path(path).exists():
                return f"{text}; it is not connected, plug it in"
            if not os.access(path, os.R_OK | os.W_OK):
                return f"{text}: no permission for {path}; add your user to the group video, log in again"
        return f"{text}; {BUSY}{PERMISSIONS.get(platform.system(), '')}"


def fourcc_name(value: float) -> str | None:
    """Returns the four letters of a pixel format from OpenCV's number; None for another number."""
    letters = (int(value) & 0xFFFFFFFF).to_bytes(4, "little")
    return letters.decode("ascii") if letters.isalnum() else None


def _read_image(capture: Capture) -> Image | None:
    """Returns a new (H, W, 3) BGR picture; None when this read failed."""
    try:
        succeeded, image = capture.read()
    except cv2.error as error:
        log.debug("a picture of the camera cannot be decoded (%s)", error)
        return None
    if not succeeded or image is None or image.ndim != 3 or not image.size:
        return None
    image.flags.writeable = False
    return np.asarray(image, np.uint8)
