"""The choice of a preset, each with a name and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QButtonGroup, QGroupBox, QLabel, QRadioButton, QStyle, QVBoxLayout, QWidget

from fer_desktop.ui.common import theme
from fer_desktop.ui.training.options import Preset


class PresetChoice(QGroupBox):
    """chosen(Preset)."""

    chosen = Signal(object)

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__("Preset", parent)
        self._presets = tuple(presets)
        self.buttons = [QRadioButton(preset.title) for preset in presets]
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GRID // 2)
        style = self.style()
        indent = style.pixelMetric(QStyle.PixelMetric.PM_ExclusiveIndicatorWidth)
        indent += style.pixelMetric(QStyle.PixelMetric.PM_RadioButtonLabelSpacing)
        for number, (button, preset) in enumerate(zip(self.buttons, presets, strict=True)):
            text = QLabel(preset.text)
            text.setWordWrap(True)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setContentsMargins(indent, 0, 0, theme.GRID)
            palette = text.palette()
            palette.setColor(QPalette.ColorRole.WindowText, theme.quiet(self.palette()))
            text.setPalette(palette)
            button.setAccessibleDescription(preset.text)
            self._group.addButton(button, number)
            column.addWidget(button)
            column.addWidget(text)
        self.buttons[0].setChecked(True)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def preset(self) -> Preset:
        return self._presets[self._group.checkedId()]

    def _on_toggled(self, number: int, is_on: bool) -> None:
        if is_on:
            self.chosen.emit(self._presets[number])
