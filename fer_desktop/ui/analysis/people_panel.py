"""The table of people in a recording, who can be named, merged, split and ignored."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QItemSelectionModel,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.results import UNCERTAIN_INDEX, Person, StoredAnalysis
from fer_desktop.ui.analysis.document import AnalysisDocument
from fer_desktop.ui.common import (
    ActionButtons,
    Index,
    Role,
    RowModel,
    fine_clock,
    make_action,
    make_table,
    percentage,
    theme,
)

PICTURE_PX = 48
COLUMNS = ("Person", "Seen", "Mostly")


class PeopleModel(RowModel):
    """A row for each person: picture and name, time in the picture, most frequent emotion."""

    rows: tuple[Person, ...]

    def __init__(self, document: AnalysisDocument, parent: QWidget) -> None:
        super().__init__(COLUMNS, parent)
        self._document = document
        self._texts: dict[int, tuple[str, str]] = {}
        self._pictures: dict[bytes, QIcon] = {}
        document.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        stored = self._document.stored
        present, texts = _figures(stored)
        people = tuple(person for person in stored.people.people if person.id in present)
        self._texts = texts
        if [person.id for person in people] != [person.id for person in self.rows]:
            self.beginResetModel()
            self.rows = people
            self.endResetModel()
        elif people:
            self.rows = people
            self.dataChanged.emit(self.index(0, 0), self.index(len(people) - 1, len(COLUMNS) - 1))

    def row_of(self, person_id: int | None) -> int | None:
        return next((row for row, person in enumerate(self.rows) if person.id == person_id), None)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        person = self.rows[index.row()]
        match role:
            case Role.DisplayRole | Role.EditRole:
                return (person.title, *self._texts[person.id])[index.column()]
            case Role.DecorationRole if index.column() == 0:
                return self._picture(person)
            case Role.ForegroundRole if person.ignored:
                view = self.parent()
                return theme.quiet(view.palette()) if isinstance(view, QWidget) else None
            case Role.FontRole if person.ignored and isinstance(view := self.parent(), QWidget):
                font = view.font()
                font.setStrikeOut(True)
                return font
            case Role.ToolTipRole:
                return f"{person.title}, ignored" if person.ignored else person.title
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if index.column() == 0 else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | editable

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        self._document.rename(self.rows[index.row()].id, str(value))
        return True

    def _picture(self, person: Person) -> QIcon | None:
        data = self._document.stored.thumbnail(person.id)
        if data is None:
            return None
        if data not in self._pictures:
            pixmap = QPixmap()
            pixmap.loadFromData(data)
            self._pictures[data] = QIcon(pixmap)
        return self._pictures[data]


class PeoplePanel(QWidget):
    """selected(person id or None). A person is split at the time `playhead_s`."""

    selected = Signal(object)

    def __init__(self, document: AnalysisDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.playhead_s = 0.0
        self.model = PeopleModel(document, self)
        self.table = make_table(self.model, "People", wide_column=0)
        self.table.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.table.verticalHeader().setDefaultSectionSize(PICTURE_PX + theme.GRID)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.model.modelReset.connect(self._on_selection)

        self.rename = make_action(self, "Re&name", self._rename, "Give the person a name (F2)")
        self.merge = make_action(self, "&Merge", self._merge, "Make the selected people one person")
        self.split = make_action(self, "&Split here", self._split, "Make this another person from here on")
        self.ignore = make_action(
            self, "&Ignore", self._ignore, "Leave this person out of pictures, figures and exports"
        )
        self.buttons = ActionButtons()
        self.buttons.set_actions([self.rename, self.merge, self.split, self.ignore])
        self.table.addActions([self.rename, self.merge, self.split, self.ignore])
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.GRID, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.buttons)
        document.changed.connect(self._enable)
        self._enable()

    @property
    def chosen(self) -> list[int]:
        """Ids of the people that are selected, from top to bottom."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.model.rows[row].id for row in rows]

    def select(self, person_id: int | None) -> None:
        row = self.model.row_of(person_id)
        if row is None:
            self.table.clearSelection()
        elif self.chosen != [person_id]:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().select(self.model.index(row, 0), flags)
            self.table.scrollTo(self.model.index(row, 0))

    def _on_selection(self) -> None:
        self._enable()
        self.selected.emit(self.chosen[0] if len(self.chosen) == 1 else None)

    def _enable(self) -> None:
        chosen = self.chosen
        people = self._document.stored.people
        self.rename.setEnabled(len(chosen) == 1)
        self.merge.setEnabled(len(chosen) > 1)
        self.split.setEnabled(len(chosen) == 1)
        self.ignore.setEnabled(bool(chosen))
        ignored = bool(chosen) and all(people.person(person_id).ignored for person_id in chosen)
        self.ignore.setText("&Show again" if ignored else "&Ignore")

    def _rename(self) -> None:
        row = self.model.row_of(self.chosen[0])
        if row is not None:
            self.table.edit(self.model.index(row, 0))

    def _merge(self) -> None:
        self._document.merge(self.chosen)

    def _split(self) -> None:
        self._document.split(self.chosen[0], self.playhead_s)

    def _ignore(self) -> None:
        people = self._document.stored.people
        chosen = self.chosen
        self._document.ignore(chosen, not all(people.person(person_id).ignored for person_id in chosen))


def _figures(stored: StoredAnalysis) -> tuple[set[int], dict[int, tuple[str, str]]]:
    """Returns the people who are seen, with the time in view and the most frequent emotion of each."""
    table = stored.table
    period_s = float(np.median(np.diff(table.pts_s))) if table.frames > 1 else 0.0
    texts = {}
    for person_id in np.unique(stored.person_id).tolist():
        labels = table.label[stored.person_id == person_id]
        sure = labels[labels != UNCERTAIN_INDEX]
        mostly = "uncertain"
        if len(sure):
            counts = np.bincount(sure, minlength=len(emotions.ALL))
            top = int(counts.argmax())
            mostly = f"{emotions.ALL[top].title} {percentage(counts[top] / len(labels))}"
        texts[person_id] = fine_clock(len(labels) * period_s, 0), mostly
    return set(texts), texts
