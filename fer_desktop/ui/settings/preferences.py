"""The dialog for the settings of the pipeline. Every change takes effect at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core.detection import DEFAULT_DETECTOR
from fer_desktop.core.models import DEFAULT_TAU
from fer_desktop.core.paths import Paths
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.core.tracking import DEFAULT_UNCERTAIN_BELOW
from fer_desktop.ui.common import ReadingArea, fields, paragraph, theme
from fer_desktop.ui.settings.model_choice import show_models

DEVICE_CHOICES = {
    "auto": "Automatic",
    "cpu": "CPU",
    "cuda": "NVIDIA GPU (CUDA)",
    "mps": "Apple GPU (MPS)",
}
DETECTOR_CHOICES = {"cascade": "Standard (cascade)", "yunet": "YuNet (finds more faces)"}
BALANCE_STEPS = 20
BALANCE = (
    "Balanced: rare expressions such as disgust and fear are noticed as readily as common ones. "
    "Natural: expressions are as frequent as in the training pictures, where most faces are neutral or "
    "happy. Natural gives fewer false alarms. It often calls subtle anger, fear, sadness and disgust neutral."
)
UNCERTAIN_HELP = (
    "A face is called uncertain if no emotion reaches this probability. "
    "The page Evaluate in the menu Training shows how many faces that affects."
)
DEFAULTS = {
    "model": None,
    "device": "auto",
    "detector": DEFAULT_DETECTOR,
    "detector_model": None,
    "tau": DEFAULT_TAU,
    "smoothing": True,
    "uncertain_below": DEFAULT_UNCERTAIN_BELOW,
}


class Preferences(QDialog):
    """Shows pipeline settings.

    changed(name of the field, value). model, detector_model: None for the installed file.
    """

    changed = Signal(str, object)

    def __init__(self, paths: Paths, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._current_model = paths.default_model
        self.setWindowTitle("Settings")
        self._make_fields()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Close | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        self.restore = buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        layout = QVBoxLayout(self)
        layout.addWidget(ReadingArea(self._lay_out()), 1)
        layout.addWidget(buttons)
        self._connect()
        buttons.rejected.connect(self.close)

    def _make_fields(self) -> None:
        self.model = QComboBox()
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.device = fields.choices(DEVICE_CHOICES)
        self.detector = fields.choices(DETECTOR_CHOICES)
        self.detector_file = QPushButton()
        self.detector_file.setAccessibleName("Model file of the face detector")
        self.balance = QSlider(Qt.Orientation.Horizontal)
        self.balance.setRange(0, BALANCE_STEPS)
        self.balance.setPageStep(5)
        self.balance.setTickInterval(5)
        self.balance.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.balance.setAccessibleName("From balanced to natural")
        self.balance.setAccessibleDescription(BALANCE)
        self.uncertain = fields.whole(0, 100, 0, unit="%")
        self.uncertain.setToolTip(UNCERTAIN_HELP)
        self.uncertain.setAccessibleDescription(UNCERTAIN_HELP)
        self.smoothing = QCheckBox("&Smooth emotions over about half a second")

    def _lay_out(self) -> QWidget:
        content = QWidget()
        form = fields.form(content, QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setContentsMargins(*(theme.GRID,) * 4)
        fields.add_row(form, "&Model", self.model)
        fields.add_row(form, "&Device", self.device)
        fields.add_row(form, "&Face detector", self.detector)
        fields.add_row(form, "Model file of the face detector", self.detector_file)
        scale = fields.row(QLabel("Balanced"), self.balance, QLabel("Natural"))
        form.addRow(fields.label("&Expressions", self.balance), scale)
        form.addRow(paragraph(BALANCE))
        fields.add_row(form, "&Uncertain below", self.uncertain)
        form.addRow(paragraph(UNCERTAIN_HELP))
        form.addRow(self.smoothing)
        return content

    def _connect(self) -> None:
        def change(name: str, value: object) -> None:
            self.changed.emit(name, value)

        self.model.activated.connect(self._choose_model)
        self.device.activated.connect(lambda: change("device", self.device.currentData()))
        self.detector.activated.connect(lambda: change("detector", self.detector.currentData()))
        self.detector_file.clicked.connect(self._choose_detector_file)
        self.balance.valueChanged.connect(lambda value: change("tau", 1 - value / BALANCE_STEPS))
        self.uncertain.valueChanged.connect(lambda value: change("uncertain_below", value / 100))
        self.smoothing.clicked.connect(lambda checked: change("smoothing", checked))
        self.restore.clicked.connect(self._restore)

    def show_settings(self, settings: PipelineSettings) -> None:
        """Shows the settings in use."""
        self._show_models(settings.model)
        self.device.setCurrentIndex(self.device.findData(settings.device))
        self.detector.setCurrentIndex(self.detector.findData(settings.detector))
        custom = settings.detector_model
        self.detector_file.setText(custom.name if custom else "Default. Choose another…")
        self.detector_file.setToolTip(str(custom) if custom else "A model file for the face detector")
        with QSignalBlocker(self.balance):
            self.balance.setValue(round((1 - settings.tau) * BALANCE_STEPS))
        with QSignalBlocker(self.uncertain):
            self.uncertain.setValue(round(100 * settings.uncertain_below))
        self.smoothing.setChecked(settings.smoothing)

    def _show_models(self, current: Path) -> None:
        self._current_model = current
        show_models(self.model, self._paths, current)
        self.model.insertSeparator(self.model.count())
        self.model.addItem("Choose a model card…", None)

    def _choose_model(self, index: int) -> None:
        path = self.model.itemData(index)
        if path is None:
            chosen, _ = QFileDialog.getOpenFileName(
                self, "Choose a model card", str(self._paths.models), "Model cards (*.json)"
            )
            if not chosen:
                self._show_models(self._current_model)
                return
            path = Path(chosen)
        self.changed.emit("model", None if path == self._paths.default_model else path)

    def _choose_detector_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            "Choose a model file for the face detector",
            "",
            "Detector models (*.onnx *.xml);;All files (*)",
        )
        if chosen:
            self.changed.emit("detector_model", Path(chosen))

    def _restore(self) -> None:
        for name, value in DEFAULTS.items():
            self.changed.emit(name, value)
