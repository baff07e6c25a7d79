from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.ui.common.emotion_bars import EmotionBars
from fer_desktop.ui.window.consent import ConsentPage
from fer_desktop.ui.window.model_figures import ErrorRates, error_rates
from tests.ui.fakes import CARD

RECALLS = dict(zip(EMOTIONS, (0.7, 0.3, 0.6, 0.9, 0.6, 0.85, 0.8), strict=True))
MEASURED = dataclasses.replace(
    CARD,
    metrics={
        "validation": {
            "accuracy": 0.86,
            "balanced": {"accuracy": 0.814, "per_class_recall": RECALLS},
        }
    },
)


def words(widget: Any) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_error_rates_are_what_the_model_misses() -> None:
    rates = error_rates(MEASURED)
    assert rates == pytest.approx((0.3, 0.7, 0.4, 0.1, 0.4, 0.15, 0.2))


@pytest.mark.parametrize(
    "metrics",
    [
        {},
        {"validation": None},
        {"validation": {"balanced": None}},
        {"validation": {"balanced": {"per_class_recall": {}}}},
        {"validation": {"balanced": {"per_class_recall": RECALLS | {"fear": None}}}},
        {"validation": {"balanced": {"per_class_recall": RECALLS | {"fear": 60}}}},
        {"test": {"counts": {"by_label": {"fear": "many"}}}},
    ],
)
def test_a_card_without_figures_is_no_error(qtbot: QtBot, metrics: dict[str, Any]) -> None:
    card = dataclasses.replace(CARD, metrics=metrics)
    assert error_rates(card) is None
    widget = ErrorRates(card)
    qtbot.addWidget(widget)
    assert "gives no error rates" in widget.text.text()
    assert not widget.findChildren(EmotionBars)


def test_without_any_card_the_page_is_shown_all_the_same(qtbot: QtBot) -> None:
    page = ConsentPage(None, QAction("I understand"), QAction("Quit"))
    qtbot.addWidget(page)
    assert "gives no error rates" in words(page)


def test_figures_of_test_rows_come_first(qtbot: QtBot) -> None:
    test = {
        "counts": {"scored": 3136, "by_label": {"disgust": 18, "fear": 83}},
        "balanced": {"accuracy": 0.774, "per_class_recall": RECALLS | {"fear": 0.5}},
    }
    card = dataclasses.replace(MEASURED, metrics={**MEASURED.metrics, "test": test})
    assert error_rates(card) == pytest.approx((0.3, 0.7, 0.5, 0.1, 0.4, 0.15, 0.2))
    widget = ErrorRates(card)
    qtbot.addWidget(widget)
    text = widget.text.text()
    assert "On 3,136 pictures that were kept apart until the model was finished" in text
    assert "in 77%" in text
    assert "Only 18 of them show disgust." in text
    assert "fear" not in text


def test_counts_that_are_none_are_not_told(qtbot: QtBot) -> None:
    odd = {
        "counts": {"scored": "all", "by_label": {"fear": "many"}},
        "balanced": {"accuracy": 0.8, "per_class_recall": RECALLS},
    }
    widget = ErrorRates(dataclasses.replace(MEASURED, metrics={"test": odd}))
    qtbot.addWidget(widget)
    assert widget.text.text() == (
        "On pictures that were kept apart until the model was finished, it agrees with people in 80%. "
        "How often it mistook an expression for another one:"
    )


def test_figures_of_validation_rows_are_called_so(qtbot: QtBot) -> None:
    widget = ErrorRates(MEASURED)
    qtbot.addWidget(widget)
    assert "did not train it, it agrees with people in 81%" in widget.text.text()


def test_the_page_says_what_has_to_be_known(qtbot: QtBot) -> None:
    page = ConsentPage(MEASURED, QAction("I understand"), QAction("Quit"))
    qtbot.addWidget(page)
    text = words(page)
    for what in (
        "stays on this computer",
        "No picture and no result is stored",
        "not a feeling",
        "at work or in education",
        "Article 5(1)(f)",
        "81%",
    ):
        assert what in text
    assert len(page.findChildren(EmotionBars)) == 1


def test_the_buttons_do_what_they_say(qtbot: QtBot) -> None:
    agree, decline = QAction("I understand"), QAction("Quit")
    page = ConsentPage(MEASURED, agree, decline)
    qtbot.addWidget(page)
    for button, action in zip(page.buttons.buttons, (agree, decline), strict=True):
        with qtbot.waitSignal(action.triggered):
            button.click()


def test_return_agrees(qtbot: QtBot) -> None:
    agree = QAction("I understand")
    page = ConsentPage(MEASURED, agree, QAction("Quit"))
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    page.setFocus()
    with qtbot.waitSignal(agree.triggered):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Return)
