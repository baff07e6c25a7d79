"""Runs of the trainer with timm's smallest EfficientNet."""

from __future__ import annotations

import csv
from pathlib import Path

from fer_desktop.core.training.messages import Message
from trainer.config import TrainConfig
from trainer.train import train

Run = tuple[Path, list[Message]]

TINY = TrainConfig(
    name="tiny",
    architecture="test_efficientnet",
    input_size=32,
    start="random",
    epochs=3,
    batch_size=28,
    learning_rate=0.01,
    device="cpu",
)


def run(data: Path, folder: Path, config: TrainConfig = TINY, stop_after: int | None = None) -> list[Message]:
    """All messages of a run; ``stop_after``: ask for a stop after so many steps."""
    steps = 0

    def should_stop() -> bool:
        nonlocal steps
        steps += 1
        return steps == stop_after

    return list(train(config, data, None, folder, should_stop))


def metrics(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))
