"""One training run, from top to bottom."""

from __future__ import annotations

import dataclasses
import logging
import math
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import torch
from timm.utils import ModelEmaV3
from torch import nn
from torch.utils.data import DataLoader

from fer_desktop.core.models import ModelCard
from fer_desktop.core.models.network import build_model
from fer_desktop.core.training import (
    Checkpoint,
    Continued,
    Finished,
    Paused,
    RunFolder,
    RunMessage,
    RunStarted,
    Step,
)
from trainer.augment import TrainingBatches
from trainer.best_weights import BestWeights
from trainer.cards import initial_card, training_facts
from trainer.checkpoints import Checkpoints, RunState
from trainer.config import ConfigError, TrainConfig
from trainer.control import StoppedError, Wish
from trainer.datasets import load_dataset, training_rows
from trainer.depthwise import use_quick_gradients
from trainer.details import digest
from trainer.distillation import with_teachers
from trainer.optimisation import create_optimiser, learning_rate_factor, take_step
from trainer.predict import Logits, in_batches, network_runner, some_inputs
from trainer.processes import Processes, choose_device
from trainer.release import release
from trainer.report import write_curves, write_metrics
from trainer.soup import Soup
from trainer.start_weights import load_start_weights
from trainer.stopwatch import Stopwatch
from trainer.validation import TrainingError, finish_epoch, write_rows
from trainer.view_teachers import ViewTeachers

logger = logging.getLogger(__name__)

BEST_WEIGHTS = "best.safetensors"
STEP_MESSAGE_SECONDS = 1.0
PAUSE_SECONDS = 0.2


def train(
    config: TrainConfig, data: Path, votes: Path | None, folder: Path, control: Callable[[], Wish]
) -> Iterator[RunMessage]:
    """Trains, and yields a report on the way; resumes by itself when the folder holds a checkpoint.

    control: what is wished at present. A pause or a stop is honoured after the current step, with a
    checkpoint, and in the middle of a validation too. At the end the folder holds the model
    (safetensors, ONNX, card), ``metrics.csv`` and ``figures/``. Several processes under ``torchrun`` share
    each batch and end with the same weights; only the first one writes files.
    """
    processes = Processes.of_environment()
    if config.batch_size % processes.count:
        raise ConfigError(
            f"--batch-size is {config.batch_size}, which {processes.count} processes cannot share evenly"
        )
    device = choose_device(config.device)
    with processes.joined(device):
        yield from _train(config, data, votes, folder, control, processes, device)


