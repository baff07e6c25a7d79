"""Headings of the parts of a page, and counts in words."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def section(text: str) -> QLabel:
    """Returns the heading of a part of a page."""
    words = QLabel(text)
    font = words.font()
    font.setBold(True)
    words.setFont(font)
    return words


def count_of(number: int, thing: str) -> str:
    """Returns 1 as '1 picture', and 1200 as '1,200 pictures'."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
