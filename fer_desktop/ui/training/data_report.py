"""The report on a data set: problems first, then numbers, bars and sample pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.core import emotions
from fer_desktop.core.training import Inspection, Pictures
from fer_desktop.ui.charts import ClassBars, ThumbnailGrid
from fer_desktop.ui.common import Banner, Message, fields, paragraph, theme
from fer_desktop.ui.training.labels import section
from fer_desktop.ui.training.plain_table import PlainTable

LIST_LINES = 6


class DataReport(QWidget):
    """One report, to be shown in a scroll area."""

    def __init__(self, report: Inspection, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Report on the data set")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.GRID, 0)
        column.setSpacing(2 * theme.GRID)
        self.warnings = Banner()
        if report.warnings:
            self.warnings.set_message(Message("warning", "Before you train", "\n".join(report.warnings)))
            column.addWidget(self.warnings)
        self.summary = paragraph(_summary(report))
        column.addWidget(self.summary)
        column.addLayout(self._classes(report))
        column.addLayout(self._left_out(report))
        if report.unreadable:
            column.addLayout(self._unreadable(report.unreadable))
        if report.ignored_folders:
            names = ", ".join(report.ignored_folders)
            column.addWidget(
                paragraph(f"These folders are ignored because their names are not emotions: {names}")
            )
        if pictures:
            self.samples = SampleGrid(pictures)
            column.addWidget(self.samples)
        column.addStretch(1)

    def _classes(self, report: Inspection) -> QHBoxLayout:
        bars = ClassBars()
        bars.set_counts({name: split.counts for name, split in report.splits.items()})
        self.counts = PlainTable(
            "Pictures by emotion", ["", *map(_title, report.splits)], _count_rows(report)
        )
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        row.addWidget(bars, 1)
        row.addWidget(self.counts, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _left_out(self, report: Inspection) -> QHBoxLayout:
        self.dropped = _numbers("Left out of training", "Reason", report.dropped)
        self.duplicates = _numbers("Repeated pictures", "Where", report.duplicates)
        row = QHBoxLayout()
        row.setSpacing(4 * theme.GRID)
        for title, table, nothing in (
            ("Left out of training", self.dropped, "Nothing is left out."),
            ("Repeated pictures", self.duplicates, "No picture occurs twice."),
        ):
            column = QVBoxLayout()
            column.setSpacing(theme.GRID)
            column.addWidget(section(title))
            column.addWidget(table if table is not None else QLabel(nothing))
            column.addStretch(1)
            row.addLayout(column, 1)
        return row

    def _unreadable(self, paths: Sequence[str]) -> QVBoxLayout:
        self.unreadable = QListWidget()
        self.unreadable.setAccessibleName("Files that cannot be read")
        self.unreadable.setUniformItemSizes(True)
        self.unreadable.addItems(list(paths))
        self.unreadable.setFixedHeight(
            (min(len(paths), LIST_LINES) + 1) * (self.fontMetrics().height() + theme.GRID // 2)
        )
        self.copy_unreadable = QPushButton("Cop&y these names")
        self.copy_unreadable.clicked.connect(lambda: QGuiApplication.clipboard().setText("\n".join(paths)))
        column = QVBoxLayout()
        column.setSpacing(theme.GRID)
        column.addWidget(section(f"Files that cannot be read: {len(paths):,}"))
        column.addWidget(self.unreadable)
        column.addWidget(self.copy_unreadable, 0, Qt.AlignmentFlag.AlignLeft)
        return column


class SampleGrid(QWidget):
    """Sample pictures of the chosen class."""

    def __init__(self, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self.emotion = QComboBox()
        for name in pictures:
            self.emotion.addItem(emotions.by_name(name).title, name)
        self.grid = ThumbnailGrid()
        self.grid.setAccessibleName("Sample pictures")
        self.grid.setMinimumHeight(30 * theme.GRID)
        choice = QHBoxLayout()
        choice.addWidget(fields.label("Sa&mples of", self.emotion))
        choice.addWidget(self.emotion)
        choice.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(choice)
        column.addWidget(self.grid)
        self.emotion.currentIndexChanged.connect(self._show)
        self._show()

    def _show(self) -> None:
        images = self._pictures[self.emotion.currentData()]
        self.grid.set_pictures(list(images), [""] * len(images))


def _summary(report: Inspection) -> str:
    kind = "class folders"
    if report.kind == "fer2013":
        kind = "FER2013 with the votes of FER+" if report.votes else "FER2013 with its own labels"
    train = report.splits.get("train")
    text = f"{Path(report.data).name}: {kind}. "
    if train is None:
        return text + "It has no training rows. It can only be used to evaluate a model."
    return text + f"A run learns from {report.trained_on:,} of {train.rows:,} training rows."


def _count_rows(report: Inspection) -> list[list[str]]:
    splits = report.splits.values()
    rows = [
        [emotion.title, *(f"{split.counts[place]:,}" for split in splits)]
        for place, emotion in enumerate(emotions.ALL)
    ]
    rows.append(["With one clear emotion", *(f"{split.labelled:,}" for split in splits)])
    rows.append(["All rows", *(f"{split.rows:,}" for split in splits)])
    return rows


def _numbers(name: str, title: str, numbers: dict[str, int]) -> PlainTable | None:
    rows = [[_title(what), f"{number:,}"] for what, number in numbers.items() if number]
    return PlainTable(name, [title, "Rows"], rows) if rows else None


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]
