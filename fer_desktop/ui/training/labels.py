"""Headings of the parts of a page."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def section(text: str) -> QLabel:
    """Returns the heading of a part of a page."""
    words = QLabel(text)
    font = words.font()
    font.setBold(True)
    words.setFont(font)
    return words
