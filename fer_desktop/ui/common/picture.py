"""The frame and the result that are shown together, as a QImage."""

from __future__ import annotations

from collections import deque

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from fer_desktop.core.overlay import blur_faces
from fer_desktop.core.types import Face, Frame, FrameResult, Image

MAX_RESULT_AGE_S = 1.0
"""Older results are not drawn over a newer frame."""

MAX_BLUR_LAG_FRAMES = 2
"""The largest distance of a result from the frame whose faces it hides. The blur has a wide margin."""

MOSAIC_CELLS = 16
WAITING_FRAMES = 32


class Picture:
    """The newest frame and the newest result, for painting.

    Usually the newest frame is shown at once, with the result of a slightly older frame. With blur, a frame
    waits for its own result, so that no face is seen before it is found. Without results, the whole picture
    is blurred.
    """

    def __init__(self) -> None:
        self._blur = False
        self.clear()

    def clear(self) -> None:
        self.frame: Frame | None = None
        self._result: FrameResult | None = None
        self._waiting: deque[Frame] = deque(maxlen=WAITING_FRAMES)
        self._hiding: FrameResult | None = None
        self._matched = False
        self._matched_hiding: FrameResult | None = None
        self._image: QImage | None = None
        self._pixels: Image | None = None

    @property
    def blur(self) -> bool:
        return self._blur

    @blur.setter
    def blur(self, blur: bool) -> None:
        self._blur = blur
        self._waiting.clear()
        self._hide_faces()

    def show(self, frame: Frame, result: FrameResult | None, hiding: FrameResult | None) -> None:
        """Shows a frame with its result. hiding: the faces to blur, None for the whole picture."""
        self._waiting.clear()
        self.frame, self._result, self._matched_hiding = frame, result, hiding
        self._matched = True
        self._hide_faces()

    def add_frame(self, frame: Frame) -> None:
        self._matched = False
        if self._blur and self._is_fresh(frame):
            self._waiting.append(frame)
        else:
            self._show(frame)

    def add_result(self, result: FrameResult) -> None:
        self._result = result
        ready = None
        while self._waiting and self._waiting[0].index <= result.index:
            ready = self._waiting.popleft()
        if ready is not None and _belong_together(ready, result):
            self._show(ready)
        elif self._blur and self._hiding is None:
            self._hide_faces()

    @property
    def result(self) -> FrameResult | None:
        """The result for the frame that is shown, None if there is none of about its time."""
        return self._result if self.frame is not None and self._is_fresh(self.frame) else None

    @property
    def faces(self) -> tuple[Face, ...]:
        return self.result.faces if self.result is not None else ()

    def image(self) -> QImage:
        """The frame as an image, made once for each frame. Null without a frame."""
        if self.frame is None:
            return QImage()
        if self._image is None:
            hiding = self._hiding
            pixels = self.frame.image if hiding is None else blur_faces(self.frame.image, hiding)
            # QImage does not own the memory: the array has to live as long.
            self._pixels = np.ascontiguousarray(pixels)
            height, width = self._pixels.shape[:2]
            image = QImage(self._pixels.data, width, height, width * 3, QImage.Format.Format_BGR888)
            self._image = _mosaic(image) if self._blur and hiding is None else image
        return self._image

    def _show(self, frame: Frame) -> None:
        self.frame = frame
        self._hide_faces()

    def _hide_faces(self) -> None:
        """Blurs the frame with the faces of a result of the same moment."""
        self._image = None
        if self._matched:
            self._hiding = self._matched_hiding if self._blur else None
            return
        result, frame = self._result, self.frame
        known = self._blur and frame is not None and result is not None and _belong_together(frame, result)
        self._hiding = result if known else None

    def _is_fresh(self, frame: Frame) -> bool:
        return self._result is not None and abs(frame.pts_s - self._result.pts_s) <= MAX_RESULT_AGE_S


def _belong_together(frame: Frame, result: FrameResult) -> bool:
    return abs(frame.index - result.index) <= MAX_BLUR_LAG_FRAMES


def _mosaic(image: QImage) -> QImage:
    small = image.scaled(
        QSize(MOSAIC_CELLS, MOSAIC_CELLS),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return small.scaled(
        image.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
