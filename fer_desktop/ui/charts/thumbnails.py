"""A grid of small pictures with captions, which can be selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from fer_desktop.ui.common import Index, theme

SIDE = 10 * theme.GRID


class ThumbnailGrid(QListView):
    """chosen(index): a click or Enter. Pictures are drawn when they come into view."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Pictures(self)
        self.setModel(self._model)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setSpacing(theme.GRID // 2)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))
        self.activated.connect(lambda index: self.chosen.emit(index.row()))

    def set_pictures(self, images: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> None:
        """Sets the pictures, (H, W) grey or (H, W, 3) BGR uint8, with their captions."""
        self._model.set_pictures(images, captions)
        lines = 1 + max((caption.count("\n") for caption in captions), default=0)
        widest = max((self._width(caption) for caption in captions), default=0)
        width = min(max(SIDE, widest), 2 * SIDE)
        self.setGridSize(
            QSize(width + 2 * theme.GRID, SIDE + (lines + 1) * self.fontMetrics().height() + theme.GRID)
        )

    def selected_indices(self) -> list[int]:
        return sorted(index.row() for index in self.selectedIndexes())

    def _width(self, caption: str) -> int:
        return max(self.fontMetrics().horizontalAdvance(line) for line in caption.split("\n")) + theme.GRID


class _Pictures(QAbstractListModel):
    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._images: Sequence[NDArray[np.uint8]] = ()
        self._captions: Sequence[str] = ()

    def set_pictures(self, images: Sequence[NDArray[np.uint8]], captions: Sequence[str]) -> None:
        self.beginResetModel()
        self._images, self._captions = images, captions
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._images)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.DecorationRole:
                return pixmap(self._images[index.row()], SIDE, self._view.devicePixelRatioF())
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self._captions[index.row()]
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            case _:
                return None


def pixmap(image: NDArray[np.uint8], side: int, ratio: float) -> QPixmap:
    """Returns a picture in a square of `side` device-independent pixels.

    Small pictures are enlarged by a whole factor, so that their pixels stay sharp.
    """
    pixels = np.ascontiguousarray(image)
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_BGR888
    picture = QImage(pixels.data, width, height, pixels.strides[0], kind)
    room = round(side * ratio)
    longer = max(height, width)
    if longer <= room:
        factor = max(1, room // longer)
        size, mode = picture.size() * factor, Qt.TransformationMode.FastTransformation
    else:
        size, mode = QSize(room, room), Qt.TransformationMode.SmoothTransformation
    scaled = QPixmap.fromImage(picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, mode))
    scaled.setDevicePixelRatio(ratio)
    return scaled
