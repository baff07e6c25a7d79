"""The form for imported weights: network, input and order of the outputs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFileDialog, QLineEdit, QWidget

from fer_desktop.ui.common import fields
from fer_desktop.ui.training.label_order import LabelOrder

WEIGHTS_FILTER = "PyTorch weights (*.pt *.pth *.bin);;All files (*)"
DEFAULT_ARCHITECTURE = "efficientnet_b0"


class ImportForm(QWidget):
    """changed: the file or the name."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = QLineEdit()
        self.file.setPlaceholderText("A .pt or .pth file with weights")
        self.file.setMinimumWidth(self.fontMetrics().averageCharWidth() * 36)
        self.name = QLineEdit()
        self.architecture = QLineEdit(DEFAULT_ARCHITECTURE)
        self.architecture.setToolTip("The name of the network in timm")
        self.channels = fields.choices({1: "1, grey", 3: "3, the same grey three times"})
        self.input_size = fields.whole(16, 1024, 224, unit="pixels")
        self.native_size = fields.whole(0, 1024, 0, unit="pixels")
        self.native_size.setSpecialValueText("the size of the input")
        self.native_size.setToolTip(
            "Side of the pictures that the model was trained on. Larger crops are first reduced to it."
        )
        self.mean = _share(0.5, "Mean of the grey values, 0 to 1")
        self.std = _share(0.25, "Standard deviation of the grey values, 0 to 1")
        self.std.setMinimum(0.001)
        self.standardise = QCheckBox("&Standardise each crop instead")
        self.labels = LabelOrder()
        form = fields.form(self)
        fields.add_row(form, "&Weights", self.file, fields.button("&File…", self._browse))
        fields.add_row(form, "&Name of the model", self.name)
        fields.add_row(form, "&Architecture", self.architecture)
        fields.add_row(form, "&Channels", self.channels)
        fields.add_row(form, "&Input size", self.input_size)
        fields.add_row(form, "&Trained on pictures of", self.native_size)
        fields.add_row(form, "Mean and &deviation", self.mean, self.std, self.standardise)
        fields.add_row(form, "&Order of the outputs", self.labels)
        self.standardise.toggled.connect(self._follow)
        self.file.textChanged.connect(self.changed)
        self.name.textChanged.connect(self.changed)

    @property
    def model_name(self) -> str:
        return self.name.text().strip()

    @property
    def is_complete(self) -> bool:
        return bool(self.file.text().strip() and self.model_name and self.architecture.text().strip())

    def arguments(self, output: Path) -> list[str]:
        """Returns the arguments of ``python -m trainer import``."""
        native = ["--native-size", str(self.native_size.value())] if self.native_size.value() else []
        values = ["--mean", f"{self.mean.value():g}", "--std", f"{self.std.value():g}"]
        return [
            "import",
            "--weights",
            self.file.text().strip(),
            "--name",
            self.model_name,
            "--output",
            str(output),
            "--architecture",
            self.architecture.text().strip(),
            "--channels",
            str(self.channels.currentData()),
            "--input-size",
            str(self.input_size.value()),
            *native,
            "--labels",
            ",".join(self.labels.names),
            *(["--standardise"] if self.standardise.isChecked() else ["--no-standardise", *values]),
        ]

    def set_file(self, path: Path) -> None:
        """Sets the file and, if the model has no name, names it after the file."""
        self.file.setText(str(path))
        if not self.model_name:
            self.name.setText(path.stem)

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Weights", self.file.text(), WEIGHTS_FILTER)
        if chosen:
            self.set_file(Path(chosen))

    def _follow(self) -> None:
        for box in (self.mean, self.std):
            box.setEnabled(not self.standardise.isChecked())


def _share(value: float, name: str) -> QDoubleSpinBox:
    box = fields.number(0, 1, value, decimals=4, step=0.01)
    box.setAccessibleName(name)
    return box
