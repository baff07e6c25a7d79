"""Runs of the trainer with timm's smallest EfficientNet."""

from __future__ import annotations

import csv
from pathlib import Path

import torch

from fer_desktop.core.training.messages import RunMessage
from trainer.config import TrainConfig
from trainer.process.control import ControlRequest
from trainer.run.train import train

Run = tuple[Path, list[RunMessage]]

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


def run(
    data: Path, folder: Path, config: TrainConfig = TINY, stop_after: int | None = None
) -> list[RunMessage]:
    """All messages of a run; ``stop_after``: the question at which it is told to stop.

    It asks after each step, and before each batch of a validation.
    """
    torch.set_num_threads(1)  # a classifier of a test before may have set another number
    asked = 0

    def control() -> ControlRequest:
        nonlocal asked
        asked += 1
        return ControlRequest.STOP if asked == stop_after else ControlRequest.CONTINUE

    return list(train(config, data, None, folder, control))


def metrics(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))
