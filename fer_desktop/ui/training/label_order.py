"""A list of the seven emotions whose order the user can change."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from fer_desktop.core import emotions
from fer_desktop.ui.common import icons, theme


class LabelOrder(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Order of the outputs, the first on top")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        for emotion in emotions.ALL:
            self.list.addItem(emotion.title)
            self.list.item(self.list.count() - 1).setIcon(icons.icon(f"emotion-{emotion.name}"))
        row_height = max(self.list.sizeHintForRow(0), self.fontMetrics().height() + 4)
        self.list.setFixedHeight(len(emotions.ALL) * row_height + 2 * self.list.frameWidth() + 4)
        self.list.setCurrentRow(0)
        self.up = QPushButton("Move &up")
        self.down = QPushButton("Move do&wn")
        buttons = QVBoxLayout()
        buttons.setSpacing(theme.GRID)
        for button, step in ((self.up, -1), (self.down, 1)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, step=step: self._move(step))
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.setFocusProxy(self.list)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the emotions in the order of the list."""
        titles = {emotion.title: emotion.name for emotion in emotions.ALL}
        return tuple(titles[self.list.item(row).text()] for row in range(self.list.count()))

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + step < self.list.count():
            self.list.insertItem(row + step, self.list.takeItem(row))
            self.list.setCurrentRow(row + step)
