"""What to analyse, where to write, and how."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from fer_desktop.core.analysis import AnalysisOptions
from fer_desktop.core.paths import Paths
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.analysis import AnalysisRequest
from fer_desktop.ui.common import OPEN_FILTER, theme
from fer_desktop.ui.settings import DETECTOR_CHOICES, Settings, show_models

LONGEST_S = 24 * 3600.0
ALL, ONE_IN, A_SECOND = range(3)


class AnalyseForm(QWidget):
    """The options of one analysis. changed: of anything in it."""

    changed = Signal()

    def __init__(self, settings: Settings, paths: Paths, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._paths = paths
        self._pipeline: PipelineSettings | None = None
        self.input = QLineEdit()
        self.input.setPlaceholderText("A video, a picture, or a folder of pictures")
        self.output = QLineEdit()
        self.output.setPlaceholderText("The folder that the results go to")
        self.part = QCheckBox("&Only from")
        self.start_time = _seconds("From")
        self.end_time = _seconds("To")
        self.end_time.setSpecialValueText("the end")
        self.pictures = QComboBox()
        self.pictures.addItems(["Every one", "One in", "So many a second"])
        self.every = QSpinBox()
        self.every.setRange(2, 1000)
        self.every.setAccessibleName("One picture in")
        self.rate = QDoubleSpinBox()
        self.rate.setRange(0.1, 240)
        self.rate.setValue(5)
        self.rate.setDecimals(1)
        self.rate.setAccessibleName("Pictures a second")
        self.model = QComboBox()
        self.detector = QComboBox()
        for name, title in DETECTOR_CHOICES.items():
            self.detector.addItem(title, name)
        self.min_face = QDoubleSpinBox()
        self.min_face.setRange(1, 100)
        self.min_face.setDecimals(0)
        self.min_face.setSuffix(" % of the picture's shorter side")
        self.interval = QDoubleSpinBox()
        self.interval.setRange(0, 10)
        self.interval.setSingleStep(0.1)
        self.interval.setDecimals(2)
        self.interval.setSuffix(" s")
        self.interval.setSpecialValueText("in every picture")
        self.interval.setToolTip("Time between two searches for faces; the tracker moves them on between")
        self.smoothing = QCheckBox("&Smooth emotions over about half a second")
        self.choose_file = _button("File…", self._choose_file)
        self.choose_folder = _button("Folder…", self._choose_folder)
        self.choose_output = _button("Folder…", self._choose_output)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(theme.GRID)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(
            _label("&Analyse", self.input),
            _row(self.input, self.choose_file, self.choose_folder),
        )
        form.addRow(_label("&Results in", self.output), _row(self.output, self.choose_output))
        form.addRow(_row(self.part, self.start_time, QLabel("to"), self.end_time))
        form.addRow(_label("&Pictures", self.pictures), _row(self.pictures, self.every, self.rate))
        form.addRow("&Model", self.model)
        form.addRow("&Face detector", self.detector)
        form.addRow("Smallest fa&ce", self.min_face)
        form.addRow("Searches &every", self.interval)
        form.addRow(self.smoothing)
        for line in (self.input, self.output):
            line.setMinimumWidth(self.fontMetrics().averageCharWidth() * 40)
            line.textChanged.connect(self.changed)
        for box in (self.start_time, self.end_time):
            box.valueChanged.connect(self.changed)
        self.part.toggled.connect(self._follow_switches)
        self.pictures.currentIndexChanged.connect(self._follow_switches)
        self._follow_switches()

    def offer(self, input_path: Path | None, pipeline: PipelineSettings) -> None:
        """Fills in a file, for its results the folder used last or one beside it, and the settings in use."""
        self._pipeline = pipeline
        show_models(self.model, self._paths, pipeline.model)
        self.detector.setCurrentIndex(self.detector.findData(pipeline.detector))
        self.min_face.setValue(100 * pipeline.min_face)
        self.interval.setValue(pipeline.detection_interval_s)
        self.smoothing.setChecked(pipeline.smoothing)
        if input_path is not None:
            self._set_input(input_path)

    def request(self) -> AnalysisRequest | None:
        """None while something is missing or does not fit together."""
        source, output = self.input.text().strip(), self.output.text().strip()
        part = self.part.isChecked()
        end = self.end_time.value() or None
        if not source or not output or (part and end is not None and end <= self.start_time.value()):
            return None
        which = self.pictures.currentIndex()
        options = AnalysisOptions(
            every=self.every.value() if which == ONE_IN else 1,
            rate=self.rate.value() if which == A_SECOND else None,
            start_s=self.start_time.value() if part else None,
            end_s=end if part else None,
        )
        return AnalysisRequest(Path(source), Path(output), options)

    def pipeline(self) -> PipelineSettings | None:
        """The settings in use with what is chosen here; None before ``offer``."""
        if self._pipeline is None:
            return None
        detector = self.detector.currentData()
        same = detector == self._pipeline.detector
        return dataclasses.replace(
            self._pipeline,
            model=self.model.currentData(),
            detector=detector,
            detector_model=self._pipeline.detector_model if same else None,
            min_face=self.min_face.value() / 100,
            detection_interval_s=self.interval.value(),
            smoothing=self.smoothing.isChecked(),
        )

    def _set_input(self, path: Path) -> None:
        self.input.setText(str(path))
        if not self.output.text():
            self.output.setText(str(self._settings.analysis_folder or path.parent / "FER Desktop"))

    def _follow_switches(self) -> None:
        for box in (self.start_time, self.end_time):
            box.setEnabled(self.part.isChecked())
        self.every.setVisible(self.pictures.currentIndex() == ONE_IN)
        self.rate.setVisible(self.pictures.currentIndex() == A_SECOND)
        self.changed.emit()

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Analyse", self._folder(), OPEN_FILTER)
        if chosen:
            self._set_input(Path(chosen))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Analyse a folder of pictures", self._folder())
        if chosen:
            self._set_input(Path(chosen))

    def _choose_output(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the results", self.output.text())
        if chosen:
            self.output.setText(chosen)

    def _folder(self) -> str:
        return self.input.text() or str(self._settings.open_folder or "")


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GRID)
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, QLineEdit | QDoubleSpinBox | QComboBox) else 0)
    return row


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    return label


def _button(text: str, chosen: object) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(chosen)
    return button


def _seconds(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0, LONGEST_S)
    box.setDecimals(2)
    box.setSuffix(" s")
    box.setAccessibleName(name)
    return box
