"""Writes the figures of an evaluation to the model's card, where the application reads them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fer_desktop.core.models import ModelCard
from trainer.data import DataError

_OF_THE_RUN = ("model", "runtime", "unreadable", "ignored_folders")


def require_test_rows(name: str) -> None:
    """Raises DataError for a split that is used before a model is finished."""
    if name not in ("private", "test"):
        raise DataError(
            f"the {name} rows are not test rows; only figures of test rows are written to a model's card"
        )


def record_scores(card_path: Path, result: dict[str, Any]) -> None:
    """Puts the result of `evaluate` on the card as ``metrics["test"]``. Raises OutputError."""
    card = ModelCard.load(card_path)
    scores = {name: value for name, value in result.items() if name not in _OF_THE_RUN}
    scores["date"] = datetime.now(UTC).date().isoformat()
    dataclasses.replace(card, metrics={**card.metrics, "test": scores}).save(card_path)
