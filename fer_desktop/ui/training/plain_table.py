"""A small read-only table that is as large as its content."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
)

from fer_desktop.ui.common import theme


class PlainTable(QTableWidget):
    """rows: texts. All columns but the first hold numbers and are aligned right."""

    def __init__(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(len(rows), len(columns))
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for column, title in enumerate(columns):
            self.setHorizontalHeaderItem(column, _item(title, column))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                self.setItem(row, column, _item(text, column))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.resizeColumnsToContents()
        for column in range(len(columns)):
            header.resizeSection(column, header.sectionSize(column) + theme.GRID)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def texts(self) -> list[list[str]]:
        model = self.model()
        return [
            [model.index(row, column).data() for column in range(self.columnCount())]
            for row in range(self.rowCount())
        ]

    def sizeHint(self) -> QSize:
        header = self.horizontalHeader()
        heights = sum(self.rowHeight(row) for row in range(self.rowCount()))
        return QSize(header.length() + 2, header.sizeHint().height() + heights + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 160), self.sizeHint().height())


def _item(text: str, column: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item
