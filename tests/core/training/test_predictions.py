from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import probabilities
from fer_desktop.core.training.predictions import Predictions, PredictionsError

ROWS = Predictions(
    logits=np.random.default_rng(1).normal(0, 3, (5, 7)).astype(np.float32),
    labels=np.array([0, 1, 2, 6, -1]),
    rows=np.array([3, 4, 9, 10, 11]),
    thumbnails=np.zeros((5, 8, 8), dtype=np.uint8),
    names=("a/ü.png", "b.png", "c.png", "d.png", "e.png"),
    temperature=1.7,
    prior=np.array([0.1, 0.05, 0.05, 0.3, 0.1, 0.1, 0.3]),
    model="fer7, SHA-256 0123456789ab…",
    data="digest",
)


def test_predictions_come_back_from_their_file(tmp_path: Path) -> None:
    ROWS.save(tmp_path / "rows.npz")
    read = Predictions.load(tmp_path / "rows.npz")
    for item in dataclasses.fields(Predictions):
        np.testing.assert_array_equal(getattr(read, item.name), getattr(ROWS, item.name), err_msg=item.name)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.npz"]


@pytest.mark.parametrize("tau", [0.0, 1.0])
def test_probabilities_are_those_of_the_card(tau: float) -> None:
    card = ModelCard(
        "m", "a", 64, 1, 48, 0.4, 0.2, 0.0, EMOTIONS, tuple(ROWS.prior.tolist()), ROWS.temperature
    )
    np.testing.assert_allclose(ROWS.probabilities(tau), probabilities(ROWS.logits, card, tau), atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04torn"])
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.npz"
    path.write_bytes(content)
    with pytest.raises(PredictionsError, match=r"rows\.npz: the predictions cannot be read"):
        Predictions.load(path)


def test_a_pickle_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.npz"
    np.savez(path, format=np.int64(1), logits=np.array([{"a": 1}], dtype=object))
    with pytest.raises(PredictionsError, match="cannot be read"):
        Predictions.load(path)
