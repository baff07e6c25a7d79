"""The card of a new model, and the facts of its training."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from typing import Any

import timm
import torch

import fer_desktop
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models import ModelCard
from trainer.config import TrainConfig

# Grey mean and standard deviation of ImageNet, on which the start weights were trained.
MEAN, STD = 0.449, 0.226
SELECTION = {
    "best": "epoch with the best mean of validation accuracy (tau 0) and macro recall (balanced)",
    "last": "last epoch",
}


def initial_card(config: TrainConfig, prior: tuple[float, ...]) -> ModelCard:
    """Returns the card before calibration.

    prior: the share of each emotion in the training targets as they are drawn, sum 1.
    """
    return ModelCard(
        name=config.name,
        architecture=config.architecture,
        input_size=config.input_size,
        channels=config.channels,
        native_size=config.native_size or None,
        mean=MEAN,
        std=STD,
        crop_margin=config.crop_margin,
        standardise=config.standardise,
        labels=EMOTIONS,
        class_prior=prior,
        temperature=1.0,
        trainer_version=fer_desktop.__version__,
    )


def training_facts(
    config: TrainConfig,
    data: dict[str, Any],
    device: torch.device,
    *,
    start_weights: str,
    seconds: float,
    processes: int,
) -> dict[str, Any]:
    """Returns the card's ``training``, JSON-ready.

    data: the report on the data set. seconds: how long the run has worked. processes: their number.
    """
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "data": data,
        "config": config.to_dict(),
        "start_weights": start_weights,
        "device": str(device),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores; used: {processes} process(es) of "
        f"{torch.get_num_threads()} thread(s)",
        "torch": torch.__version__,
        "timm": timm.__version__,
        "hours": round(seconds / 3600, 2),
        "selection": SELECTION[config.select],
    }
