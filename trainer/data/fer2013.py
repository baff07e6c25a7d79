"""FER2013 as a CSV file (Goodfellow et al. 2013), with or without the FER+ votes (Barsoum et al. 2016)."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from trainer.data.samples import NO_LABEL, DataError, DataSet, LabelKind, Samples, SplitName, count_by_emotion
from trainer.progress import OnProgress, unwatched

SIDE = 48
USAGES: dict[str, SplitName] = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
VOTES_FILE = "fer2013new.csv"
_VOTE_COLUMNS = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip
_TO_EMOTIONS = [_VOTE_COLUMNS.index(name) for name in EMOTIONS]
_UNREADABLE = (OSError, EOFError, csv.Error, zlib.error)
_EMOTION_NUMBERS = tuple(map(str, range(len(EMOTIONS))))
_NOT_A_FACE = _VOTE_COLUMNS.index("NF")
_GREY_LEVELS = {str(level): level for level in range(256)}


def read_fer2013(path: Path, votes_path: Path | None, on_progress: OnProgress = unwatched) -> DataSet:
    """Reads the pictures, and the votes of the same rows in the same order if there are any.

    With votes the targets are the distributions of FER+ over the seven emotions. Without votes they are
    FER2013's own labels. Raises DataError that names the file and the line.
    """
    images, original, usages = _read_pictures(path, on_progress)
    reasons: dict[str, NDArray[np.bool_]] = {}
    if votes_path is None:
        targets = np.eye(len(EMOTIONS), dtype=np.float32)[original]
        majority = original.copy()
    else:
        votes = _read_votes(votes_path, usages)
        targets, reasons = vote_targets(votes)
        majority = vote_majority(votes)
    splits: dict[SplitName, Samples] = {}
    report: dict[str, Any] = {"pictures": path.name, "votes": votes_path.name if votes_path else None}
    for usage, split in USAGES.items():
        rows = np.flatnonzero(usages == usage)
        kind: LabelKind = "votes" if votes_path else "fer2013"
        splits[split] = Samples(images[rows], targets[rows], majority[rows], original[rows], kind)
        report[split] = {
            "rows": len(rows),
            "with_majority": int((majority[rows] != NO_LABEL).sum()),
            "majority": count_by_emotion(majority[rows]),
            "original": count_by_emotion(original[rows]),
            "not_for_training": {reason: int(mask[rows].sum()) for reason, mask in reasons.items()},
        }
    return DataSet(path.name, "fer2013", splits, report)


def without_single_votes(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns (N, 10) votes with every 1 set to 0. FER+ treats a single vote as an outlier."""
    return np.where(votes <= 1, np.float32(0), votes)


