"""The question what happens to running trainings when the window closes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtWidgets import QMessageBox, QWidget


class Choice(Enum):
    STOP = "Stop and keep"
    BACKGROUND = "Continue in the background"
    CANCEL = "Cancel"


def ask_what_becomes_of_runs(parent: QWidget, titles: Sequence[str]) -> Choice:
    """Asks the user and blocks. titles: of the runs whose trainer would end with the window."""
    box = make_box(parent, titles)
    box.exec()
    clicked = box.clickedButton()
    return next((choice for choice in Choice if clicked and clicked.text() == choice.value), Choice.CANCEL)


def make_box(parent: QWidget, titles: Sequence[str]) -> QMessageBox:
    names = ", ".join(f"“{title}”" for title in titles)
    verb = "is" if len(titles) == 1 else "are"
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(parent.window().windowTitle())
    box.setText(f"{names} {verb} still training.")
    box.setInformativeText(
        "A stopped run keeps what it has learned and can be resumed. A run in the background continues "
        "without the window. The window shows it again when you next open it."
    )
    stop = box.addButton(Choice.STOP.value, QMessageBox.ButtonRole.AcceptRole)
    box.addButton(Choice.BACKGROUND.value, QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(Choice.CANCEL.value, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stop)
    box.setEscapeButton(cancel)
    return box
