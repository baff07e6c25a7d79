"""The report of ``python -m trainer inspect`` on a data set before training."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import FerDesktopError

LEAST_ROWS = 2
"""The least number of rows to train on. The trainer refuses fewer."""

Pictures = dict[str, NDArray[np.uint8]]
"""For each emotion, (N, 64, 64) grey samples of its training rows."""


class InspectionError(FerDesktopError):
    """The report of the trainer cannot be understood."""


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of a split.

    rows: all of them. labelled: those with one clear emotion. counts: 7, in the order of EMOTIONS.
    """

    rows: int
    labelled: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """The report on a data set.

    kind: 'fer2013' or 'folders'. dropped: rows left out of training, by reason. trained_on: the remaining
    rows. duplicates: number of repeated rows, by the splits. unreadable: paths. warnings: whole sentences.
    """

    data: str
    kind: str
    votes: str | None
    splits: dict[str, Split]
    dropped: dict[str, int]
    trained_on: int
    unreadable: tuple[str, ...]
    ignored_folders: tuple[str, ...]
    duplicates: dict[str, int]
    warnings: tuple[str, ...]

    @property
    def can_train(self) -> bool:
        return self.trained_on >= LEAST_ROWS

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Inspection:
        """Reads the object that the trainer prints. Raises InspectionError."""
        try:
            return cls(
                data=str(content["data"]),
                kind=str(content["kind"]),
                votes=content["votes"],
                splits={str(name): _split(split) for name, split in content["splits"].items()},
                dropped=_numbers(content["dropped"]),
                trained_on=int(content["trained_on"]),
                unreadable=tuple(map(str, content["unreadable"])),
                ignored_folders=tuple(map(str, content["ignored_folders"])),
                duplicates=_numbers(content["duplicates"]),
                warnings=tuple(map(str, content["warnings"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InspectionError(f"the trainer's report on the data cannot be read ({error!r})") from error


def read_pictures(path: Path) -> Pictures:
    """Returns the samples that the trainer wrote, without emotions that have none. Raises InspectionError."""
    try:
        with np.load(path, allow_pickle=False) as content:
            images, labels = content["images"], content["labels"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InspectionError(f"{path}: the sample pictures cannot be read ({error})") from error
    found = {name: images[labels == index] for index, name in enumerate(EMOTIONS)}
    return {name: pictures for name, pictures in found.items() if len(pictures)}


def _split(content: dict[str, Any]) -> Split:
    counts = content["counts"]
    return Split(
        int(content["rows"]), int(content["labelled"]), tuple(int(counts.get(name, 0)) for name in EMOTIONS)
    )


def _numbers(content: dict[str, Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in content.items()}
