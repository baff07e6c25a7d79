"""Labelled pictures of faces, independent of their source."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.types import Image

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
NO_LABEL = -1
LabelKind = Literal["votes", "fer2013", "folders"]


class DataError(FerDesktopError):
    """A data set cannot be read or used. The text names the file and, where it is known, the row."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The rows of one split.

    images: N pictures, (H, W) grey uint8.
    targets: (N, 7) float32 distributions over EMOTIONS for training. A row of zeros is not trained on.
    majority: (N,) index of the emotion of a row; NO_LABEL where the FER+ protocol drops the row.
    original: (N,) index of the data set's own label; NO_LABEL where there is none.
    kind: the source of ``majority``: FER+ votes, FER2013's own labels, or the names of folders.
    """

    images: Sequence[Image] | NDArray[np.uint8]
    targets: NDArray[np.float32]
    majority: NDArray[np.int64]
    original: NDArray[np.int64]
    kind: LabelKind

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: NDArray[np.int64]) -> Samples:
        images = self.images[rows] if isinstance(self.images, np.ndarray) else _Selection(self.images, rows)
        return Samples(images, self.targets[rows], self.majority[rows], self.original[rows], self.kind)

    @property
    def names(self) -> tuple[str, ...]:
        """The folder and file name of each picture; empty when the pictures are not files."""
        return getattr(self.images, "names", ())

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(N,) whether a row has a majority emotion. Only such rows count in figures."""
        return self.majority != NO_LABEL

    def require_labels(self, place: str) -> None:
        """Raises DataError when no row counts in figures."""
        if not self.labelled.any():
            raise DataError(f"{place}: none of the {len(self)} rows has a clear emotion")

    def with_targets(self, targets: NDArray[np.float32]) -> Samples:
        return replace(self, targets=targets)

    def mirrored(self) -> Samples:
        """Returns the same rows with mirrored pictures. A picture is mirrored when it is read."""
        return replace(self, images=_Mirrored(self.images))

    def prior(self, sampling: NDArray[np.float64] | None = None) -> tuple[float, ...]:
        """Returns the share of each emotion in the targets: positive, sum 1.

        sampling: (N,) the probabilities to draw the rows.
        """
        weights = np.ones(len(self)) if sampling is None else sampling * len(self)
        totals = weights @ self.targets.astype(np.float64) + 1e-3
        return tuple((totals / totals.sum()).tolist())

    def balanced_sampling(self, strength: float) -> NDArray[np.float64] | None:
        """Returns (N,) the probability to draw each row: the share of its emotion to the power -strength.

        Strength 0 gives None: each row is drawn once in an epoch. Strength 1 draws all emotions equally
        often.
        """
        if strength == 0:
            return None
        strongest = self.targets.argmax(axis=1)
        counts = np.bincount(strongest, minlength=len(EMOTIONS))
        weights = counts[strongest].astype(np.float64) ** -strength
        return np.asarray(weights / weights.sum())


class _Mirrored(Sequence[Image]):
    """The mirror images of a sequence that may read its pictures when they are needed."""

    def __init__(self, images: Sequence[Image] | NDArray[np.uint8]) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: Any) -> Any:
        return np.ascontiguousarray(self._images[int(index)][:, ::-1])

    @property
    def names(self) -> tuple[str, ...]:
        return getattr(self._images, "names", ())


class _Selection(Sequence[Image]):
    """Some rows of a sequence that reads its pictures when they are needed."""

    def __init__(self, images: Sequence[Image], rows: NDArray[np.int64]) -> None:
        self._images, self._rows = images, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._images[int(self._rows[index])]

    @property
    def names(self) -> tuple[str, ...]:
        names = getattr(self._images, "names", ())
        return tuple(names[row] for row in self._rows) if names else ()


@dataclass(frozen=True, slots=True)
class DataSet:
    """The splits of one data set. report: counts of its rows, and of dropped rows for each reason."""

    name: str
    kind: Literal["fer2013", "folders"]
    splits: dict[SplitName, Samples]
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def validation_is_held_out(self) -> bool:
        """Whether the validation rows were taken from the training rows because there were no others."""
        return "validation_held_out" in self.report

    def with_report(self, **more: Any) -> DataSet:
        return replace(self, report={**self.report, **more})

    def split(self, name: SplitName) -> Samples:
        """Returns the rows of a split. Raises DataError when there are none."""
        samples = self.splits.get(name)
        if samples is None or len(samples) == 0:
            present = ", ".join(f"{key} ({len(value)})" for key, value in self.splits.items())
            raise DataError(f"{self.name}: there are no {name} rows; present are {present or 'none'}")
        return samples


def count_by_emotion(labels: NDArray[np.int64]) -> dict[str, int]:
    return {name: int((labels == index).sum()) for index, name in enumerate(EMOTIONS)}


def digest(samples: Samples) -> str:
    """Returns the SHA-256 of the labels, the targets and the pictures. Of files it takes the names."""
    content = hashlib.sha256()
    for labels in (samples.majority, samples.original, samples.targets):
        content.update(np.ascontiguousarray(labels).tobytes())
    if isinstance(samples.images, np.ndarray):
        content.update(np.ascontiguousarray(samples.images).data)
    else:
        content.update("\n".join(samples.names).encode(errors="surrogateescape"))
    return content.hexdigest()
