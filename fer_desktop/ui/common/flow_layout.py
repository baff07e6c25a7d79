"""A layout that places items side by side and wraps them like words."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from fer_desktop.ui.common import theme


class FlowLayout(QLayout):
    """Rows of items in their preferred width. A row is as high as its highest item."""

    def __init__(self, parent: QWidget | None = None, *, centred: bool = False) -> None:
        super().__init__(parent)
        self._centred = centred
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(QMargins())
        self.setSpacing(theme.GRID)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _arrange(self, area: QRect, *, move: bool) -> int:
        """Places the items and returns the height."""
        inside = area.marginsRemoved(self.contentsMargins())
        top = inside.top()
        for row in self._rows(inside.width()):
            height = max(size.height() for _, size in row)
            left = inside.left()
            if self._centred:
                left += (inside.width() - self._row_width([size for _, size in row])) // 2
            for item, size in row:
                if move:
                    item.setGeometry(QRect(left, top, size.width(), height))
                left += size.width() + self.spacing()
            top += height + self.spacing() // 2
        return top - self.spacing() // 2 - area.top() + self.contentsMargins().bottom()

    def _rows(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        rows: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            size = QSize(min(hint.width(), width), hint.height())
            if rows[-1] and self._row_width([*(other for _, other in rows[-1]), size]) > width:
                rows.append([])
            rows[-1].append((item, size))
        return [row for row in rows if row]

    def _row_width(self, sizes: list[QSize]) -> int:
        return sum(size.width() for size in sizes) + self.spacing() * (len(sizes) - 1)
