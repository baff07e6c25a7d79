"""An editor for each kind of option. Editors keep values in their range."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from fer_desktop.ui.training.options import Option

LARGEST_INT = 2**31 - 1
DIGITS = 10
"""The decimals of a number, enough for the smallest learning rate."""


class OptionEditor(QWidget):
    """changed: the user or `set_value` changed the value."""

    changed = Signal()

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self.widget: QCheckBox | QComboBox | QLineEdit | QSpinBox | NumberBox
        match option.kind:
            case "bool":
                self.widget = QCheckBox()
                self.widget.toggled.connect(self.changed)
            case "int":
                self.widget = _Whole()
                self.widget.setRange(_bound(option.low, -LARGEST_INT), _bound(option.high, LARGEST_INT))
                self.widget.valueChanged.connect(self.changed)
            case "float":
                self.widget = NumberBox()
                self.widget.setRange(
                    -1e9 if option.low is None else option.low, 1e9 if option.high is None else option.high
                )
                self.widget.valueChanged.connect(self.changed)
            case "choice":
                self.widget = _Choice()
                self.widget.addItems(option.choices)
                self.widget.currentIndexChanged.connect(self.changed)
            case _:
                self.widget = QLineEdit()
                self.widget.textChanged.connect(self.changed)
        if option.unit and isinstance(self.widget, QSpinBox | QDoubleSpinBox):
            self.widget.setSuffix(f" {option.unit}")
        self.widget.setAccessibleName(option.title)
        self.widget.setAccessibleDescription(f"{option.help} {option.range_text}".strip())
        self.setFocusProxy(self.widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.widget)
        self.set_value(option.default)

    def value(self) -> Any:
        match self.widget:
            case QCheckBox():
                return self.widget.isChecked()
            case QComboBox():
                return self.widget.currentText()
            case QLineEdit():
                return self.widget.text().strip()
            case _:
                return self.widget.value()

    def set_value(self, value: Any) -> None:
        match self.widget:
            case QCheckBox():
                self.widget.setChecked(bool(value))
            case QComboBox():
                self.widget.setCurrentText(str(value))
            case QLineEdit():
                self.widget.setText(str(value))
            case QSpinBox():
                self.widget.setValue(max(-LARGEST_INT, min(int(value), LARGEST_INT)))
            case _:
                self.widget.setValue(float(value))


class NumberBox(QDoubleSpinBox):
    """Shows 0.00015 as 0.00015 and 5.0 as 5, and accepts 1e-4. Steps by a tenth of the value's size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.setDecimals(DIGITS)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:
        return f"{value:.10g}"

    def valueFromText(self, text: str) -> float:
        return float(self._number(text) or 0)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        number = self._number(text)
        try:
            value = float(number)
        except ValueError:
            is_begun = not set(number) - set("0123456789.eE+-")
            state = QValidator.State.Intermediate if is_begun else QValidator.State.Invalid
            return state, text, position
        inside = self.minimum() <= value <= self.maximum()
        return QValidator.State.Acceptable if inside else QValidator.State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        """Returns the nearest allowed value."""
        try:
            value = float(self._number(text))
        except ValueError:
            return self.text()
        return self.textFromValue(min(max(value, self.minimum()), self.maximum())) + self.suffix()

    def _number(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip()

    def wheelEvent(self, event: QWheelEvent) -> None:
        _scroll_or_step(self, event, super().wheelEvent)


class _Whole(QSpinBox):
    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        _scroll_or_step(self, event, super().wheelEvent)


class _Choice(QComboBox):
    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        _scroll_or_step(self, event, super().wheelEvent)


def _scroll_or_step(widget: QWidget, event: QWheelEvent, step: Any) -> None:
    """Lets the wheel scroll the form unless the widget has the focus."""
    if widget.hasFocus():
        step(event)
    else:
        event.ignore()


def _bound(value: float | None, otherwise: int) -> int:
    return otherwise if value is None else max(-LARGEST_INT, min(int(value), LARGEST_INT))
