"""The mean prediction of a model for a neutral face, with which users compare their own neutral face."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from fer_desktop.core.emotions import EMOTIONS, index_of
from fer_desktop.core.models import ModelCard, probabilities
from trainer.data import DataError, Samples, load_dataset
from trainer.evaluation.evaluate import learned_labels
from trainer.evaluation.predict import Logits, predict_model

# Keeps the logarithm finite when float32 rounds a probability to 0.
_LEAST = 1e-9


def neutral_reference(logits: Logits, samples: Samples, card: ModelCard) -> tuple[float, ...] | None:
    """Returns the value of the card's field of that name, or None without neutral rows.

    logits: (N, 7) in the card's order.
    """
    neutral = samples.majority == index_of("neutral")
    if not neutral.any():
        return None
    rows = probabilities(logits[neutral], card).astype(np.float64)
    mean = np.exp(np.log(np.maximum(rows, _LEAST)).mean(axis=0))
    order = [EMOTIONS.index(label) for label in card.labels]
    return tuple((mean / mean.sum())[order].tolist())


def add_reference(card_path: Path, data: Path, votes: Path | None = None) -> tuple[float, ...]:
    """Computes the reference from the validation rows of a data set, and writes it to an existing card.

    Raises DataError when none of the rows is neutral.
    """
    card = ModelCard.load(card_path)
    dataset = load_dataset(data, votes=votes, labels=learned_labels(card))
    samples = dataset.split("validation")
    logits, _ = predict_model(card, card_path, samples)
    reference = neutral_reference(logits, samples, card)
    if reference is None:
        raise DataError(f"{dataset.name}, validation: none of the {len(samples)} rows is clearly neutral")
    dataclasses.replace(card, neutral_reference=reference).save(card_path)
    return reference
