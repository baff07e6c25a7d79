"""Training rows that repeat an evaluation row, exactly or nearly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.samples import Samples
from trainer.progress import OnProgress, unwatched

# On FER2013 every inspected pair above 0.92 shows the same photograph, and so do most between 0.88 and 0.92
# (with another crop, contrast or watermark). A false alarm costs one training row.
NEAR_CORRELATION = 0.90
_COARSE, _FINE = 16, 48
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Duplicates:
    """(N,) for each training row, whether an evaluation row repeats it. ``near`` excludes ``exact``."""

    exact: NDArray[np.bool_]
    near: NDArray[np.bool_]

    @property
    def any(self) -> NDArray[np.bool_]:
        return self.exact | self.near


def find_duplicates(train: Samples, evaluation: Samples) -> Duplicates:
    """Compares all pairs, with mirror images.

    Exact: the same pixels at 48x48. Near: a Pearson correlation of the pixels of at least NEAR_CORRELATION,
    both at 16x16, where one matrix product finds the candidates, and at 48x48.
    """
    if len(train) == 0 or len(evaluation) == 0:
        return Duplicates(np.zeros(len(train), dtype=bool), np.zeros(len(train), dtype=bool))
    train_fine, evaluation_fine = _greys(train), _greys(evaluation)
    known = {picture.tobytes() for picture in _with_mirrored(evaluation_fine)}
    exact = np.array([picture.tobytes() in known for picture in train_fine], dtype=bool)
    near = np.zeros(len(train_fine), dtype=bool)
    targets = _with_mirrored(evaluation_fine)
    coarse_targets = _standardised(targets, _COARSE)
    for rows in _chunks(np.flatnonzero(~exact)):
        similarity = _standardised(train_fine[rows], _COARSE) @ coarse_targets.T
        best = similarity.argmax(axis=1)
        candidates = similarity[np.arange(len(rows)), best] >= NEAR_CORRELATION
        if candidates.any():
            left = _standardised(train_fine[rows[candidates]], _FINE)
            right = _standardised(targets[best[candidates]], _FINE)
            near[rows[candidates]] = (left * right).sum(axis=1) >= NEAR_CORRELATION
    return Duplicates(exact, near)


def count_repeated(samples: Samples) -> int:
    """Returns how many rows have the pixels of an earlier row at 48x48, or of its mirror image."""
    if len(samples) == 0:
        return 0
    greys = _greys(samples)
    mirrored = np.ascontiguousarray(greys[:, :, ::-1])
    pictures = {min(a.tobytes(), b.tobytes()) for a, b in zip(greys, mirrored, strict=True)}
    return len(samples) - len(pictures)


def reduced(samples: Samples, on_progress: OnProgress = unwatched) -> Samples:
    """Returns the same rows with pictures (N, 48, 48) uint8, as they are compared. Each file is read once."""
    greys = np.empty((len(samples), _FINE, _FINE), dtype=np.uint8)
    for row in range(len(samples)):
        greys[row] = _at(samples.images[row], _FINE)
        on_progress("pictures read to compare them", row + 1, len(samples))
    return replace(samples, images=greys)


def _chunks(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _greys(samples: Samples) -> NDArray[np.uint8]:
    return np.stack([_at(image, _FINE) for image in samples.images])


def _at(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    if image.shape == (side, side):
        return image
    return np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _with_mirrored(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.concatenate([pictures, pictures[:, :, ::-1]]))


def _standardised(pictures: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """(N, side * side) float32, each row with mean 0 and length 1, or all 0 for a blank picture."""
    rows = np.stack([_at(picture, side) for picture in pictures]).reshape(len(pictures), -1)
    centred = rows.astype(np.float32) - rows.mean(axis=1, keepdims=True, dtype=np.float32)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-3)
