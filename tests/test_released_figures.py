"""The bundled models' cards, the ledger of the private test and README say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.figures import CardFigures

pytestmark = pytest.mark.development

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("name", "scored"), [("fer7", 3136), ("fer7-original", 3573)])
def test_the_card_says_what_the_ledger_says(name: str, scored: int) -> None:
    card = ModelCard.load(ROOT / "assets" / "models" / f"{name}.json")
    lines = (ROOT / "docs" / "private-test.md").read_text(encoding="utf-8").splitlines()
    entry = next(line for line in lines if f"{name}, {card.files['onnx']['sha256'][:12]}…" in line)
    figures = CardFigures.of(card.metrics)
    assert (figures.rows, figures.count) == ("test", scored)
    told = [cell.strip() for cell in entry.strip("|").split("|")]
    for position, value in enumerate(
        (
            figures.natural["accuracy"],
            figures.natural["macro_recall"],
            figures.balanced["accuracy"],
            figures.balanced["macro_recall"],
            figures.natural["expected_calibration_error"],
        ),
        start=3,
    ):
        assert told[position] == f"{value:.1%}".replace("%", " %")


def test_the_readme_says_what_the_card_says() -> None:
    metrics = ModelCard.load(ROOT / "assets" / "models" / "fer7.json").metrics
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for row, setting, figure in (
        ("accuracy, natural", "natural", "accuracy"),
        ("macro recall, natural", "natural", "macro_recall"),
        ("accuracy, balanced", "balanced", "accuracy"),
        ("macro recall, balanced", "balanced", "macro_recall"),
        ("expected calibration error, natural", "natural", "expected_calibration_error"),
    ):
        line = next(line for line in lines if line.startswith(f"| {row}"))
        splits = [metrics["validation"], metrics["test"]]
        values = [(split if setting == "natural" else split[setting])[figure] for split in splits]
        told = [cell.strip() for cell in line.strip("|").split("|")][1:]
        assert told == [f"{value:.1%}".replace("%", " %") for value in values]
