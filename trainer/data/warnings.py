"""Warnings about a data set before a run, as sentences for the user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from trainer.data.datasets import MIN_TRAINING_ROWS

RARE = 0.01


def warnings_about(found: dict[str, Any], *, held_out: int, votes: Path | None) -> list[str]:
    """Returns the warnings, the most serious ones first.

    found: the result of `inspect`. held_out: number of training rows that became validation rows because
    there was no such split. votes: the file that the user named.
    """
    return [*_training(found, held_out), *_classes(found), *_leaks(found, held_out), *_files(found, votes)]


def _training(found: dict[str, Any], held_out: int) -> Iterator[str]:
    splits, kept = found["splits"], found["trained_on"]
    rows = splits.get("train", {}).get("rows", 0)
    if not rows:
        yield "There are no training pictures. This data set can only be used to evaluate a model."
        if found["kind"] == "folders":
            yield "To train on it, put its class folders into a folder named train."
        return
    if kept < MIN_TRAINING_ROWS:
        yield (
            f"Only {kept} of {rows:,} training pictures can be used. "
            f"Training needs at least {MIN_TRAINING_ROWS}."
        )
    elif kept < rows / 2:
        yield f"Only {kept:,} of {rows:,} training pictures can be used. See which ones are left out."
    if held_out:
        yield (
            "There is no folder named validation. So the last tenth of the training pictures of each emotion "
            f"is held out to choose the best epoch: {held_out:,}."
        )
    elif not splits.get("validation", {}).get("labelled"):
        yield "There are no validation pictures with a clear emotion. Training needs some."


def _classes(found: dict[str, Any]) -> Iterator[str]:
    splits = found["splits"]
    train = splits.get("train", {}).get("counts", {})
    total = sum(train.values())
    if not total:
        return
    if absent := [name for name, count in train.items() if not count]:
        yield f"No training picture shows {_any_of(absent)}. A model cannot learn it from this data set."
    for name, count in train.items():
        if 0 < count < RARE * total:
            yield (
                f"Only {count:,} of {total:,} training pictures show {name} ({100 * count / total:.1f} %). "
                "A model will seldom recognise it."
            )
    validation = splits.get("validation", {}).get("counts", {})
    if unseen := [name for name, count in validation.items() if not count and train[name]]:
        yield f"No validation picture shows {_any_of(unseen)}. A run cannot tell how well it is recognised."


def _any_of(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _leaks(found: dict[str, Any], held_out: int) -> Iterator[str]:
    numbers = found["duplicates"]
    for split in ("validation", "test"):
        count = numbers.get(f"train in {split}", 0)
        if split == "validation" and held_out:
            if near := count - found["dropped"].get("exact duplicate of a validation row", 0):
                yield (
                    f"Training pictures that nearly repeat a held-out picture: {near:,}. "
                    "They are trained on, so the figures of a run will be too good. "
                    "For honest figures, put pictures of another day into a folder named validation."
                )
        elif count:
            yield (
                f"Training pictures that repeat a {split} picture, exactly or nearly: {count:,}. "
                "Training leaves them out."
            )
    if count := numbers.get("validation in test"):
        yield (
            f"Validation pictures that repeat a test picture, exactly or nearly: {count:,}. "
            "They make the figures of the test rows a little too good."
        )
    if count := numbers.get("within train"):
        yield f"Training pictures that repeat another one exactly: {count:,}. They count twice in training."


def _files(found: dict[str, Any], votes: Path | None) -> Iterator[str]:
    if unreadable := found["unreadable"]:
        yield f"Files that are left out because they cannot be read as pictures: {len(unreadable):,}."
    if votes is not None and found["votes"] is None:
        yield f"The votes in {votes.name} are not used."
