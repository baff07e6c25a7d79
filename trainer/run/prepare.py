"""What a run needs before its first step: rows, networks, an optimiser, and the card of the model to come."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from timm.utils import ModelEmaV3
from torch import nn
from torch.utils.data import DataLoader

from fer_desktop.core.models import ModelCard
from fer_desktop.core.models.network import build_model
from trainer.config import TrainConfig
from trainer.data import DataSet, Samples, digest, load_dataset, training_rows
from trainer.evaluation.predict import some_inputs
from trainer.learning.batches import TrainingBatches
from trainer.learning.depthwise import use_quick_gradients
from trainer.learning.network import check_input
from trainer.learning.optimisation import create_optimiser
from trainer.learning.soup import Soup
from trainer.learning.start_weights import load_start_weights
from trainer.learning.view_teachers import ViewTeachers
from trainer.process.distributed import Processes
from trainer.progress import OnProgress, unwatched
from trainer.release.cards import initial_card


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """samples: the rows to train on. validation: the rows that choose the epoch and calibrate the model."""

    dataset: DataSet
    samples: Samples
    validation: Samples


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run before its first step, or before it is resumed.

    card: the card before calibration, with the last input size.
    network: the network that learns.
    forward: the same network as it is called in a step, shared by the processes or compiled.
    average: the exponential moving average (EMA) of its weights.
    sampling: (N,) the probability to draw each row; None: each row once in an epoch.
    resumes: the weights will come from a checkpoint.
    start_weights: the source of the weights, empty in a resumed run.
    """

    config: TrainConfig
    rows: TrainingRows
    card: ModelCard
    device: torch.device
    processes: Processes
    network: nn.Module
    forward: Callable[[torch.Tensor], torch.Tensor]
    average: ModelEmaV3
    optimiser: torch.optim.Optimizer
    sampling: NDArray[np.float64] | None
    view_teachers: ViewTeachers | None
    soup: Soup
    resumes: bool
    start_weights: str

    def card_of(self, epoch: int) -> ModelCard:
        """Returns the card with the input size of an epoch, counted from 0."""
        return _card_of(self.config, self.card, epoch)

    def batches(self, epoch: int, first: int = 0) -> DataLoader[Any]:
        """Returns the batches of an epoch from number ``first`` on: inputs (B, C, S, S), targets (B, 7)."""
        batches = self._all_batches(epoch)
        return DataLoader(
            batches,
            batch_size=None,
            sampler=range(first, len(batches)),
            num_workers=self.config.workers,
            # A loader draws a seed when it starts, and a resumed run starts one loader more. With a generator
            # of its own it leaves torch's random state alone.
            generator=torch.Generator(),
        )

    @property
    def steps_per_epoch(self) -> int:
        return len(self._all_batches(0))

    @property
    def identity(self) -> dict[str, Any]:
        """Returns what must be the same for a checkpoint to be resumed: plain values by name."""
        samples = self.rows.samples
        identity = {**self.config.to_dict(), "rows": len(samples), "training data": digest(samples)}
        if self.view_teachers is not None:
            identity["teachers"] = self.view_teachers.names
        return identity

    def _all_batches(self, epoch: int) -> TrainingBatches:
        return TrainingBatches(
            self.rows.samples,
            self.card_of(epoch),
            self.config,
            epoch,
            sampling=self.sampling,
            rank=self.processes.rank,
            processes=self.processes.count,
        )


def read_rows(
    config: TrainConfig, data: Path, votes: Path | None, on_progress: OnProgress = unwatched
) -> TrainingRows:
    """Reads the data set and chooses its training rows. Raises DataError."""
    dataset, samples = training_rows(
        load_dataset(data, votes=votes, labels=config.labels, on_progress=on_progress),
        config.labels,
        config.original_share,
    )
    validation = dataset.split("validation")
    validation.require_labels(f"{dataset.name}, validation")
    if config.limit:
        samples = samples.take(np.random.default_rng(config.seed).permutation(len(samples))[: config.limit])
    return TrainingRows(dataset, samples, validation)


def prepare(
    config: TrainConfig,
    rows: TrainingRows,
    device: torch.device,
    processes: Processes,
    *,
    resumes: bool = False,
) -> PreparedRun:
    """Builds the networks and the optimiser.

    resumes: the weights will come from a checkpoint, so that no start weights are looked for. Raises
    ConfigError and ModelError for options and models that do not fit each other.
    """
    sampling = rows.samples.balanced_sampling(config.balance)
    card = initial_card(config, rows.samples.prior(sampling))
    # The order matters: reading a model and building a network draw from the same random numbers.
    soup = Soup(config)
    view_teachers = ViewTeachers.of(config, card, device)
    network = build_model(
        config.architecture, config.channels, drop_rate=config.drop_rate, drop_path_rate=config.drop_path_rate
    )
    start_weights = ""
    if not resumes:
        check_input(network, config)
        start_weights = load_start_weights(
            network,
            config.architecture,
            config.channels,
            config.start,
            lambda: some_inputs(rows.samples, _card_of(config, card, 0)),
        )
    if device.type == "cpu" and not config.compile:
        use_quick_gradients(network)
    network = network.to(device).to(memory_format=torch.channels_last)
    average = ModelEmaV3(network, decay=config.ema_decay, use_warmup=True)
    optimiser = create_optimiser(network, config, device)
    forward = processes.share(network, device)
    return PreparedRun(
        config=config,
        rows=_with_models_named(rows, soup, view_teachers),
        card=card,
        device=device,
        processes=processes,
        network=network,
        forward=torch.compile(forward) if config.compile else forward,
        average=average,
        optimiser=optimiser,
        sampling=sampling,
        view_teachers=view_teachers,
        soup=soup,
        resumes=resumes,
        start_weights=start_weights,
    )


def _card_of(config: TrainConfig, card: ModelCard, epoch: int) -> ModelCard:
    size = config.small_size if epoch < config.small_epochs else config.input_size
    return dataclasses.replace(card, input_size=size)


def _with_models_named(rows: TrainingRows, soup: Soup, view_teachers: ViewTeachers | None) -> TrainingRows:
    """The report on the data also names the models that take part in the training."""
    named: dict[str, Any] = {}
    if soup.names:
        named["soup"] = soup.names
    if view_teachers is not None:
        named["teachers"] = view_teachers.names
    return dataclasses.replace(rows, dataset=rows.dataset.with_report(**named))
