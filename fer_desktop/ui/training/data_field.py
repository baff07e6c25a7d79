"""The fields for a data set and its FER+ votes, which can also be dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QWidget

from fer_desktop.ui.common import fields, theme

DATA_FILTER = "FER2013 (*.csv *.csv.gz);;All files (*)"
VOTES_FILTER = "FER+ votes (*.csv);;All files (*)"
VOTES_NAME = "fer2013new"
"""The start of the name of the FER+ file."""


class DataField(QWidget):
    """changed: another data set or other votes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data_line = _line("The FER2013 CSV file, or a folder with one folder for each emotion")
        self.votes_line = _line("If empty: fer2013new.csv beside the data set, where it exists")
        self.choose_file = fields.button("&File…", self.browse_file)
        self.choose_folder = fields.button("F&older…", self.browse_folder)
        self.choose_votes = fields.button("File…", self.browse_votes)
        self.choose_votes.setAccessibleName("File with FER+ votes…")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(fields.label("&Data set", self.data_line), 0, 0)
        layout.addWidget(self.data_line, 0, 1)
        layout.addWidget(self.choose_file, 0, 2)
        layout.addWidget(self.choose_folder, 0, 3)
        layout.addWidget(fields.label("FER+ &votes", self.votes_line), 1, 0)
        layout.addWidget(self.votes_line, 1, 1)
        layout.addWidget(self.choose_votes, 1, 2)
        for line in (self.data_line, self.votes_line):
            line.textChanged.connect(self.changed)
        self.setAcceptDrops(True)

    @property
    def data(self) -> Path | None:
        return _path(self.data_line)

    @property
    def votes(self) -> Path | None:
        return _path(self.votes_line)

    def arguments(self) -> list[str]:
        """Returns the arguments for a trainer command. Needs a data set."""
        votes = ["--votes", str(self.votes)] if self.votes else []
        return ["--data", str(self.data), *votes]

    def set_data(self, data: Path | None, votes: Path | None) -> None:
        """Sets both paths. Emits `changed` once if they differ."""
        if (data, votes) == (self.data, self.votes):
            return
        self.blockSignals(True)
        self.data_line.setText(str(data or ""))
        self.votes_line.setText(str(votes or ""))
        self.blockSignals(False)
        self.changed.emit()

    def browse_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Data set", self._folder(), DATA_FILTER)
        if chosen:
            self.data_line.setText(chosen)

    def browse_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Data set of class folders", self._folder())
        if chosen:
            self.data_line.setText(chosen)

    def browse_votes(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "FER+ votes", self._folder(), VOTES_FILTER)
        if chosen:
            self.votes_line.setText(chosen)

    def take_drop(self, paths: list[Path]) -> None:
        """Uses dropped files: FER+ votes by their name, and the first other file as the data set."""
        votes = [path for path in paths if path.name.lower().startswith(VOTES_NAME)]
        others = [path for path in paths if path not in votes]
        if others:
            self.set_data(others[0], votes[0] if votes else None)
        elif votes:
            self.set_data(self.data, votes[0])

    def _folder(self) -> str:
        return str(self.data.parent) if self.data else ""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.take_drop(paths)


def _path(line: QLineEdit) -> Path | None:
    text = line.text().strip()
    return Path(text) if text else None


def _line(placeholder: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setAcceptDrops(False)  # a line would insert the URL; the field around it takes the path
    return line
