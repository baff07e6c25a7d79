"""One training run, from top to bottom: prepare, epochs, release."""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import torch

from fer_desktop.core.models import ModelCard
from fer_desktop.core.training import Finished, RunFolder, RunMessage, RunStarted
from trainer.config import ConfigError, TrainConfig
from trainer.evaluation.predict import Logits, in_batches, network_runner
from trainer.learning import learning_rate
from trainer.learning.distillation import with_teachers
from trainer.learning.optimisation import take_step
from trainer.process import ControlRequest, StoppedError
from trainer.process.distributed import Processes, choose_device
from trainer.release import write_curves, write_metrics
from trainer.release.cards import training_facts
from trainer.release.release import release
from trainer.run.checkpoints import Checkpoints
from trainer.run.prepare import PreparedRun, prepare, read_rows
from trainer.run.session import Session
from trainer.run.validation import TrainingError, finish_epoch, write_rows

logger = logging.getLogger(__name__)


def train(
    config: TrainConfig,
    data: Path,
    votes: Path | None,
    folder: Path,
    control: Callable[[], ControlRequest],
) -> Iterator[RunMessage]:
    """Trains a model and yields messages on the way. Resumes the run when the folder holds a checkpoint.

    control: returns the newest request. A pause or a stop is obeyed after the current step, and within a
    validation; it writes a checkpoint. At the end the folder holds the model (safetensors, ONNX, card),
    ``metrics.csv`` and ``figures/``. Several processes under ``torchrun`` share each batch and end with the
    same weights; only the first one writes files.
    """
    processes = Processes.of_environment()
    if config.batch_size % processes.count:
        raise ConfigError(
            f"--batch-size is {config.batch_size}, which {processes.count} processes cannot share evenly"
        )
    device = choose_device(config.device)
    with processes.joined(device):
        folder.mkdir(parents=True, exist_ok=True)
        checkpoints = Checkpoints(folder)
        try:
            run = _prepare(config, data, votes, folder, control, processes, device, checkpoints.exist)
            session = Session(run, folder, checkpoints, control)
            yield _started(run, session, folder)
            yield from _epochs(run, session, folder)
            yield from _release(run, session, folder)
        except StoppedError as stopped:
            yield Finished("stopped", stopped.step, None, stopped.seconds)


def _prepare(
    config: TrainConfig,
    data: Path,
    votes: Path | None,
    folder: Path,
    control: Callable[[], ControlRequest],
    processes: Processes,
    device: torch.device,
    resumes: bool,
) -> PreparedRun:
    _seed(config, 0, 0)
    rows = read_rows(config, data, votes)
    if config.teacher_paths and config.teaching == "once":
        samples, names = with_teachers(rows.samples, config, folder, processes, control)
        dataset = rows.dataset.with_report(teachers=names)
        rows = dataclasses.replace(rows, samples=samples, dataset=dataset)
    run = prepare(config, rows, device, processes, resumes=resumes)
    if not resumes:
        logger.info("start weights of %s: %s", config.architecture, run.start_weights)
    return run


def _started(run: PreparedRun, session: Session, folder: Path) -> RunStarted:
    return RunStarted(
        folder=str(folder),
        config=run.config.to_dict(),
        data=run.rows.dataset.report,
        start_weights=session.state.start_weights,
        device=str(run.device),
        parameters=sum(parameter.numel() for parameter in run.network.parameters()),
        steps=run.config.epochs * run.steps_per_epoch,
        resumed_at=session.state.step,
    )


def _epochs(run: PreparedRun, session: Session, folder: Path) -> Iterator[RunMessage]:
    """Trains the epochs that are left; validates and writes a checkpoint after each."""
    config, state, processes = run.config, session.state, run.processes
    total_steps = config.epochs * run.steps_per_epoch

    while state.epoch < config.epochs:
        # The rows of a batch and their augmentation depend on nothing but the seed, the epoch and the number
        # of the batch. So a resumed run goes on with the batch after its last one.
        run.network.train()
        for inputs, targets in run.batches(state.epoch, first=state.batch):
            # A target is a distribution over the emotions. A teacher may add what it predicts for the very
            # pictures of this batch.
            if run.view_teachers is not None:
                targets = run.view_teachers.taught(inputs, targets, state.step, processes.rank)

            # Forward, backward, update. Each process has its own rows of the batch; gradients are averaged.
            rate = learning_rate(config, state.step, total_steps)
            _seed(config, state.step, processes.rank)
            step_loss = take_step(
                run.forward,
                run.network,
                run.optimiser,
                inputs.to(run.device),
                targets.to(run.device),
                rate,
                config,
            )
            loss, request = session.agree(step_loss)
            _require_finite(loss, state.step, config)

            # The averaged weights, not those that learn, are validated and released.
            run.average.update(run.network, step=state.step)
            state.next_batch(loss)

            yield from session.report_step(loss, rate, len(inputs) * processes.count)
            yield from session.obey(request)
            yield from session.checkpoint_when_due()

        # The first process validates, at the input size of this epoch, while the others wait.
        card = run.card_of(state.epoch)
        logits, request = None, ControlRequest.CONTINUE
        if processes.leads:
            logits, request = yield from _validate(run, session, card)
        yield from session.obey(session.share(request))
        if logits is None:
            state.next_epoch()
            continue

        # Only an epoch of the last input size can make the model.
        validation = run.rows.validation
        report = finish_epoch(
            state,
            logits,
            card,
            validation,
            run.steps_per_epoch,
            makes_a_model=card.input_size == run.card.input_size,
            select=config.select,
        )
        write_rows(RunFolder(folder), logits, card, validation, best=report.best)
        if report.best:
            session.best.keep(run.average.module)
        write_metrics(state.history, folder / "metrics.csv")
        yield report  # before the checkpoint, so that a kill in between cannot lose it
        yield from session.checkpoint()


def _validate(
    run: PreparedRun, session: Session, card: ModelCard
) -> Generator[RunMessage, None, tuple[Logits | None, ControlRequest]]:
    """Returns the logits (N, 7) of the averaged weights; None and STOP when a stop was requested."""
    parts = []
    for logits in in_batches(network_runner(run.average.module), card, run.rows.validation):
        request = yield from session.obey_alone()
        if request is ControlRequest.STOP:
            return None, request
        parts.append(logits)
    return np.concatenate(parts), ControlRequest.CONTINUE


def _release(run: PreparedRun, session: Session, folder: Path) -> Iterator[RunMessage]:
    """Makes the model of the best epoch's weights: averages, calibrates, exports, and writes the card."""
    if not run.processes.leads:
        return
    state = session.state
    facts = training_facts(
        run.config,
        run.rows.dataset.report,
        run.device,
        start_weights=state.start_weights,
        seconds=state.seconds,
        processes=run.processes.count,
    )
    card = dataclasses.replace(run.card, training=facts)
    weights = run.soup.with_others(session.best.state_dict())
    path = release(folder, weights, card, run.rows.validation)
    write_curves(state.history, folder / "figures" / "curves.png")
    yield Finished("completed", state.step, str(path), state.seconds)


def _require_finite(loss: float, step: int, config: TrainConfig) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"the loss is {loss} at step {step + 1}; start again in another folder, with a "
            f"--learning-rate below {config.learning_rate}"
        )


def _seed(config: TrainConfig, step: int, rank: int) -> None:
    """Seeds torch by the seed, the step and the process alone, so that a resumed run draws the same numbers.

    torch draws them for dropout and stochastic depth.
    """
    state = np.random.SeedSequence([config.seed, rank, step]).generate_state(1, np.uint64)
    torch.manual_seed(int(state[0]))
