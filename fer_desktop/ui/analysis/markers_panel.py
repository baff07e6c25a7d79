"""The markers of a recording: a table to read, rename, jump to and delete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fer_desktop.core.results import Marker
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.common import ActionButtons, Index, Role, RowModel, fine_clock, make_table, theme

COLUMNS = ("Time", "Duration", "Text")
TEXT = COLUMNS.index("Text")


class MarkersModel(RowModel):
    """A row for each marker, by time."""

    rows: tuple[Marker, ...]

    def __init__(self, document: AnalysisDocument, parent: QWidget) -> None:
        super().__init__(COLUMNS, parent)
        self._document = document
        document.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        markers = self._document.stored.markers
        if markers is not self.rows:
            self.beginResetModel()
            self.rows = markers
            self.endResetModel()

    def row_of(self, marker_id: int) -> int | None:
        return next((row for row, marker in enumerate(self.rows) if marker.id == marker_id), None)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role not in (Role.DisplayRole, Role.EditRole):
            return None
        marker = self.rows[index.row()]
        lasts = "" if marker.end_s is None else f"{marker.duration_s:.2f} s"
        return (fine_clock(marker.start_s), lasts, marker.text)[index.column()]

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if index.column() == TEXT else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | editable

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        self._document.change_marker(replace(self.rows[index.row()], text=str(value).strip()))
        return True


class MarkersPanel(QWidget):
    """seek_requested(seconds): a marker was chosen."""

    seek_requested = Signal(float)

    def __init__(self, document: AnalysisDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.model = MarkersModel(document, self)
        self.table = make_table(self.model, "Markers", wide_column=TEXT)
        self.table.clicked.connect(self._go_to)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self.model.modelReset.connect(self._enable)

        self.delete = QAction("&Delete", self)
        self.delete.setToolTip("Delete the selected markers (Del)")
        self.delete.setShortcut(QKeySequence.StandardKey.Delete)
        self.delete.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.delete.triggered.connect(self._delete)
        self.addAction(self.delete)
        self.buttons = ActionButtons()
        self.buttons.set_actions([self.delete])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.GRID, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.buttons)
        self._enable()

    @property
    def chosen(self) -> list[int]:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.model.rows[row].id for row in rows]

    def edit(self, marker_id: int) -> None:
        """Opens the editor for the text of a marker."""
        row = self.model.row_of(marker_id)
        if row is not None:
            index = self.model.index(row, TEXT)
            self.table.setCurrentIndex(index)
            self.table.edit(index)

    def _go_to(self, index: QModelIndex) -> None:
        self.seek_requested.emit(self.model.rows[index.row()].start_s)

    def _delete(self) -> None:
        if self.chosen:
            self._document.remove_markers(self.chosen)

    def _enable(self) -> None:
        self.delete.setEnabled(bool(self.chosen))
