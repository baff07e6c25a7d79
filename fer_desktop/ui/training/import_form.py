"""What has to be known of foreign weights to use them: network, input, order of the outputs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from fer_desktop.ui.common import theme
from fer_desktop.ui.training.label_order import LabelOrder
from fer_desktop.ui.training.labels import label

WEIGHTS_FILTER = "PyTorch weights (*.pt *.pth *.bin);;All files (*)"
DEFAULT_ARCHITECTURE = "efficientnet_b0"


class ImportForm(QWidget):
    """changed: of the file or the name."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = QLineEdit()
        self.file.setPlaceholderText("A .pt or .pth file with weights")
        self.file.setMinimumWidth(self.fontMetrics().averageCharWidth() * 36)
        browse = QPushButton("&File…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.setSpacing(theme.GRID)
        where.addWidget(self.file, 1)
        where.addWidget(browse)
        self.name = QLineEdit()
        self.architecture = QLineEdit(DEFAULT_ARCHITECTURE)
        self.architecture.setToolTip("The name that timm gives the network")
        self.channels = QComboBox()
        self.channels.addItem("1, grey", 1)
        self.channels.addItem("3, the same grey three times", 3)
        self.input_size = _pixels(16, 224)
        self.native_size = _pixels(0, 0)
        self.native_size.setSpecialValueText("as large as the input")
        self.native_size.setToolTip(
            "Side of the pictures that it was trained on; larger crops are reduced to it first"
        )
        self.standardise = QCheckBox("&Standardise each crop instead")
        self.mean = _share(0.5)
        self.mean.setAccessibleName("Mean of the grey values, 0 to 1")
        self.std = _share(0.25)
        self.std.setMinimum(0.001)
        self.std.setAccessibleName("Standard deviation of the grey values, 0 to 1")
        values = QHBoxLayout()
        values.setSpacing(theme.GRID)
        for widget in (self.mean, self.std, self.standardise):
            values.addWidget(widget)
        self.labels = LabelOrder()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(theme.GRID)
        form.addRow(label("&Weights", self.file), where)
        form.addRow("&Name of the model", self.name)
        form.addRow("&Architecture", self.architecture)
        form.addRow("&Channels", self.channels)
        form.addRow("&Input size", self.input_size)
        form.addRow("&Trained on pictures of", self.native_size)
        form.addRow(label("Mean and &deviation", self.mean), values)
        form.addRow("&Order of its outputs", self.labels)
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
        """Of ``python -m trainer import``."""
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
        """Offers the file's name for the model's, unless there is one."""
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


def _pixels(least: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, 1024)
    box.setSuffix(" pixels")
    box.setValue(value)
    return box


def _share(value: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0, 1)
    box.setDecimals(4)
    box.setSingleStep(0.01)
    box.setValue(value)
    return box
