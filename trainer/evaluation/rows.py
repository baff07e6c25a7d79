"""Predictions of a model for single rows of a split."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models import ModelCard, probabilities
from fer_desktop.core.training import Predictions
from trainer.data import THUMBNAIL_SIDE, Samples, digest, thumbnail

WORST_ROWS = 24


def row_predictions(
    samples: Samples,
    logits: NDArray[np.float32],
    card: ModelCard,
    *,
    rows: NDArray[np.int64] | None = None,
    thumbnails: bool = False,
) -> Predictions:
    """Returns the predictions of some rows, by default of all.

    logits: (N, 7) in the card's label order, for all N samples. The labels are the majority emotions, which
    count in figures.
    """
    order = [card.labels.index(name) for name in EMOTIONS]
    rows = np.arange(len(samples)) if rows is None else rows
    names = samples.names
    return Predictions(
        logits=logits[rows][:, order].astype(np.float32),
        labels=samples.majority[rows].astype(np.int64),
        rows=rows.astype(np.int64),
        thumbnails=_thumbnails(samples, rows if thumbnails else rows[:0]),
        names=tuple(names[row] for row in rows) if names else (),
        temperature=card.temperature,
        prior=np.array(card.class_prior)[order],
        model=card.identity,
        data=digest(samples),
    )


def worst_rows(samples: Samples, logits: NDArray[np.float32], card: ModelCard) -> NDArray[np.int64]:
    """Returns up to 24 labelled rows with the lowest probability of their true emotion, lowest first."""
    labelled = np.flatnonzero(samples.labelled)
    truths = probabilities(logits[labelled], card)[np.arange(len(labelled)), samples.majority[labelled]]
    return labelled[np.argsort(truths, kind="stable")[:WORST_ROWS]]


def _thumbnails(samples: Samples, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Returns (N, T, T), stretched to a square as for the network, no larger than the largest picture."""
    pictures = [samples.images[int(row)] for row in rows]
    side = min(THUMBNAIL_SIDE, max((max(picture.shape) for picture in pictures), default=0))
    scaled = [thumbnail(picture, side) for picture in pictures]
    return np.stack(scaled) if scaled else np.empty((0, 0, 0), dtype=np.uint8)
