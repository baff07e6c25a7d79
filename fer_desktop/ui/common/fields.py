"""Building blocks of forms: labels, rows of fields, boxes for choices and numbers, buttons beside a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from fer_desktop.ui.common import theme

GROWING = QLineEdit | QComboBox | QDoubleSpinBox | QSlider
"""Fields that take the room that is left in a row."""


def form(
    parent: QWidget | None = None, wrap: QFormLayout.RowWrapPolicy = QFormLayout.RowWrapPolicy.DontWrapRows
) -> QFormLayout:
    """Returns an empty form without margins. parent: the widget that it fills, if any."""
    layout = QFormLayout() if parent is None else QFormLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.GRID)
    layout.setRowWrapPolicy(wrap)
    return layout


def add_row(layout: QFormLayout, text: str, *fields: QWidget) -> None:
    """Adds a labelled row. The key marked with & in the label leads to the first field."""
    if len(fields) == 1:
        layout.addRow(text, fields[0])
    else:
        layout.addRow(label(text, fields[0]), row(*fields))


def label(text: str, field: QWidget) -> QLabel:
    """Returns the label of a field. The key marked with & leads to the field."""
    words = QLabel(text)
    words.setBuddy(field)
    return words


def row(*fields: QWidget) -> QHBoxLayout:
    """Returns a layout of fields side by side."""
    layout = QHBoxLayout()
    layout.setSpacing(theme.GRID)
    for field in fields:
        layout.addWidget(field, 1 if isinstance(field, GROWING) else 0)
    return layout


def button(text: str, clicked: Callable[[], object]) -> QPushButton:
    """Returns a button that belongs to a field. Return in a dialog does not press it."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.clicked.connect(clicked)
    return made


def choices(titles: Mapping[Any, str]) -> QComboBox:
    """Returns a box with one entry for each choice. titles: from the data of an entry to its words."""
    box = QComboBox()
    for value, text in titles.items():
        box.addItem(text, value)
    return box


def number(
    low: float, high: float, value: float, *, decimals: int, step: float = 1.0, unit: str = ""
) -> QDoubleSpinBox:
    """Returns a box for a number from `low` to `high`."""
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(decimals)
    box.setSingleStep(step)
    box.setSuffix(f" {unit}" if unit else "")
    box.setValue(value)
    return box


def whole(low: int, high: int, value: int, *, unit: str = "") -> QSpinBox:
    """Returns a box for a whole number from `low` to `high`."""
    box = QSpinBox()
    box.setRange(low, high)
    box.setSuffix(f" {unit}" if unit else "")
    box.setValue(value)
    return box
