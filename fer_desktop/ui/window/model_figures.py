"""The accuracy and error rates of a model card, in words and bars."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models import CardFigures, ModelCard
from fer_desktop.ui.common import EmotionBars, theme


def figures_of(card: ModelCard | None) -> CardFigures:
    """Returns the figures of a card, empty without one."""
    return CardFigures.of(card.metrics) if card is not None else CardFigures()


def error_rates(card: ModelCard | None) -> tuple[float, ...] | None:
    """Returns the error rate of each emotion, 0 to 1, in the balanced setting, in the order of EMOTIONS.

    None if the card has no rates.
    """
    recalls = figures_of(card).balanced.get("per_class_recall")
    if not isinstance(recalls, dict):
        return None
    values = [recalls.get(name) for name in EMOTIONS]
    if not all(isinstance(value, (int, float)) and 0 <= value <= 1 for value in values):
        return None
    return tuple(1.0 - float(value) for value in values if value is not None)


class ErrorRates(QWidget):
    """Seven bars of the error rates."""

    def __init__(self, card: ModelCard | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        rates = error_rates(card)
        self.text = QLabel(_sentence(card, known=rates is not None))
        self.text.setWordWrap(True)
        layout.addWidget(self.text)
        if rates is not None:
            bars = EmotionBars()
            bars.set_shares(rates)
            bars.refresh_numbers()
            bars.setAccessibleName("Error rates")
            layout.addWidget(bars)


def _sentence(card: ModelCard | None, *, known: bool) -> str:
    if not known:
        return "The model's card gives no error rates."
    figures = figures_of(card)
    text = ""
    accuracy = figures.balanced.get("accuracy")
    if isinstance(accuracy, (int, float)):
        text = f"On {figures.pictures}, it agrees with people in {accuracy:.0%}. "
        for name, count in figures.few.items():
            text += f"Only {count} of them {'shows' if count == 1 else 'show'} {name}. "
    return text + "How often it mistook an expression for another one:"
