"""Describes a data set before a run, with what training would leave out."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.files import whole_file
from trainer.config import LabelSource
from trainer.data.datasets import find_leaks, kept_rows, load_dataset
from trainer.data.duplicates import count_repeated, find_duplicates, reduced
from trainer.data.pictures import THUMBNAIL_SIDE, thumbnail
from trainer.data.samples import DataSet, Samples, count_by_emotion
from trainer.data.warnings import warnings_about
from trainer.progress import OnProgress, unwatched

PICTURES_FILE = "pictures.npz"
PICTURES_OF_EACH = 24


def inspect(
    data: Path,
    votes: Path | None = None,
    labels: LabelSource = "auto",
    pictures: Path | None = None,
    on_progress: OnProgress = unwatched,
) -> dict[str, Any]:
    """Returns one JSON-ready object.

    It has the rows and emotions of each split, the rows that training leaves out with the reasons, unreadable
    files, duplicates within and across the splits, and warnings as sentences.

    pictures: a folder that gets ``pictures.npz``, with ``images`` (N, 64, 64) uint8 and ``labels`` (N,)
    int64: up to 24 training pictures of each emotion. Raises DataError for a data set that cannot be read.
    """
    dataset = load_dataset(data, votes=votes, labels=labels, on_progress=on_progress)
    report = dataset.report
    small = dataclasses.replace(
        dataset, splits={name: reduced(samples, on_progress) for name, samples in dataset.splits.items()}
    )
    found: dict[str, Any] = {
        "data": str(data),
        "kind": dataset.kind,
        "votes": str(_votes_file(data, votes, report["votes"])) if report.get("votes") else None,
        "splits": {name: _describe(samples) for name, samples in dataset.splits.items()},
        "unreadable": report.get("unreadable", []),
        "ignored_folders": report.get("unknown_folders", []),
        **_left_out(small),
    }
    shown = _write_pictures(dataset, pictures) if pictures else set()
    return {
        **found,
        "warnings": warnings_about(found, held_out=report.get("validation_held_out", 0), votes=votes),
        "pictures": {name: PICTURES_FILE if name in shown else None for name in EMOTIONS},
    }


def _votes_file(data: Path, votes: Path | None, name: str) -> Path:
    return votes or (data if data.is_dir() else data.parent) / name


def _describe(samples: Samples) -> dict[str, Any]:
    return {
        "rows": len(samples),
        "labelled": int(samples.labelled.sum()),
        "counts": count_by_emotion(samples.majority),
    }


def _left_out(dataset: DataSet) -> dict[str, Any]:
    """Returns ``dropped`` and ``trained_on`` as in training, and ``duplicates``. Zeros are left out."""
    splits = dataset.splits
    duplicates: dict[str, int] = {}
    dropped: dict[str, int] = {}
    trained_on = 0
    if len(splits.get("train", ())):
        duplicates["within train"] = count_repeated(splits["train"])
        leaks = find_leaks(dataset)
        for name, rows in leaks.items():
            duplicates[f"train in {name}"] = int(rows.any.sum())
        keep, dropped = kept_rows(dataset, leaks)
        trained_on = int(keep.sum())
        without_target = dropped.pop("without target")
        reasons = dataset.report["train"].get("not_for_training") or {"without target": without_target}
        dropped = {**reasons, **dropped}
    if "validation" in splits and "test" in splits:
        rows = find_duplicates(splits["validation"], splits["test"])
        duplicates["validation in test"] = int(rows.any.sum())
    return {
        "duplicates": {where: number for where, number in duplicates.items() if number},
        "dropped": {reason: number for reason, number in dropped.items() if number},
        "trained_on": trained_on,
    }


def _write_pictures(dataset: DataSet, folder: Path) -> set[str]:
    """Writes samples, and returns the emotions that have some. Raises OutputError."""
    train = dataset.splits.get("train")
    majority = np.empty(0, dtype=np.int64) if train is None else train.majority
    generator = np.random.default_rng(0)
    images, labels = [], []
    for index in range(len(EMOTIONS)):
        rows = np.flatnonzero(majority == index)
        for row in np.sort(generator.permutation(rows)[:PICTURES_OF_EACH]):
            assert train is not None
            images.append(thumbnail(train.images[int(row)]))
            labels.append(index)
    with whole_file(folder / PICTURES_FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            images=np.array(images, dtype=np.uint8).reshape(-1, THUMBNAIL_SIDE, THUMBNAIL_SIDE),
            labels=np.array(labels, dtype=np.int64),
        )
    return {EMOTIONS[index] for index in labels}
