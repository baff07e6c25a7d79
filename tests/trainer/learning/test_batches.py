from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import preprocess
from tests.support.runs import Run
from trainer.config import TrainConfig
from trainer.data.datasets import load_dataset
from trainer.learning.batches import TrainingBatches


def test_validation_sees_what_the_application_sees(data: Path, whole: Run) -> None:
    """The predecessor's fault: one preprocessing for training's figures, another for the application."""
    card = ModelCard.load(whole[0] / "tiny.json")
    samples = load_dataset(data).split("validation")
    crops = [samples.images[row] for row in range(4)]
    plain = TrainingBatches(samples, card, TrainConfig(batch_size=28, augment="none"), 0)
    inputs, _ = plain[0]
    expected = preprocess([samples.images[row] for row in plain._order], card)
    assert np.array_equal(inputs, expected)
    colour = [np.repeat(crop[:, :, None], 3, axis=2) for crop in crops]
    assert np.array_equal(preprocess(crops, card), preprocess(colour, card))


def test_batches_repeat_by_number(data: Path) -> None:
    card = ModelCard("c", "none", 32, 1, None, 0.5, 0.5, 0.0, EMOTIONS, (1 / 7,) * 7, 1.0)
    samples = load_dataset(data).split("train")

    def batches(epoch: int) -> TrainingBatches:
        return TrainingBatches(samples, card, TrainConfig(batch_size=28, mixup=0.2), epoch)

    first, again, later = batches(0)[1], batches(0)[1], batches(1)[1]
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], later[0])
    assert first[1].sum(axis=1) == pytest.approx(1)
