"""What to analyse, where to write, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
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

from fer_desktop.ui import theme
from fer_desktop.ui.file_types import OPEN_FILTER
from fer_desktop.ui.settings import Settings

LONGEST_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """As `core.analysis.run_analysis` takes them; times in seconds of the source."""

    input: Path
    output: Path
    video: bool
    blur: bool
    every: int
    start_s: float | None
    end_s: float | None
    overwrite: bool


class AnalyseForm(QWidget):
    """The options of one analysis. changed: of anything in it."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.input = QLineEdit()
        self.input.setPlaceholderText("A video, a picture, or a folder of pictures")
        self.output = QLineEdit()
        self.output.setPlaceholderText("The folder that the results go to")
        self.video = QCheckBox("Also the video with what is found drawn into it")
        self.blur = QCheckBox("Make the faces in it unrecognisable")
        self.overwrite = QCheckBox("Replace results that exist")
        self.every = QSpinBox()
        self.every.setRange(1, 1000)
        self.every.setPrefix("one in ")
        self.every.setSpecialValueText("every one")
        self.part = QCheckBox("Only from")
        self.start_time = _seconds("From")
        self.end_time = _seconds("To")
        self.end_time.setSpecialValueText("the end")
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
        form.addRow(self.video)
        form.addRow(self.blur)
        form.addRow(self.overwrite)
        form.addRow(_row(self.part, self.start_time, QLabel("to"), self.end_time))
        form.addRow("&Pictures", self.every)
        for line in (self.input, self.output):
            line.setMinimumWidth(self.fontMetrics().averageCharWidth() * 40)
            line.textChanged.connect(self.changed)
        for box in (self.start_time, self.end_time):
            box.valueChanged.connect(self.changed)
        self.part.toggled.connect(self._follow_switches)
        self.video.toggled.connect(self._follow_switches)
        self._follow_switches()

    def offer(self, input_path: Path | None) -> None:
        """Fills in a file, and for its results the folder used last, or one beside it."""
        if input_path is None:
            return
        self.input.setText(str(input_path))
        if not self.output.text():
            self.output.setText(str(self._settings.analysis_folder or input_path.parent / "FER Desktop"))

    def options(self) -> AnalysisOptions | None:
        """None while something is missing or does not fit together."""
        source, output = self.input.text().strip(), self.output.text().strip()
        part = self.part.isChecked()
        end = self.end_time.value() or None
        if not source or not output or (part and end is not None and end <= self.start_time.value()):
            return None
        return AnalysisOptions(
            input=Path(source),
            output=Path(output),
            video=self.video.isChecked(),
            blur=self.video.isChecked() and self.blur.isChecked(),
            every=self.every.value(),
            start_s=self.start_time.value() if part else None,
            end_s=end if part else None,
            overwrite=self.overwrite.isChecked(),
        )

    def _follow_switches(self) -> None:
        self.blur.setEnabled(self.video.isChecked())
        for box in (self.start_time, self.end_time):
            box.setEnabled(self.part.isChecked())
        self.changed.emit()

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Analyse", self._folder(), OPEN_FILTER)
        if chosen:
            self.offer(Path(chosen))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Analyse a folder of pictures", self._folder())
        if chosen:
            self.offer(Path(chosen))

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
        row.addWidget(widget, 1 if isinstance(widget, QLineEdit | QDoubleSpinBox) else 0)
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
