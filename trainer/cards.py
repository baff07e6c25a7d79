"""The card of a run's model, and how it came about."""

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
from trainer.checkpoints import RunState
from trainer.config import TrainConfig
from trainer.processes import Processes
from trainer.samples import DataSet

# Grey mean and standard deviation of ImageNet, the pictures the start weights have seen.
MEAN, STD = 0.449, 0.226
SELECTION = {
    "best": "epoch with the best mean of validation accuracy (tau 0) and macro recall (balanced)",
    "last": "last epoch",
}


def initial_card(config: TrainConfig, prior: tuple[float, ...]) -> ModelCard:
    """Before calibration. prior: the share of each emotion in what is trained on, sum 1."""
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
        training_prior=prior,
        temperature=1.0,
        trainer_version=fer_desktop.__version__,
    )


def training_facts(
    config: TrainConfig, dataset: DataSet, device: torch.device, state: RunState, processes: Processes
) -> dict[str, Any]:
    """JSON-ready, for the card's ``training``."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "data": dataset.report,
        "config": config.to_dict(),
        "start_weights": state.start_weights,
        "device": str(device),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores; used: {processes.count} process(es) of "
        f"{torch.get_num_threads()} thread(s)",
        "torch": torch.__version__,
        "timm": timm.__version__,
        "hours": round(state.seconds / 3600, 2),
        "selection": SELECTION[config.select],
    }
