"""Pictures in class folders: ``train/<class>/*.png``, likewise ``validation/`` and ``test/``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fer_desktop.core.emotions import EMOTIONS, canonical_name, index_of
from fer_desktop.core.types import Image
from trainer.data.samples import DataError, DataSet, Samples, SplitName, count_by_emotion
from trainer.progress import OnProgress, unwatched

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"})
_SPLIT_FOLDERS: dict[str, SplitName] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
}
VALIDATION_SHARE = 0.1


class PictureFiles(Sequence[Image]):
    """Pictures (H, W) grey uint8, each read when it is needed, so that a large data set takes no memory."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: Any) -> Any:
        path = self.paths[index]
        image = read_grey(path)
        if image is None:
            raise DataError(f"{path}: the picture can no longer be read")
        return image

    @property
    def names(self) -> tuple[str, ...]:
        """The folder and the name of each file."""
        return tuple(f"{path.parent.name}/{path.name}" for path in self.paths)


def read_grey(path: Path) -> Image | None:
    """Returns the picture as (H, W) grey uint8, or None if it cannot be read. The path may be any Unicode."""
    try:
        content = np.fromfile(path, dtype=np.uint8)
        image = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if content.size else None
    except (OSError, cv2.error):  # OpenCV raises for a picture too large to decode
        return None
    return None if image is None else np.asarray(image, dtype=np.uint8)


def is_class_folders(path: Path) -> bool:
    """Returns whether there are folders named after emotions, directly or in split folders.

    Raises DataError when two folders hold the same split.
    """
    return bool(_split_folders(path))


def read_folders(path: Path, on_progress: OnProgress = unwatched) -> DataSet:
    """Reads the splits of a data set. Class folders directly in ``path`` are the ``test`` split.

    If there is ``train`` but no ``validation``, the last tenth of each class is held out for validation.
    Pictures that cannot be read are left out and named in the report. Raises DataError when none is left.
    """
    report: dict[str, Any] = {"unreadable": [], "unknown_folders": []}
    splits: dict[SplitName, Samples] = {}
    for split, folder in _split_folders(path).items():
        splits[split] = _read_split(folder, report, on_progress)
    if "train" in splits and "validation" not in splits:
        splits["train"], splits["validation"] = _hold_out(splits["train"])
        report["validation_held_out"] = len(splits["validation"])
    if not any(len(samples) for samples in splits.values()):
        raise DataError(
            f"{path}: no readable pictures in folders named after emotions ({', '.join(EMOTIONS)})"
        )
    for split, samples in splits.items():
        report[split] = {"rows": len(samples), "original": count_by_emotion(samples.original)}
    return DataSet(path.name, "folders", splits, report)


def _split_folders(path: Path) -> dict[SplitName, Path]:
    folders: dict[SplitName, Path] = {}
    for child in sorted(path.iterdir()):
        split = _SPLIT_FOLDERS.get(child.name.lower())
        if child.is_dir() and split and _has_classes(child):
            if split in folders:
                raise DataError(
                    f"{path}: both {folders[split].name} and {child.name} hold {split} pictures; "
                    "put them into one folder"
                )
            folders[split] = child
    if not folders and _has_classes(path):
        folders["test"] = path
    return folders


def _has_classes(path: Path) -> bool:
    return any(child.is_dir() and canonical_name(child.name) for child in path.iterdir())


def _read_split(folder: Path, report: dict[str, Any], on_progress: OnProgress) -> Samples:
    paths: list[Path] = []
    labels: list[int] = []
    files = _labelled_files(folder, report)
    for number, (file, label) in enumerate(files, start=1):
        on_progress(f"pictures in {folder.name} checked", number, len(files))
        if read_grey(file) is None:
            report["unreadable"].append(f"{folder.name}/{file.parent.name}/{file.name}")
        else:
            paths.append(file)
            labels.append(label)
    own = np.array(labels, dtype=np.int64)
    targets = np.eye(len(EMOTIONS), dtype=np.float32)[own]
    return Samples(PictureFiles(paths), targets, own, own, "folders")


def _labelled_files(folder: Path, report: dict[str, Any]) -> list[tuple[Path, int]]:
    found: list[tuple[Path, int]] = []
    for child in sorted(item for item in folder.iterdir() if item.is_dir()):
        name = canonical_name(child.name)
        if name is None:
            report["unknown_folders"].append(f"{folder.name}/{child.name}")
            continue
        found += [
            (file, index_of(name))
            for file in sorted(child.iterdir())
            if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
        ]
    return found


def _hold_out(samples: Samples) -> tuple[Samples, Samples]:
    """Holds out the last pictures by name: those of one sitting or person mostly have neighbouring names."""
    held = np.zeros(len(samples), dtype=bool)
    for index in range(len(EMOTIONS)):
        rows = np.flatnonzero(samples.original == index)
        held[rows[len(rows) - math.ceil(VALIDATION_SHARE * len(rows)) :]] = len(rows) > 1
    return samples.take(np.flatnonzero(~held)), samples.take(np.flatnonzero(held))
