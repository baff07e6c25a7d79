"""The form of a new run: data, preset, device and options, with an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QGroupBox,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.common import ActionButtons, Banner, Message, fields, theme
from fer_desktop.ui.training.command import TRAINER
from fer_desktop.ui.training.config_form import ConfigForm
from fer_desktop.ui.training.data_field import DataField
from fer_desktop.ui.training.estimate import Estimate
from fer_desktop.ui.training.options import Options, Preset
from fer_desktop.ui.training.preset_choice import PresetChoice

CHECKPOINT_MINUTES = 0.25
"""Checkpoints are more frequent than on a server, because a desktop run is interrupted more often."""
WIDTH_CHARACTERS = 110
CSV_SUFFIXES = (".csv", ".gz")
DEVICES = {
    "auto": "Best available",
    "cpu": "Processor (cpu)",
    "cuda": "NVIDIA graphics card (cuda)",
    "mps": "Apple graphics (mps)",
}


class SetupForm(QWidget):
    """start: the action of the button that starts the run."""

    def __init__(
        self,
        options: Options,
        parent: QWidget | None = None,
        *,
        program: tuple[str, Sequence[str]] = TRAINER,
    ) -> None:
        super().__init__(parent)
        self._options = options
        self.start = QAction("&Start training", self)
        self.data = DataField()
        self.problem = Banner()
        self.presets = PresetChoice(options.presets)
        self.title = QLineEdit()
        self.title.setMaxLength(120)
        device = next((item for item in options.fields if item.name == "device"), None)
        names = device.choices if device else ("auto",)
        self.device = fields.choices({name: DEVICES.get(name, name) for name in names})
        self.advanced = QToolButton()
        self.advanced.setText("Advan&ced")
        self.advanced.setCheckable(True)
        self.advanced.setAutoRaise(True)
        self.advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.options = ConfigForm(options, without=("device",))
        self.estimate = Estimate(program=program)
        self._lay_out()
        self.advanced.toggled.connect(self._show_advanced)
        self._show_advanced(False)
        self.data.changed.connect(self._on_data)
        self.presets.chosen.connect(self._on_preset)
        self.options.changed.connect(self._on_options)
        self.device.currentIndexChanged.connect(self._on_options)
        self.estimate.action.triggered.connect(self._try_out)
        self._on_preset(self.presets.preset)

    @property
    def title_text(self) -> str:
        return self.title.text().strip() or self.presets.preset.title

    def config(self) -> dict[str, Any]:
        """Returns all options of the run."""
        device = {"device": self.device.currentData()}
        return self._options.config(self.presets.preset) | self.options.config() | device

    def check(self) -> bool:
        """Returns whether the data set can be used, and shows what is wrong at its field."""
        text = self._show_problem()
        if text:
            self.data.data_line.setFocus()
            self._scroll.ensureWidgetVisible(self.problem)
        return not text

    def _try_out(self) -> None:
        if self.check():
            self.estimate.start(self.data.arguments(), self.config())

    def _on_data(self) -> None:
        if self.problem.message is not None:
            self._show_problem()  # an outdated complaint disappears
        self.estimate.clear()

    def _show_problem(self) -> str:
        text = problem_of(self.data.data, self.data.votes)
        self.problem.set_message(Message("warning", text) if text else None)
        return text

    def _on_preset(self, preset: Preset) -> None:
        config = self._options.config(preset) | {"checkpoint_minutes": CHECKPOINT_MINUTES}
        self.options.set_preset(config)
        self.device.setCurrentIndex(max(0, self.device.findData(config.get("device", "auto"))))
        self.title.setPlaceholderText(preset.title)

    def _on_options(self) -> None:
        changed = len(self.options.changes())
        self.advanced.setText(f"Advan&ced ({changed} changed)" if changed else "Advan&ced")
        self.estimate.clear()

    def _show_advanced(self, is_shown: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_shown else Qt.ArrowType.RightArrow
        self.advanced.setArrowType(arrow)
        self.options.setVisible(is_shown)

    def _lay_out(self) -> None:
        run = QGroupBox("Run")
        column = QVBoxLayout(run)
        form = fields.form()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields.add_row(form, "&Title", self.title)
        fields.add_row(form, "Dev&ice", self.device)
        column.addLayout(form)
        data = QGroupBox("Data")
        column = QVBoxLayout(data)
        column.setSpacing(theme.GRID)
        column.addWidget(self.data)
        column.addWidget(self.problem)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(2 * theme.GRID)
        for widget in (data, self.presets, run):
            column.addWidget(widget)
        column.addWidget(self.advanced, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.options)
        column.addStretch(1)
        content.setMaximumWidth(WIDTH_CHARACTERS * self.fontMetrics().averageCharWidth())
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(content)
        buttons = ActionButtons()
        buttons.set_actions((self.start, self.estimate.action))
        foot = QVBoxLayout()
        foot.setContentsMargins(*(2 * theme.GRID, theme.GRID) * 2)
        foot.setSpacing(theme.GRID)
        foot.addWidget(self.estimate)
        foot.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)


def problem_of(data: Path | None, votes: Path | None) -> str:
    """Returns what is wrong with these paths, empty if nothing is."""
    if data is None:
        return "Choose a data set first."
    if not data.exists():
        return f"{data}: there is no file or folder of this name."
    if data.is_file() and data.suffix.lower() not in CSV_SUFFIXES:
        return f"{data}: a data set is FER2013's CSV file (.csv or .csv.gz), or a folder."
    if votes is not None and not votes.is_file():
        return f"{votes}: there is no file of this name with FER+ votes."
    return ""
