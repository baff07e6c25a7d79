"""About the program and the model it uses."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from fer_desktop import __version__
from fer_desktop.core.live import ModelStatus
from fer_desktop.ui.common import IconLabel, heading, icons, paragraph, theme
from fer_desktop.ui.window.model_figures import ErrorRates, figures_of
from fer_desktop.ui.window.status_bar import DEVICE_TITLES

SUMMARY = "Recognises facial expressions live, on your own computer. Free software under the MIT licence."
FIGURES = {
    "accuracy": "Agrees with the people who named the pictures",
    "fer2013_accuracy": "Agrees with the labels of FER2013",
    "macro_recall": "Recognises each of the seven emotions, on average",
    "expected_calibration_error": "Difference between confidence and accuracy, on average",
}


class AboutPage(QWidget):
    """Program, model card and error rates. It has no links to the network."""

    def __init__(self, status: ModelStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(3 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(IconLabel(8 * theme.GRID, icons.APPLICATION))
        column.addWidget(heading(f"FER Desktop {__version__}", 1.5))
        column.addWidget(paragraph(SUMMARY))
        column.addSpacing(theme.GRID)
        column.addWidget(heading("The model", 1.2))
        column.addWidget(ModelFacts(status))
        column.addSpacing(theme.GRID)
        column.addWidget(heading("How often it is wrong", 1.2))
        column.addWidget(ErrorRates(status.card))
        column.addStretch(1)


class ModelFacts(QWidget):
    """The model card as a list of names and values."""

    def __init__(self, status: ModelStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * theme.GRID)
        for row, (name, value) in enumerate(facts(status)):
            for column, text in enumerate((name, value)):
                grid.addWidget(paragraph(text), row, column, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)


def facts(status: ModelStatus) -> list[tuple[str, str]]:
    """Returns the facts about the model as pairs of name and value."""
    card = status.card
    if card is None:
        return [("Model", status.message or "none is loaded yet")]
    pairs = [
        ("Model", card.name),
        ("Runs on", DEVICE_TITLES.get(status.device or "", "–")),
        ("Network", f"{card.architecture}, {card.input_size} × {card.input_size} pixels, grey"),
    ]
    natural = figures_of(card).natural
    pairs += [
        (title, f"{value:.1%}")
        for key, title in FIGURES.items()
        if isinstance(value := natural.get(key), (int, float))
    ]
    pairs += _training_facts(card.training)
    if card.trainer_version:
        pairs.append(("Trainer version", card.trainer_version))
    pairs += [
        (f"SHA-256 of {kind}", _breakable(file.get("sha256", "–"))) for kind, file in card.files.items()
    ]
    return pairs


def _training_facts(training: dict[str, Any]) -> list[tuple[str, str]]:
    """Returns the facts about the training data. The options of the run are only in the card."""
    pairs = []
    data = training.get("data")
    if isinstance(data, dict) and isinstance(data.get("trained_on"), int):
        files = " and ".join(str(data[key]) for key in ("pictures", "votes") if data.get(key))
        pairs.append(("Learned from", f"{data['trained_on']:,} pictures" + (f" ({files})" if files else "")))
        dropped = data.get("dropped")
        if isinstance(dropped, dict):
            reasons = [f"{count} {reason}" for reason, count in dropped.items() if count]
            pairs.append(("Left out", ", ".join(reasons) or "nothing"))
    return pairs + [
        (_title(key), _plain(value)) for key, value in training.items() if not isinstance(value, dict)
    ]


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    return str(value)


def _breakable(text: str) -> str:
    """Returns a hash in groups of eight, between which a line can break."""
    return " ".join(text[start : start + 8] for start in range(0, len(text), 8))
