"""A tiny generated data set in the format of FER2013 and FER+: one pattern per class, and noise."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS

VOTE_COLUMNS = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip


def picture(emotion: int, generator: np.random.Generator) -> NDArray[np.uint8]:
    """(48, 48) uint8: a coarse pattern of the class, shifted in brightness, under smooth noise."""
    pattern = np.random.default_rng(100 + emotion).uniform(40, 215, (6, 6)).astype(np.float32)
    noise = generator.normal(0, 45, (16, 16)).astype(np.float32)
    picture = cv2.resize(pattern, (48, 48), interpolation=cv2.INTER_LINEAR)
    picture += cv2.resize(noise, (48, 48), interpolation=cv2.INTER_CUBIC) + generator.uniform(-20, 20)
    return picture.clip(0, 255).astype(np.uint8)


def write_fer2013(
    folder: Path,
    *,
    train: int = 84,
    validation: int = 28,
    test: int = 28,
    votes: bool = True,
    packed: bool = False,
) -> Path:
    """Writes fer2013.csv (or .csv.gz) and, with votes, fer2013new.csv; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    usages = ["Training"] * train + ["PublicTest"] * validation + ["PrivateTest"] * test
    emotions = [index % len(EMOTIONS) for index in range(len(usages))]
    write_pictures(
        folder / ("fer2013.csv.gz" if packed else "fer2013.csv"),
        [
            (emotion, picture(emotion, generator), usage)
            for emotion, usage in zip(emotions, usages, strict=True)
        ],
    )
    if votes:
        write_votes(
            folder / "fer2013new.csv",
            [({EMOTIONS[e]: 8, "neutral": 2}, u) for e, u in zip(emotions, usages, strict=True)],
        )
    return folder


def write_pictures(path: Path, rows: list[tuple[int, NDArray[np.uint8], str]]) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", newline="", encoding="ascii") as file:
        writer = csv.writer(file)
        writer.writerow(["emotion", "pixels", "Usage"])
        for emotion, image, usage in rows:
            writer.writerow([emotion, " ".join(map(str, image.reshape(-1).tolist())), usage])


def write_votes(path: Path, rows: list[tuple[dict[str, int], str]]) -> None:
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file)
        writer.writerow(["Usage", "Image name", *VOTE_COLUMNS])
        for index, (votes, usage) in enumerate(rows):
            writer.writerow([usage, f"fer{index:07}.png", *(votes.get(name, 0) for name in VOTE_COLUMNS)])
