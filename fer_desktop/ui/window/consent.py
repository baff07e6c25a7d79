"""The page of the first start: privacy, the limits of the program, and its legal use."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from fer_desktop.core.models import ModelCard
from fer_desktop.ui.common import ActionButtons, IconLabel, ReadingArea, heading, paragraph, theme
from fer_desktop.ui.window.model_figures import ErrorRates

CONSENT_VERSION = 1
"""Increased when the meaning of the text changes. The page is then shown again."""

PRIVATE = (
    "privacy",
    "Everything stays on this computer",
    "The picture is analysed only here. The program opens no network connection. No picture and no result "
    "is stored unless you ask for it, for example with a snapshot or an analysis. Tell the other people in "
    "the picture.",
)
EXPRESSION = (
    "info",
    "An expression is not a feeling",
    "The program says what a face looks like to the people who labelled the training pictures. It does "
    "not know what anyone feels, means or thinks. A smile may be polite. A frown may come from the sun. "
    "Faces, ages and cultures differ.",
)
WRONG = ("warning", "It is often wrong", "")
FORBIDDEN = (
    "warning",
    "Some uses are forbidden by law",
    "In the European Union it is forbidden to use such a program to infer people's emotions at work or in "
    "education, except for medical or safety reasons (Artificial Intelligence Act, Article 5(1)(f)). Other "
    "countries have their own rules. Do not use the program to judge, grade, hire, sell to or watch people.",
)


class ConsentPage(QWidget):
    """The text with two buttons. agree, decline: the actions of the buttons."""

    def __init__(
        self, card: ModelCard | None, agree: QAction, decline: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.buttons = ActionButtons(centred=True)
        self.buttons.set_actions((agree, decline))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 2 * theme.GRID)
        layout.setSpacing(2 * theme.GRID)
        layout.addWidget(ReadingArea(ConsentText(card)), 1)
        layout.addWidget(self.buttons)
        self.setFocusProxy(self.buttons.buttons[0])


class ConsentText(QWidget):
    """The text without buttons."""

    def __init__(self, card: ModelCard | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(3 * theme.GRID,) * 4)
        grid.setHorizontalSpacing(2 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID // 2)
        grid.addWidget(heading("Before you start", 1.7), 0, 1)
        grid.setRowMinimumHeight(1, theme.GRID)
        for number, (icon, title, text) in enumerate((PRIVATE, EXPRESSION, WRONG, FORBIDDEN)):
            row = 2 + 3 * number
            grid.addWidget(IconLabel(4 * theme.GRID, icon), row, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(heading(title, 1.2), row, 1)
            grid.addWidget(paragraph(text) if text else ErrorRates(card), row + 1, 1)
            grid.setRowMinimumHeight(row + 2, 2 * theme.GRID)
        grid.setColumnStretch(1, 1)
