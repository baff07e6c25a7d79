from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fer_desktop import __version__
from fer_desktop.core.live.inference import ModelStatus
from fer_desktop.ui.window.about import AboutPage, facts
from tests.ui.fakes import CARD

CARD_WITH_FACTS = dataclasses.replace(
    CARD,
    files={"onnx": {"name": "fake.onnx", "sha256": "ab" * 32}},
    training={
        "data": {
            "pictures": "fer2013.csv",
            "votes": "fer2013new.csv",
            "dropped": {"without target": 3, "exact duplicate of a test row": 0},
            "trained_on": 25_000,
        },
        "config": {"epochs": 3},
        "licence": "research only",
    },
    metrics={"validation": {"accuracy": 0.8136, "macro_recall": 0.57}},
    trainer_version="0.1.0",
)


def test_the_card_is_told_in_words() -> None:
    pairs = dict(facts(ModelStatus("ready", card=CARD_WITH_FACTS, device="cpu")))
    assert pairs["Model"] == "fake"
    assert pairs["Runs on"] == "CPU"
    assert pairs["Network"] == "none, 32 × 32 pixels, grey"
    assert pairs["Agrees with the people who named the pictures"] == "81.4%"
    assert pairs["Learned from"] == "25,000 pictures (fer2013.csv and fer2013new.csv)"
    assert pairs["Left out"] == "3 without target"
    assert "Config" not in pairs
    assert pairs["Licence"] == "research only"
    assert pairs["SHA-256 of onnx"].replace(" ", "") == "ab" * 32


def test_without_a_model_the_reason_is_told() -> None:
    assert facts(ModelStatus("error", message="It is missing.")) == [("Model", "It is missing.")]
    assert facts(ModelStatus("loading")) == [("Model", "none is loaded yet")]


def test_the_page_has_version_and_no_links(qtbot: QtBot) -> None:
    page = AboutPage(ModelStatus("ready", card=CARD_WITH_FACTS, device="cpu"))
    qtbot.addWidget(page)
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert f"FER Desktop {__version__}" in texts
    assert not any("http" in text or "<a" in text for text in texts)


@pytest.mark.parametrize("width", [300, 900])
def test_long_values_wrap(qtbot: QtBot, width: int) -> None:
    card = dataclasses.replace(CARD_WITH_FACTS, training={"data": "word " * 200})
    page = AboutPage(ModelStatus("ready", card=card, device="cpu"))
    qtbot.addWidget(page)
    assert page.minimumSizeHint().width() <= width
