"""The review of the crops of a burst before they are saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fer_desktop.core.training import Crop
from fer_desktop.ui.charts import ThumbnailGrid
from fer_desktop.ui.common import ActionButtons, theme


class CollectReview(QWidget):
    """keep_requested, discard_requested: the user has decided. crops: without the deleted ones."""

    keep_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.crops: tuple[Crop, ...] = ()
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.grid = ThumbnailGrid()
        self.grid.setAccessibleName("Pictures of the burst")
        self.keep = QAction("&Keep", self)
        self.keep.triggered.connect(self.keep_requested)
        self.delete = QAction("De&lete selected", self)
        self.delete.setShortcut(QKeySequence.StandardKey.Delete)
        self.delete.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.delete.triggered.connect(self._delete)
        self.discard = QAction("&Discard all", self)
        self.discard.triggered.connect(self.discard_requested)
        self.addAction(self.delete)
        self.buttons = ActionButtons()
        self.buttons.set_actions((self.keep, self.delete, self.discard))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.title)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self.buttons)
        self.grid.selectionModel().selectionChanged.connect(self._enable)

    def show_crops(self, crops: Sequence[Crop], words: str) -> None:
        """Shows crops. words: above them."""
        self.crops = tuple(crops)
        self.title.setText(words)
        self._fill()
        self.grid.setFocus()

    def set_busy(self, busy: bool) -> None:
        """Disables the review while the crops are written."""
        self.grid.setEnabled(not busy)
        for action in (self.keep, self.discard):
            action.setEnabled(not busy)
        self._enable()

    def _delete(self) -> None:
        gone = set(self.grid.selected_indices())
        self.crops = tuple(crop for place, crop in enumerate(self.crops) if place not in gone)
        self._fill()

    def _fill(self) -> None:
        moments = [datetime.fromtimestamp(crop.wall_time) for crop in self.crops]
        captions = [f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}" for moment in moments]
        self.grid.set_pictures([crop.image for crop in self.crops], captions)
        self._enable()

    def _enable(self) -> None:
        self.delete.setEnabled(self.grid.isEnabled() and bool(self.grid.selected_indices()))
        self.keep.setText(f"&Keep {len(self.crops)}")
        self.keep.setEnabled(self.grid.isEnabled() and bool(self.crops))
