"""Predictions with known mistakes."""

from __future__ import annotations

import numpy as np

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training.predictions import NO_LABEL, Predictions


def make_predictions(rows: int = 140, *, unlabelled: int = 10, named: bool = False) -> Predictions:
    """Labels in turn and logits that are mostly right; the first rows are without a label."""
    generator = np.random.default_rng(5)
    labels = np.arange(rows, dtype=np.int64) % len(EMOTIONS)
    logits = generator.normal(0, 1.2, (rows, len(EMOTIONS))).astype(np.float32)
    logits[np.arange(rows), labels] += 1.5
    labels[:unlabelled] = NO_LABEL
    return Predictions(
        logits=logits,
        labels=labels,
        rows=np.arange(rows, dtype=np.int64) + 1000,
        thumbnails=generator.integers(0, 256, (rows, 64, 64), dtype=np.uint8),
        names=tuple(f"test/anger/{row}.png" for row in range(rows)) if named else (),
        temperature=1.3,
        prior=np.array([0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35]),
        model="tiny, SHA-256 0123456789ab…",
        data="digest",
    )
