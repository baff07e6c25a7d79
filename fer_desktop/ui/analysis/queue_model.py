"""The table of recordings in the queue, with their outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from fer_desktop.core.analysis import AnalysisProgress
from fer_desktop.core.batch import BatchItem, ItemOutcome, unique_names
from fer_desktop.core.results import SUFFIX
from fer_desktop.ui.common import Index, Role, RowModel, clock

FILE, STATE, FRAMES, PEOPLE, LEFT = range(5)
COLUMNS = ("File", "State", "Pictures", "People", "Time left")
FRACTION_ROLE = Qt.ItemDataRole.UserRole
"""The role of a running analysis' progress: 0 to 1, -1 if unknown, None if it does not run."""


@dataclass(slots=True, eq=False)
class Row:
    """outcome: None while it waits or runs. progress: of the running analysis."""

    item: BatchItem
    is_running: bool = False
    progress: AnalysisProgress | None = None
    outcome: ItemOutcome | None = None

    @property
    def state(self) -> str:
        if self.is_running:
            return "running"
        return "waiting" if self.outcome is None else self.outcome.state

    @property
    def results(self) -> Path | None:
        """The file that the window opens."""
        outputs = () if self.outcome is None else self.outcome.outputs
        return next((path for path in outputs if path.suffix == SUFFIX), None)


class QueueModel(RowModel):
    """A row for each recording, in the order of adding. At most one is running."""

    rows: list[Row]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self.rows = []

    def add(self, inputs: Iterable[Path]) -> None:
        """Adds the recordings that are not in the queue yet."""
        present = {row.item.input for row in self.rows}
        new = [path for path in dict.fromkeys(path.absolute() for path in inputs) if path not in present]
        if not new:
            return
        names = unique_names(new, used=[row.item.name for row in self.rows])
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(new) - 1)
        self.rows += [Row(BatchItem(path, name)) for path, name in zip(new, names, strict=True)]
        self.endInsertRows()

    def remove(self, numbers: Iterable[int]) -> None:
        """Removes rows, except the running one."""
        for number in sorted(set(numbers), reverse=True):
            if not self.rows[number].is_running:
                self.beginRemoveRows(QModelIndex(), number, number)
                del self.rows[number]
                self.endRemoveRows()

    def wait_again(self) -> None:
        """Sets stopped and failed recordings back to waiting."""
        for row in self.rows:
            if row.state in ("stopped", "failed"):
                row.outcome = None
                self._changed(row)

    def next_waiting(self) -> Row | None:
        return next((row for row in self.rows if row.state == "waiting"), None)

    def begin(self, row: Row) -> None:
        row.is_running, row.progress, row.outcome = True, None, None
        self._changed(row)

    def show_progress(self, row: Row, progress: AnalysisProgress) -> None:
        row.progress = progress
        self._changed(row)

    def end(self, row: Row, outcome: ItemOutcome) -> None:
        row.is_running, row.outcome = False, outcome
        self._changed(row)

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows)

    def _changed(self, row: Row) -> None:
        number = self.rows.index(row)
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(COLUMNS) - 1))

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Role.DisplayRole:
                return _text(row, column)
            case Role.ToolTipRole:
                return (row.outcome and row.outcome.error) or str(row.item.input)
            case Role.TextAlignmentRole if column > STATE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Role.UserRole if column == STATE and row.is_running:
                fraction = None if row.progress is None else row.progress.fraction
                return -1.0 if fraction is None else fraction
        return None


def _text(row: Row, column: int) -> str:
    outcome, progress = row.outcome, row.progress
    match column:
        case 0:
            return row.item.input.name
        case 1:
            reason = (outcome and outcome.error) or ""
            return f"failed: {reason.removeprefix(f'{row.item.input}: ')}" if reason else row.state
        case 2 if row.is_running:
            return str(progress.frames_analysed) if progress else ""
        case 2:
            return str(outcome.frames) if outcome and outcome.frames else ""
        case 3:
            return str(outcome.people) if outcome and outcome.frames else ""
        case 4 if row.is_running and progress and progress.fraction:
            return clock(progress.elapsed_s * (1 - progress.fraction) / progress.fraction)
    return ""
