"""Figures of a saved model on a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from fer_desktop.core.models import DEFAULT_TAU, ModelCard
from fer_desktop.core.paths import default_paths
from fer_desktop.core.training import Judged, reliability
from trainer.config import LabelSource
from trainer.data import (
    DataError,
    DataSet,
    Samples,
    SplitName,
    count_by_emotion,
    find_duplicates,
    load_dataset,
)
from trainer.evaluation.card_scores import record_scores, require_test_rows
from trainer.evaluation.metrics import natural_and_balanced
from trainer.evaluation.predict import Logits, find_card, predict_mirrored, predict_model
from trainer.evaluation.rows import row_predictions
from trainer.progress import OnProgress, unwatched

EvaluationSplit = Literal["public", "private"]
_FER2013_SPLITS: dict[EvaluationSplit, SplitName] = {"public": "validation", "private": "test"}


def evaluate(
    data: Path,
    weights: Path | None = None,
    split: EvaluationSplit = "public",
    *,
    votes: Path | None = None,
    tau: float = DEFAULT_TAU,
    labels: LabelSource | None = None,
    details_file: Path | None = None,
    record: bool = False,
    on_progress: OnProgress = unwatched,
) -> dict[str, Any]:
    """Scores a model (default: the bundled one) and returns one JSON-ready object.

    It has the figures of `split_figures` at tau 0, and under ``balanced`` at ``tau``. Both follow once more
    under ``flip_averaged``, with the logits averaged over a picture and its mirror image, and for FER2013
    under ``without_repeated_rows``. ``calibration_error_by_chance`` is `Reliability.error_by_chance`. There
    are also counts of the rows, and of those that are left out for each reason.

    split: of FER2013. Of class folders ``test`` is scored, or what there is.
    labels: the labels that count as right, by default the kind that the model was trained on.
    details_file: gets the `Predictions` of all rows, with thumbnails.
    record: also writes the figures to the model's card. They must be figures of test rows.
    """
    card_path = find_card(weights) if weights else default_paths().default_model
    card = ModelCard.load(card_path)
    dataset = load_dataset(data, votes=votes, labels=labels or learned_labels(card), on_progress=on_progress)
    name, samples = _rows(dataset, split)
    if record:
        require_test_rows(name)
        if labels is not None or tau != DEFAULT_TAU:
            raise DataError(
                "a model's card has figures for the labels that the model learned, at the default tau; "
                "leave out --labels and --tau"
            )
    samples.require_labels(f"{dataset.name}, {name}")
    logits, runtime = predict_model(card, card_path, samples, on_progress)
    averaged = predict_mirrored(card, card_path, samples, logits, on_progress)
    said = row_predictions(samples, logits, card, thumbnails=details_file is not None)
    if details_file is not None:
        said.save(details_file)
    result = {
        "model": card.name,
        "data": dataset.name,
        "split": name,
        "runtime": runtime,
        "labels": samples.kind,
        **natural_and_balanced(logits, samples, card, tau),
        "calibration_error_by_chance": reliability(Judged.of(said, 0.0)).error_by_chance,
        "counts": {
            "rows": len(samples),
            "scored": int(samples.labelled.sum()),
            "by_label": count_by_emotion(samples.majority),
            "by_original_label": count_by_emotion(samples.original),
        },
        "flip_averaged": natural_and_balanced(averaged, samples, card, tau),
        **_left_out(dataset, samples, logits, card, tau),
    }
    if record:
        record_scores(card_path, result)
    return result


def learned_labels(card: ModelCard) -> LabelSource:
    """Returns the kind of labels that a model was trained on."""
    labels: LabelSource = card.training.get("config", {}).get("labels", "auto")
    return labels


def _rows(dataset: DataSet, split: EvaluationSplit) -> tuple[str, Samples]:
    if dataset.kind == "fer2013":
        return split, dataset.split(_FER2013_SPLITS[split])
    name = next(name for name in ("test", "validation", "train") if name in dataset.splits)
    return name, dataset.split(name)


def _left_out(
    dataset: DataSet, samples: Samples, logits: Logits, card: ModelCard, tau: float
) -> dict[str, Any]:
    if dataset.kind == "folders":
        unreadable, ignored = dataset.report["unreadable"], dataset.report["unknown_folders"]
        return {
            "dropped": {"unreadable": len(unreadable)},
            "unreadable": unreadable,
            "ignored_folders": ignored,
        }
    unclear = int((~samples.labelled).sum())
    # Training leaves out the training rows that repeat an evaluation row. Here it is the other way round.
    repeated = find_duplicates(samples, dataset.splits["train"]).any
    fresh = np.flatnonzero(~repeated)
    return {
        "dropped": {"no FER+ majority among the seven emotions": unclear},
        "rows_repeated_in_training_rows": int(np.count_nonzero(repeated)),
        "without_repeated_rows": natural_and_balanced(logits[fresh], samples.take(fresh), card, tau),
    }