def vote_majority(votes: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns (N,) the emotion with more than half of the remaining votes, otherwise NO_LABEL.

    votes: (N, 10). This is the protocol of Barsoum et al. 2016 for seven emotions: a majority for contempt,
    unknown or not-a-face also gives NO_LABEL.
    """
    kept = without_single_votes(votes)
    top = kept.argmax(axis=1)
    clear = kept.max(axis=1) > 0.5 * kept.sum(axis=1)
    emotion_of = np.full(len(_VOTE_COLUMNS), NO_LABEL, dtype=np.int64)
    emotion_of[_TO_EMOTIONS] = np.arange(len(EMOTIONS))
    return np.where(clear, emotion_of[top], NO_LABEL)


def vote_targets(
    votes: NDArray[np.float32],
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.bool_]]]:
    """Returns distributions (N, 7), and for each reason (N,) the rows that are all zero because of it.

    votes: (N, 10).
    """
    kept = without_single_votes(votes)
    seven = kept[:, _TO_EMOTIONS]
    named, total = seven.sum(axis=1), kept.sum(axis=1)
    not_a_face = kept[:, _NOT_A_FACE] > 0.5 * total
    no_votes = ~not_a_face & (named == 0)
    mostly_other = ~not_a_face & ~no_votes & (named < 0.5 * total)
    reasons = {
        "not a face": not_a_face,
        "no emotion with two votes": no_votes,
        "mostly contempt or unknown": mostly_other,
    }
    dropped = not_a_face | no_votes | mostly_other
    targets = np.where(dropped[:, None], 0, seven / np.maximum(named, 1)[:, None])
    return targets.astype(np.float32), reasons


def _text(file: BinaryIO, path: Path) -> io.TextIOBase:
    content: Any = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
    return io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")


def _columns(reader: csv.DictReader[str], wanted: Sequence[str], path: Path) -> dict[str, str]:
    """Returns each wanted column's name as the file writes it. Case does not matter. Raises DataError."""
    present = {name.strip().lower(): name for name in reader.fieldnames or () if name}
    if missing := [name for name in wanted if name.lower() not in present]:
        raise DataError(f"{path}: columns are missing: {', '.join(missing)}")
    return {name: present[name.lower()] for name in wanted}


def _read_pictures(
    path: Path, on_progress: OnProgress
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.str_]]:
    csv.field_size_limit(1 << 20)
    images: list[NDArray[np.uint8]] = []
    emotions: list[int] = []
    usages: list[str] = []
    try:
        size = path.stat().st_size
        with path.open("rb") as raw, _text(raw, path) as file:
            reader = csv.DictReader(file)
            names = _columns(reader, ("emotion", "pixels", "Usage"), path)
            for row in reader:
                place = f"{path}, line {reader.line_num}"
                on_progress(f"KiB of {path.name} read", raw.tell() // 1024, size // 1024)
                images.append(_pixels(row[names["pixels"]], place))
                emotions.append(_emotion(row[names["emotion"]], place))
                usages.append((row[names["Usage"]] or "").strip())
                if usages[-1] not in USAGES:
                    raise DataError(f"{place}: Usage is '{usages[-1]}'; possible are {', '.join(USAGES)}")
    except _UNREADABLE as error:
        raise DataError(f"{path}: the file cannot be read ({error})") from error
    if not images:
        raise DataError(f"{path}: the file has no rows")
    return np.stack(images), np.array(emotions, dtype=np.int64), np.array(usages)


def _pixels(text: str | None, place: str) -> NDArray[np.uint8]:
    words = (text or "").split()
    with suppress(KeyError):  # a look-up is twice as quick as reading numbers, and every start waits for it
        greys = np.frombuffer(bytes(map(_GREY_LEVELS.__getitem__, words)), dtype=np.uint8)
        if greys.size == SIDE * SIDE:
            return greys.reshape(SIDE, SIDE)
    try:
        values = np.array(words, dtype=np.int64)
    except (ValueError, OverflowError):
        raise DataError(f"{place}: pixels are not whole numbers") from None
    if values.size != SIDE * SIDE:
        raise DataError(f"{place}: {values.size} pixels; needed are {SIDE * SIDE} (a {SIDE}x{SIDE} picture)")
    if values.min() < 0 or values.max() > 255:
        raise DataError(f"{place}: pixels reach from {values.min()} to {values.max()}; allowed are 0 to 255")
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def _emotion(text: str | None, place: str) -> int:
    word = (text or "").strip()
    if word not in _EMOTION_NUMBERS:
        raise DataError(f"{place}: emotion is '{word}'; allowed are 0 to {len(EMOTIONS) - 1}")
    return int(word)


def _vote(text: str | None, place: str) -> float:
    try:
        vote = float(text or "")
    except ValueError:
        vote = math.nan
    if not 0 <= vote < math.inf:
        raise DataError(f"{place}: a vote is '{text or ''}'; needed is a number of at least 0")
    return vote


def _read_votes(path: Path, usages: NDArray[np.str_]) -> NDArray[np.float32]:
    votes: list[list[float]] = []
    try:
        with path.open("rb") as raw, _text(raw, path) as file:
            reader = csv.DictReader(file)
            names = _columns(reader, ("Usage", *_VOTE_COLUMNS), path)
            for index, row in enumerate(reader):
                place = f"{path}, line {reader.line_num}"
                votes.append([_vote(row[names[name]], place) for name in _VOTE_COLUMNS])
                usage = (row[names["Usage"]] or "").strip()
                if index < len(usages) and usage != usages[index]:
                    raise DataError(
                        f"{place}: Usage is '{usage}', the picture says '{usages[index]}'; "
                        "the two files do not list the same rows in the same order"
                    )
    except _UNREADABLE as error:
        raise DataError(f"{path}: the file cannot be read ({error})") from error
    if len(votes) != len(usages):
        raise DataError(f"{path}: {len(votes)} rows of votes for {len(usages)} pictures")
    return np.array(votes, dtype=np.float32)
