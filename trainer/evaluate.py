"""Figures of a saved model on a data set, printed by one command that anyone can run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from fer_desktop.core.model import DEFAULT_TAU, ModelCard
from fer_desktop.core.paths import default_paths
from trainer.datasets import load_dataset
from trainer.duplicates import find_duplicates
from trainer.metrics import natural_and_balanced
from trainer.predict import find_card, predict_model
from trainer.samples import DataSet, Samples, SplitName, count_by_emotion

EvaluationSplit = Literal["public", "private"]
_FER2013_SPLITS: dict[EvaluationSplit, SplitName] = {"public": "validation", "private": "test"}


def evaluate(
    data: Path,
    weights: Path | None = None,
    split: EvaluationSplit = "public",
    *,
    votes: Path | None = None,
    tau: float = DEFAULT_TAU,
) -> dict[str, Any]:
    """Scores a model (default: the bundled one) as one JSON-ready object.

    The figures of `split_figures` at tau 0, the same under ``balanced`` at tau, counts, and the rows that do
    not count, by reason. Of class folders ``test`` is scored where there is one.
    """
    card_path = find_card(weights) if weights else default_paths().default_model
    card = ModelCard.load(card_path)
    dataset = load_dataset(data, votes=votes)
    name, samples = _rows(dataset, split)
    samples.require_labels(f"{dataset.name}, {name}")
    logits, runtime = predict_model(card, card_path, samples)
    return {
        "model": card.name,
        "data": dataset.name,
        "split": name,
        "runtime": runtime,
        **natural_and_balanced(logits, samples, card, tau),
        "counts": {
            "rows": len(samples),
            "scored": int(samples.labelled.sum()),
            "by_label": count_by_emotion(samples.majority),
            "by_original_label": count_by_emotion(samples.original),
        },
        **_left_out(dataset, samples),
    }


def _rows(dataset: DataSet, split: EvaluationSplit) -> tuple[str, Samples]:
    if dataset.kind == "fer2013":
        return split, dataset.split(_FER2013_SPLITS[split])
    name = next(name for name in ("test", "validation", "train") if name in dataset.splits)
    return name, dataset.split(name)


def _left_out(dataset: DataSet, samples: Samples) -> dict[str, Any]:
    if dataset.kind == "folders":
        unreadable, ignored = dataset.report["unreadable"], dataset.report["unknown_folders"]
        return {
            "dropped": {"unreadable": len(unreadable)},
            "unreadable": unreadable,
            "ignored_folders": ignored,
        }
    unclear = int((~samples.labelled).sum())
    return {
        "dropped": {"no FER+ majority among the seven emotions": unclear},
        "rows_repeated_in_training_rows": _repeated(dataset, samples),
    }


def _repeated(dataset: DataSet, samples: Samples) -> int:
    """How many evaluation rows some training row of the data set repeats; training leaves those rows out."""
    return int(np.count_nonzero(find_duplicates(samples, dataset.splits["train"]).any))
