"""The list of runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtGui import QFont

from fer_desktop.core.training import RunSummary
from fer_desktop.ui.common import Index, Role, RowModel

STATES = {
    "running": "Running",
    "paused": "Paused",
    "stopped": "Stopped",
    "completed": "Finished",
    "failed": "Failed",
    "interrupted": "Interrupted",
}


class RunsModel(RowModel):
    """rows: RunSummary. The run whose model the live view uses is in bold."""

    def __init__(self) -> None:
        super().__init__([title for title, _ in _COLUMNS])
        self.in_use: object = None

    def set_rows(self, rows: list[RunSummary]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def refresh_use(self, card: object) -> None:
        self.in_use = card
        if self.rows:
            last = self.index(len(self.rows) - 1, len(_COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Role.FontRole, Role.DisplayRole])

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        summary: RunSummary = self.rows[index.row()]
        is_in_use = summary.card is not None and summary.card == self.in_use
        if role == Role.DisplayRole:
            text = _COLUMNS[index.column()][1](summary)
            return f"{text}, in the live view" if is_in_use and index.column() == STATE else text
        if role == Role.ToolTipRole:
            return summary.problem or (summary.info.note if summary.info else "") or summary.history.failure
        if role == Role.FontRole and is_in_use:
            font = QFont()
            font.setBold(True)
            return font
        return None


def _when(summary: RunSummary) -> str:
    if summary.info is None:
        return ""
    try:
        return datetime.fromisoformat(summary.info.created).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return summary.info.created


def _network(summary: RunSummary) -> str:
    config = summary.info.config if summary.info else {}
    started = summary.history.started
    config = started.config if started is not None else config
    size = f", {config['input_size']} px" if "input_size" in config else ""
    return f"{config.get('architecture', 'efficientnet_b0')}{size}"


def _epochs(summary: RunSummary) -> str:
    done, total = len(summary.history.epochs), summary.history.total_epochs
    return f"{done} of {total}" if total else "–"


def _share(value: Callable[[Any], float]) -> Callable[[RunSummary], str]:
    def text(summary: RunSummary) -> str:
        best = summary.history.best_epoch
        return "–" if best is None or math.isnan(value(best)) else f"{value(best):.1%}"

    return text


_COLUMNS: tuple[tuple[str, Callable[[RunSummary], str]], ...] = (
    ("Run", lambda summary: summary.title),
    ("When", _when),
    ("Network", _network),
    ("Epochs", _epochs),
    ("Accuracy", _share(lambda best: best.accuracy)),
    ("Macro recall, balanced", _share(lambda best: best.balanced_macro_recall)),
    ("State", lambda summary: "Cannot be read" if summary.problem else STATES[summary.state]),
)
STATE = len(_COLUMNS) - 1
