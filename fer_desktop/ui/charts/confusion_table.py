"""The confusion matrix as a table for mouse and keyboard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from fer_desktop.core import emotions
from fer_desktop.ui.common import icons, theme

FRAME_PX = 2
NAME = "Confusion matrix: a row for each true emotion, a column for each answer"


class ConfusionTable(QTableWidget):
    """Rows are true emotions, columns answers. A cell shows its share of the row and its count.

    cell_chosen(true, answered): a click, or Enter on the current cell. The values are indices in EMOTIONS.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        side = len(emotions.ALL)
        super().__init__(side, side, parent)
        self._counts: NDArray[np.int64] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setItemDelegate(_FramedWhenSelected(self))
        self.setAccessibleName(NAME)
        self.setCornerButtonEnabled(False)
        for place, emotion in enumerate(emotions.ALL):
            title = QTableWidgetItem(_icon(emotion), emotion.title)
            title.setToolTip(emotion.title)
            title.setData(Qt.ItemDataRole.AccessibleTextRole, emotion.title)
            self.setVerticalHeaderItem(place, QTableWidgetItem(title))
            self.setHorizontalHeaderItem(place, title)
            for column in range(side):
                item = QTableWidgetItem()
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.setItem(place, column, item)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
            header.setMinimumSectionSize(3 * theme.GRID)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cellClicked.connect(self.cell_chosen)

    def set_matrix(self, counts: NDArray[np.int64]) -> None:
        """Sets the counts (7, 7), in the order of EMOTIONS."""
        self._counts = np.asarray(counts)
        self._fill()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance("Happiness") + 4 * theme.GRID
        return QSize(8 * width, 8 * (2 * metrics.height() + theme.GRID))

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(36 * theme.GRID, 8 * (2 * metrics.height() + theme.GRID // 2))

    def _fill(self) -> None:
        if self._counts is None:
            return
        totals = self._counts.sum(axis=1)
        palette = self.palette()
        base, strong = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Highlight)
        for (row, column), count in np.ndenumerate(self._counts):
            share = count / totals[row] if totals[row] else 0.0
            tint = theme.mix(base, strong, float(share))
            item = self.item(row, column)
            assert item is not None
            item.setText(f"{share:.0%}\n{count:,}" if totals[row] else "–")
            item.setBackground(tint)
            item.setForeground(theme.ink_on(tint))
            true, answered = emotions.ALL[row], emotions.ALL[column]
            words = f"{count:,} of {totals[row]:,} faces labelled {true.name} were taken for {answered.name}"
            item.setToolTip(words)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)

    def _fit_titles(self) -> None:
        """Narrow columns have a title without an icon, very narrow columns an icon alone."""
        header, room = self.horizontalHeader(), self.columnWidth(0)
        metrics, style = header.fontMetrics(), header.style()
        margins = 2 * style.pixelMetric(QStyle.PixelMetric.PM_HeaderMargin) + theme.GRID
        name = max(metrics.horizontalAdvance(emotion.title) for emotion in emotions.ALL) + margins
        both = name + style.pixelMetric(QStyle.PixelMetric.PM_SmallIconSize) + margins
        for place, emotion in enumerate(emotions.ALL):
            title = self.horizontalHeaderItem(place)
            assert title is not None
            title.setText(emotion.title if room >= name else "")
            title.setIcon(QIcon() if name <= room < both else _icon(emotion))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentItem():
            self.cell_chosen.emit(self.currentRow(), self.currentColumn())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_titles()


class _FramedWhenSelected(QStyledItemDelegate):
    """Frames a selected cell. The usual colour of a selection looks like a share of 100 %."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        plain = QStyleOptionViewItem(option)
        is_selected = bool(plain.state & QStyle.StateFlag.State_Selected)
        plain.state &= ~(QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
        super().paint(painter, plain, index)
        if is_selected:
            pen = QPen(option.palette.color(QPalette.ColorRole.Text), FRAME_PX)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(option.rect.adjusted(1, 1, -FRAME_PX, -FRAME_PX))


def _icon(emotion: emotions.Emotion) -> QIcon:
    return icons.icon(emotion.icon.removesuffix(".svg"))