def _train(
    config: TrainConfig,
    data: Path,
    votes: Path | None,
    folder: Path,
    control: Callable[[], Wish],
    processes: Processes,
    device: torch.device,
) -> Iterator[RunMessage]:
    run = RunFolder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _seed(config, 0, 0)
    dataset, samples = training_rows(
        load_dataset(data, votes=votes, labels=config.labels), config.labels, config.original_share
    )
    validation = dataset.split("validation")
    validation.require_labels(f"{dataset.name}, validation")
    if config.limit:
        samples = samples.take(np.random.default_rng(config.seed).permutation(len(samples))[: config.limit])
    if config.teacher_paths and config.teaching == "once":
        try:
            samples, teachers = with_teachers(samples, config, folder, processes, control)
        except StoppedError:
            yield Finished("stopped", 0, None, 0.0)
            return
        dataset.report["teachers"] = teachers
    sampling = samples.balanced_sampling(config.balance)
    card = initial_card(config, samples.prior(sampling))
    soup = Soup(config)
    if soup.names:
        dataset.report["soup"] = soup.names
    view_teachers = ViewTeachers.of(config, card, device)
    if view_teachers is not None:
        dataset.report["teachers"] = view_teachers.names

    def card_of(epoch: int) -> ModelCard:
        size = config.small_size if epoch < config.small_epochs else config.input_size
        return dataclasses.replace(card, input_size=size)

    network = build_model(
        config.architecture, config.channels, drop_rate=config.drop_rate, drop_path_rate=config.drop_path_rate
    )
    checkpoints, best = Checkpoints(folder), BestWeights(folder / BEST_WEIGHTS)
    resumes = checkpoints.exist
    state = RunState()
    if not resumes:
        check_input(network, config)
        state.start_weights = load_start_weights(
            network,
            config.architecture,
            config.channels,
            config.start,
            lambda: some_inputs(samples, card_of(0)),
        )
        logger.info("start weights of %s: %s", config.architecture, state.start_weights)
    if device.type == "cpu" and not config.compile:
        use_quick_gradients(network)
    network = network.to(device).to(memory_format=torch.channels_last)
    average = ModelEmaV3(network, decay=config.ema_decay, use_warmup=True)
    optimiser = create_optimiser(network, config, device)

    def batches_of(epoch: int) -> TrainingBatches:
        return TrainingBatches(
            samples,
            card_of(epoch),
            config,
            epoch,
            sampling=sampling,
            rank=processes.rank,
            processes=processes.count,
        )

    batches_per_epoch = len(batches_of(0))
    total_steps = config.epochs * batches_per_epoch

    parts = {"network": network, "average": average, "optimiser": optimiser, "best": best}
    identity = {**config.to_dict(), "rows": len(samples), "training data": digest(samples)}
    if view_teachers is not None:
        identity["teachers"] = view_teachers.names
    if resumes:
        state = checkpoints.load(identity, **parts)
        if processes.leads:
            best.write()
    if not processes.all_equal(state.step):
        raise TrainingError(f"{folder}: the processes do not see the same checkpoint; use a shared folder")
    forward = processes.share(network, device)
    if config.compile:
        forward = torch.compile(forward)  # type: ignore[assignment]
    yield RunStarted(
        folder=str(folder),
        config=config.to_dict(),
        data=dataset.report,
        start_weights=state.start_weights,
        device=str(device),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        steps=total_steps,
        resumed_at=state.step,
    )
    watch, spoken_step = Stopwatch(state.seconds), state.step
    saved_at = spoken_at = watch.seconds
    no_loss = torch.zeros((), device=device)

    def checkpoint() -> Iterator[Checkpoint]:
        nonlocal saved_at
        state.seconds = saved_at = watch.seconds
        if processes.leads:
            checkpoints.save(state, identity, **parts)
            yield Checkpoint(state.step, str(checkpoints.newest))

    def pause() -> Generator[RunMessage, None, Wish]:
        """Sleeps until something else is wished, and returns that."""
        yield from checkpoint()
        yield Paused(state.step)
        wish = Wish.PAUSE
        with watch.held():
            while wish is Wish.PAUSE:
                time.sleep(PAUSE_SECONDS)
                _, wish = processes.agree(no_loss, control())
        if wish is Wish.GO_ON:
            yield Continued(state.step)
        return wish

    def validate(learned: ModelCard) -> Generator[RunMessage, None, Logits | None]:
        """None: a stop is wished."""
        parts = []
        for logits in in_batches(network_runner(average.module), learned, validation):
            wish = control()
            if wish is Wish.PAUSE and processes.count == 1:  # several pause together, after their next step
                wish = yield from pause()
            if wish is Wish.STOP:
                return None
            parts.append(logits)
        return np.concatenate(parts)

    def stop() -> Iterator[RunMessage]:
        yield from checkpoint()
        yield Finished("stopped", state.step, None, state.seconds)

    while state.epoch < config.epochs:
        batches = batches_of(state.epoch)
        loader = DataLoader(
            batches,
            batch_size=None,
            sampler=range(state.batch, len(batches)),
            num_workers=config.workers,
            # Its own generator: a loader draws a seed when it starts, and a resumed run starts one more.
            generator=torch.Generator(),
        )
        network.train()
        for inputs, targets in loader:
            rate = config.learning_rate * learning_rate_factor(config, state.step, total_steps)
            if view_teachers is not None:
                targets = view_teachers.taught(inputs, targets, state.step, processes.rank)
            _seed(config, state.step, processes.rank)
            step_loss = take_step(
                forward, network, optimiser, inputs.to(device), targets.to(device), rate, config
            )
            loss, wish = processes.agree(step_loss, control())
            if not math.isfinite(loss):
                raise TrainingError(
                    f"the loss is {loss} at step {state.step + 1}; start again in another folder, with a "
                    f"--learning-rate below {config.learning_rate}"
                )
            average.update(network, step=state.step)
            state.step, state.batch, state.loss_sum = state.step + 1, state.batch + 1, state.loss_sum + loss
            now = watch.seconds
            if now - spoken_at >= STEP_MESSAGE_SECONDS:
                pace = (state.step - spoken_step) / (now - spoken_at)
                left = (total_steps - state.step) / pace
                images = pace * len(inputs) * processes.count
                yield Step(state.step, state.epoch + 1, loss, rate, images, left)
                spoken_at, spoken_step = now, state.step
            if wish is Wish.PAUSE:
                wish = yield from pause()
            if wish is Wish.STOP:
                yield from stop()
                return
            if now - saved_at >= 60 * config.checkpoint_minutes:
                yield from checkpoint()

        # Validated at the size it has just learned; only the last size makes a model.
        learned = card_of(state.epoch)
        logits = (yield from validate(learned)) if processes.leads else None
        wish = Wish.STOP if processes.leads and logits is None else Wish.GO_ON
        _, wish = processes.agree(no_loss, wish)
        if wish is Wish.STOP:
            yield from stop()
            return
        if logits is not None:
            last_size = learned.input_size == card.input_size
            report = finish_epoch(
                state,
                logits,
                learned,
                validation,
                len(batches),
                makes_a_model=last_size,
                select=config.select,
            )
            write_rows(run, logits, learned, validation, best=report.best)
            if report.best:
                best.keep(average.module)
            write_metrics(state.history, folder / "metrics.csv")
            yield report  # before the checkpoint, so that a kill in between cannot lose it
            yield from checkpoint()
        else:
            state.next_epoch()

    if processes.leads:
        card = dataclasses.replace(card, training=training_facts(config, dataset, device, state, processes))
        path = release(folder, soup.with_others(best.state_dict()), card, validation)
        write_curves(state.history, folder / "figures" / "curves.png")
        yield Finished("completed", state.step, str(path), state.seconds)


def _seed(config: TrainConfig, step: int, rank: int) -> None:
    """What torch draws (dropout, stochastic depth) depends on nothing but the seed, the step and the process,
    so that a resumed run draws the same."""
    state = np.random.SeedSequence([config.seed, rank, step]).generate_state(1, np.uint64)
    torch.manual_seed(int(state[0]))


def check_input(network: nn.Module, config: TrainConfig) -> None:
    """Raises ConfigError when the architecture cannot take the pictures; some want one size only."""
    size = config.input_size
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, config.channels, size, size))
    except (AssertionError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"{config.architecture} cannot take {size} x {size} pixels ({str(error).partition(chr(10))[0]}); "
            "choose another --input-size or --architecture"
        ) from error
