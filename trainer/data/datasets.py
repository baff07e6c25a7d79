"""Reads any data set, and keeps its training rows apart from its evaluation rows."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from trainer.config import LabelSource
from trainer.data.duplicates import Duplicates, find_duplicates
from trainer.data.fer2013 import VOTES_FILE, read_fer2013
from trainer.data.folders import is_class_folders, read_folders
from trainer.data.samples import NO_LABEL, DataError, DataSet, Samples, SplitName
from trainer.progress import OnProgress, unwatched

logger = logging.getLogger(__name__)

_CSV_NAMES = ("fer2013.csv.gz", "fer2013.csv")
EVALUATION_SPLITS: tuple[SplitName, ...] = ("validation", "test")
MIN_TRAINING_ROWS = 2


def load_dataset(
    path: Path,
    *,
    votes: Path | None = None,
    labels: LabelSource = "auto",
    on_progress: OnProgress = unwatched,
) -> DataSet:
    """Reads FER2013 (the CSV file or its folder) or class folders.

    votes: the FER+ file; by default ``fer2013new.csv`` beside the pictures, if it exists.
    labels: 'original' ignores the votes. Raises DataError that says what was expected.
    """
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder")
    pictures = _fer2013_file(path)
    if pictures is None:
        if path.is_dir() and is_class_folders(path):
            return read_folders(path, on_progress)
        raise DataError(
            f"{path}: neither FER2013 ({' or '.join(_CSV_NAMES)}) nor folders named after emotions "
            f"({', '.join(EMOTIONS)}), directly or in train/, validation/ and test/"
        )
    beside = pictures.with_name(VOTES_FILE)
    votes = votes or (beside if beside.is_file() else None)
    if labels in ("votes", "majority") and votes is None:
        raise DataError(f"{beside}: there are no FER+ votes; name their file with --votes")
    return read_fer2013(pictures, None if labels == "original" else votes, on_progress)


def _fer2013_file(path: Path) -> Path | None:
    if path.is_file():
        return path
    return next((path / name for name in _CSV_NAMES if (path / name).is_file()), None)


def find_leaks(dataset: DataSet) -> dict[SplitName, Duplicates]:
    """Returns for each evaluation split the training rows that repeat one of its rows."""
    train = dataset.split("train")
    return {
        split: find_duplicates(train, dataset.splits[split])
        for split in EVALUATION_SPLITS
        if split in dataset.splits
    }


def kept_rows(
    dataset: DataSet, leaks: dict[SplitName, Duplicates]
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Returns (N,) whether a training row is used, and how many are dropped for each reason.

    A row with several reasons counts for the first one. Near duplicates of held-out rows are kept: the
    pictures of one sitting all resemble each other, and none would be left.
    """
    keep = dataset.split("train").targets.sum(axis=1) > 0
    dropped = {"without target": int((~keep).sum())}
    for split, duplicates in leaks.items():
        masks = {"exact": duplicates.exact, "near": duplicates.near}
        if split == "validation" and dataset.validation_is_held_out:
            del masks["near"]
        for kind, mask in masks.items():
            dropped[f"{kind} duplicate of a {split} row"] = int((mask & keep).sum())
            keep &= ~mask
    return keep, dropped


def training_rows(
    dataset: DataSet, labels: LabelSource = "auto", original_share: float = 0.0
) -> tuple[DataSet, Samples]:
    """Returns the data set with a report of the dropped rows, and the training rows.

    `kept_rows` says which rows are dropped. The evaluation splits are unchanged. labels: with 'majority' the
    target is the emotion with most votes alone. original_share: the weight of the data set's own label in the
    target, 0 to 1. Raises DataError when too few rows are left.
    """
    train = dataset.split("train")
    leaks = find_leaks(dataset)
    keep, dropped = kept_rows(dataset, leaks)
    rows = train.take(np.flatnonzero(keep))
    if len(rows) < MIN_TRAINING_ROWS:
        raise DataError(
            f"{dataset.name}: {len(rows)} training rows are left; needed are {MIN_TRAINING_ROWS} ({dropped})"
        )
    logger.info("%s: training on %d rows, dropped %s", dataset.name, len(rows), dropped)
    report = {**dataset.report, "dropped": dropped, "trained_on": len(rows)}
    if dataset.validation_is_held_out:
        report["nearly_repeat_held_out_rows"] = int((leaks["validation"].near & keep).sum())
    if labels == "majority":
        rows = rows.with_targets(np.eye(len(EMOTIONS), dtype=np.float32)[rows.targets.argmax(axis=1)])
    if original_share > 0:
        rows = rows.with_targets(_mixed(rows, original_share))
    return dataclasses.replace(dataset, report=report), rows


def _mixed(samples: Samples, share: float) -> NDArray[np.float32]:
    own = np.eye(len(EMOTIONS), dtype=np.float32)[samples.original]
    labelled = (samples.original != NO_LABEL)[:, None]
    return np.where(labelled, (1 - share) * samples.targets + share * own, samples.targets)
