"""Words beside and above the fields of a page."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def label(text: str, buddy: QWidget) -> QLabel:
    """What stands before a field; the letter marked with & leads to it."""
    words = QLabel(text)
    words.setBuddy(buddy)
    return words


def section(text: str) -> QLabel:
    """What stands above a part of a page, on one line."""
    words = QLabel(text)
    font = words.font()
    font.setBold(True)
    words.setFont(font)
    return words


def count_of(number: int, thing: str) -> str:
    """1 as '1 picture', 1200 as '1,200 pictures'."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
