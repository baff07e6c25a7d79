"""Headings, paragraphs, and a centred area to read them in."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

LINE_CHARACTERS = 84
"""Longer lines are hard to read."""


def heading(text: str, scale: float) -> QLabel:
    """Returns a heading. scale: of the font, 1 for the system's size."""
    label = paragraph(text)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    font.setBold(True)
    label.setFont(font)
    return label


def paragraph(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class ReadingArea(QScrollArea):
    """A centred column of readable width. It scrolls vertically."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._width = self.fontMetrics().averageCharWidth() * LINE_CHARACTERS
        content.setMaximumWidth(self._width)
        self._frame = frame = QWidget()
        centre = QGridLayout(frame)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.addWidget(content, 1, 1)
        for edge in (0, 2):
            centre.setColumnStretch(edge, 1)
            centre.setRowStretch(edge, 1)
        centre.setColumnStretch(1, 1000)
        self.setWidget(frame)
        self._scroll_bar = self.verticalScrollBar().sizeHint().width()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(frame.minimumSizeHint().width() + self._scroll_bar)

    def sizeHint(self) -> QSize:
        width = self._width + self._scroll_bar
        height = self._frame.sizeHint().height()
        if self._frame.hasHeightForWidth():
            height = self._frame.heightForWidth(self._width)
        return QSize(width, min(height, self._width))


class ReadingDialog(QDialog):
    """A dialog with a text and a button that closes it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.content = content
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(ReadingArea(content), 1)
        layout.addWidget(close)


def present(window: QWidget) -> None:
    """Shows a window in front of the others."""
    window.show()
    window.raise_()
    window.activateWindow()
