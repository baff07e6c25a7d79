"""The form of a run's options, built from the trainer's description."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QGroupBox, QLabel, QToolButton, QVBoxLayout, QWidget

from fer_desktop.ui.common import icons, theme
from fer_desktop.ui.training.option_editors import OptionEditor
from fer_desktop.ui.training.options import Option, Options


class ConfigForm(QWidget):
    """Marks values that differ from the preset. changed: any value."""

    changed = Signal()

    def __init__(
        self, options: Options, without: Collection[str] = (), parent: QWidget | None = None
    ) -> None:
        """without: names of options that are not in this form."""
        super().__init__(parent)
        self.rows: dict[str, _Row] = {}
        grids = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        for group in options.groups:
            members = [option for option in options.of(group) if option.name not in without]
            if not members:
                continue
            box = QGroupBox(group)
            grid = QGridLayout(box)
            grid.setHorizontalSpacing(theme.GRID)
            grid.setVerticalSpacing(theme.GRID)
            grid.setColumnStretch(1, 1)
            grids.append(grid)
            for number, option in enumerate(members):
                row = self.rows[option.name] = _Row(option)
                grid.addWidget(row.label, number, 0)
                grid.addWidget(row.editor, number, 1)
                grid.addWidget(row.reset, number, 2)
                row.editor.changed.connect(self.changed)
            column.addWidget(box)
        widest = max((row.label.sizeHint().width() for row in self.rows.values()), default=0)
        for grid in grids:
            grid.setColumnMinimumWidth(0, widest)

    def set_preset(self, config: Mapping[str, Any]) -> None:
        """Sets all values. They count as unchanged."""
        self.blockSignals(True)
        for name, row in self.rows.items():
            if name in config:
                row.set_preset(config[name])
        self.blockSignals(False)
        self.changed.emit()

    def config(self) -> dict[str, Any]:
        return {name: row.editor.value() for name, row in self.rows.items()}

    def changes(self) -> dict[str, Any]:
        """Returns the values that differ from the preset."""
        return {name: row.editor.value() for name, row in self.rows.items() if row.is_changed}


class _Row:
    """The label of an option, its editor, and a button that restores the preset's value."""

    def __init__(self, option: Option) -> None:
        self.editor = OptionEditor(option)
        self._preset = self.editor.value()
        self.label = QLabel(option.title)
        self.label.setBuddy(self.editor.widget)
        self.reset = QToolButton()
        self.reset.setIcon(icons.icon("replay"))
        self.reset.setAutoRaise(True)
        self.reset.clicked.connect(self._bring_back)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self._help = f"{option.help[:1].upper()}{option.help[1:]}."
        if option.range_text:
            self._help += f"\nAllowed: {option.range_text}."
        self.editor.changed.connect(self._follow)
        self._follow()

    @property
    def is_changed(self) -> bool:
        return bool(self.editor.value() != self._preset)

    def set_preset(self, value: Any) -> None:
        self.editor.set_value(value)
        self._preset = self.editor.value()
        self._follow()

    def _bring_back(self) -> None:
        self.editor.set_value(self._preset)
        self.editor.setFocus()

    def _follow(self) -> None:
        changed = self.is_changed
        font = self.label.font()
        font.setBold(changed)
        self.label.setFont(font)
        self.reset.setVisible(changed)
        back = f"Back to the preset's {self._preset}"
        self.reset.setToolTip(back)
        self.reset.setAccessibleName(f"{self.editor.option.title}: {back}")
        words = f"{self._help}\nIn the preset: {self._preset}." if changed else self._help
        for widget in (self.label, self.editor.widget):
            widget.setToolTip(words)
            widget.setWhatsThis(words)
