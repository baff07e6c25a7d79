"""The form for the analysis of a file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QLabel, QLineEdit, QWidget

from fer_desktop.core.analysis import AnalysisOptions
from fer_desktop.core.paths import Paths
from fer_desktop.core.pipeline import PipelineSettings
from fer_desktop.ui.analysis import AnalysisRequest
from fer_desktop.ui.common import OPEN_FILTER, fields
from fer_desktop.ui.settings import DETECTOR_CHOICES, Settings, show_models

LONGEST_S = 24 * 3600.0
ALL, ONE_IN, A_SECOND = range(3)


class AnalyseForm(QWidget):
    """The options of one analysis. changed: any field."""

    changed = Signal()

    def __init__(self, settings: Settings, paths: Paths, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._paths = paths
        self._pipeline: PipelineSettings | None = None
        self._make_file_fields()
        self._make_sampling_fields()
        self._make_detection_fields()
        self._lay_out()
        self._connect()
        self._follow_switches()

    def _make_file_fields(self) -> None:
        self.input = QLineEdit()
        self.input.setPlaceholderText("A video, a picture, or a folder of pictures")
        self.output = QLineEdit()
        self.output.setPlaceholderText("Folder for the results")
        for line in (self.input, self.output):
            line.setMinimumWidth(self.fontMetrics().averageCharWidth() * 40)
        self.choose_file = fields.button("File…", self._choose_file)
        self.choose_folder = fields.button("Folder…", self._choose_folder)
        self.choose_output = fields.button("Folder…", self._choose_output)

    def _make_sampling_fields(self) -> None:
        self.part = QCheckBox("&Only from")
        self.start_time = fields.number(0, LONGEST_S, 0, decimals=2, unit="s")
        self.start_time.setAccessibleName("From")
        self.end_time = fields.number(0, LONGEST_S, 0, decimals=2, unit="s")
        self.end_time.setAccessibleName("To")
        self.end_time.setSpecialValueText("the end")
        self.pictures = fields.choices({ALL: "All", ONE_IN: "One in", A_SECOND: "Per second"})
        self.every = fields.whole(2, 1000, 2)
        self.every.setAccessibleName("One picture in")
        self.rate = fields.number(0.1, 240, 5, decimals=1)
        self.rate.setAccessibleName("Pictures per second")

    def _make_detection_fields(self) -> None:
        self.model = QComboBox()
        self.detector = fields.choices(DETECTOR_CHOICES)
        self.min_face = fields.number(1, 100, 1, decimals=0, unit="% of the picture's shorter side")
        self.interval = fields.number(0, 10, 0, decimals=2, step=0.1, unit="s")
        self.interval.setPrefix("every ")
        self.interval.setSpecialValueText("in every picture")
        self.interval.setToolTip(
            "Time between two searches for faces. The tracker follows the faces in between."
        )
        self.smoothing = QCheckBox("&Smooth emotions over about half a second")

    def _lay_out(self) -> None:
        form = fields.form(self, QFormLayout.RowWrapPolicy.WrapAllRows)
        fields.add_row(form, "&Analyse", self.input, self.choose_file, self.choose_folder)
        fields.add_row(form, "&Results in", self.output, self.choose_output)
        form.addRow(fields.row(self.part, self.start_time, QLabel("to"), self.end_time))
        fields.add_row(form, "&Pictures", self.pictures, self.every, self.rate)
        fields.add_row(form, "&Model", self.model)
        fields.add_row(form, "&Face detector", self.detector)
        fields.add_row(form, "Smallest fa&ce", self.min_face)
        fields.add_row(form, "S&earch for faces", self.interval)
        form.addRow(self.smoothing)

    def _connect(self) -> None:
        for line in (self.input, self.output):
            line.textChanged.connect(self.changed)
        for box in (self.start_time, self.end_time):
            box.valueChanged.connect(self.changed)
        self.part.toggled.connect(self._follow_switches)
        self.pictures.currentIndexChanged.connect(self._follow_switches)

    def offer(self, input_path: Path | None, pipeline: PipelineSettings) -> None:
        """Fills in a file, the settings in use and, if empty, the folder used last or one beside the file."""
        self._pipeline = pipeline
        show_models(self.model, self._paths, pipeline.model)
        self.detector.setCurrentIndex(self.detector.findData(pipeline.detector))
        self.min_face.setValue(100 * pipeline.min_face)
        self.interval.setValue(pipeline.detection_interval_s)
        self.smoothing.setChecked(pipeline.smoothing)
        if input_path is not None:
            self._set_input(input_path)

    def request(self) -> AnalysisRequest | None:
        """Returns the request, None while something is missing or inconsistent."""
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
        """Returns the settings in use with the choices of the form, None before `offer`."""
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
