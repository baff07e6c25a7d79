"""How long a run would take and how much memory it needs, from a few real steps; nothing is written."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from timm.utils import ModelEmaV3
from torch.utils.data import DataLoader

from fer_desktop.core.machine import peak_memory_bytes
from fer_desktop.core.models import ModelCard
from fer_desktop.core.models.network import build_model
from trainer.augment import TrainingBatches
from trainer.cards import initial_card
from trainer.config import TrainConfig
from trainer.datasets import load_dataset, training_rows
from trainer.depthwise import use_quick_gradients
from trainer.optimisation import create_optimiser, take_step
from trainer.predict import in_batches, network_runner
from trainer.processes import choose_device
from trainer.progress import OnProgress, unwatched
from trainer.samples import Samples
from trainer.train import check_input
from trainer.view_teachers import ViewTeachers

WARM_UP_STEPS = 2
LEAST_STEPS = 2
VALIDATION_ROWS = 64
# Of the ONNX file of EfficientNet-B0; besides, the release predicts the validation rows three times.
EXPORT_S = 15.0
EXPORT_BYTES = 400 << 20
RELEASE_VALIDATIONS = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one input size. step_s: seconds a step. validation_s: seconds for all validation rows."""

    step_s: float
    validation_s: float


def probe(
    config: TrainConfig,
    data: Path,
    votes: Path | None = None,
    *,
    seconds: float = 5.0,
    begun: float | None = None,
    on_progress: OnProgress = unwatched,
) -> dict[str, Any]:
    """One JSON-ready object. Steps are taken for ``seconds`` at each input size that the run uses.

    step_s, images_per_s, validation_s and epoch_s (with its validation) are those of the last input size;
    total_s is of the whole run, in one process: start_s for loading (counted from ``begun``, a time of
    ``time.monotonic``), the asking of teachers, all epochs, and the release. peak_bytes: of the process, with
    what the release adds and without a GPU's memory. The weights are random, which costs the same.
    """
    begun = time.monotonic() if begun is None else begun
    device = choose_device(config.device)
    dataset, samples = training_rows(
        load_dataset(data, votes=votes, labels=config.labels, on_progress=on_progress),
        config.labels,
        config.original_share,
    )
    validation = dataset.split("validation")
    validation.require_labels(f"{dataset.name}, validation")
    if config.limit:
        samples = samples.take(np.arange(min(config.limit, len(samples))))
    trial = _Trial(config, samples, validation, device)
    start_s = time.monotonic() - begun

    small, last = config.small_epochs, config.epochs - config.small_epochs
    paces = {
        size: trial.pace(size, seconds, on_progress)
        for size, epochs in ((config.small_size, small), (config.input_size, last))
        if epochs
    }
    steps = trial.steps_per_epoch

    def epochs_s(size: int, epochs: int) -> float:
        return epochs * (steps * paces[size].step_s + paces[size].validation_s) if epochs else 0.0

    pace = paces[config.input_size]
    teachers = len(config.teacher_paths) if config.teaching == "once" else 0
    asking_s = 2 * teachers * pace.validation_s * len(samples) / len(validation)
    training_s = epochs_s(config.small_size, small) + epochs_s(config.input_size, last)
    release_s = RELEASE_VALIDATIONS * pace.validation_s + EXPORT_S
    return {
        "device": str(device),
        "rows": len(samples),
        "steps_per_epoch": steps,
        "step_s": pace.step_s,
        "images_per_s": trial.batch_rows / pace.step_s,
        "validation_s": pace.validation_s,
        "epoch_s": epochs_s(config.input_size, 1),
        "start_s": start_s,
        "total_s": start_s + asking_s + training_s + release_s,
        "peak_bytes": peak_memory_bytes() + EXPORT_BYTES,
    }


class _Trial:
    """A network with all that a step of the run needs."""

    def __init__(
        self, config: TrainConfig, samples: Samples, validation: Samples, device: torch.device
    ) -> None:
        self._config, self._samples, self._device = config, samples, device
        self._validation = validation
        self._sampling = samples.balanced_sampling(config.balance)
        self._card = initial_card(config, samples.prior(self._sampling))
        network = build_model(
            config.architecture,
            config.channels,
            drop_rate=config.drop_rate,
            drop_path_rate=config.drop_path_rate,
        )
        check_input(network, config)
        if device.type == "cpu" and not config.compile:
            use_quick_gradients(network)
        self._network = network.to(device).to(memory_format=torch.channels_last)
        self._forward: Any = torch.compile(self._network) if config.compile else self._network
        self._average = ModelEmaV3(self._network, decay=config.ema_decay, use_warmup=True)
        self._optimiser = create_optimiser(self._network, config, device)
        self._teachers = ViewTeachers.of(config, self._card, device)
        self._steps = itertools.count()
        batches = self._batches(self._card, 0)
        self.steps_per_epoch = len(batches)
        self.batch_rows = min(config.batch_size, len(samples))

    def pace(self, size: int, seconds: float, on_progress: OnProgress) -> Pace:
        card = dataclasses.replace(self._card, input_size=size)
        self._network.train()
        batches = self._endless(card)
        for _ in range(WARM_UP_STEPS):
            self._step(next(batches))
        begun, steps = time.monotonic(), 0
        while steps < LEAST_STEPS or time.monotonic() - begun < seconds:
            self._step(next(batches))
            steps += 1
            tried_s = min(math.ceil(seconds), int(time.monotonic() - begun))
            on_progress(f"seconds of steps at {size} px tried", tried_s, math.ceil(seconds))
        step_s = (time.monotonic() - begun) / steps
        return Pace(step_s, self._validation_s(card))

    def _endless(self, card: ModelCard) -> Iterator[Any]:
        for epoch in itertools.count():
            yield from DataLoader(
                self._batches(card, epoch), batch_size=None, num_workers=self._config.workers
            )

    def _batches(self, card: ModelCard, epoch: int) -> TrainingBatches:
        return TrainingBatches(self._samples, card, self._config, epoch, sampling=self._sampling)

    def _step(self, batch: Any) -> None:
        inputs, targets = (tensor.to(self._device) for tensor in batch)
        config = self._config
        if self._teachers is not None:
            targets = self._teachers.taught(inputs, targets, next(self._steps), 0)
        loss = take_step(
            self._forward, self._network, self._optimiser, inputs, targets, config.learning_rate, config
        )
        float(loss)  # waits for a GPU
        self._average.update(self._network)

    def _validation_s(self, card: ModelCard) -> float:
        """Of all rows, from some rows asked twice: the first time is slower."""
        rows = self._validation.take(np.arange(min(VALIDATION_ROWS, len(self._validation))))
        run = network_runner(self._average.module)
        list(in_batches(run, card, rows))
        begun = time.monotonic()
        list(in_batches(run, card, rows))
        return (time.monotonic() - begun) * len(self._validation) / len(rows)
