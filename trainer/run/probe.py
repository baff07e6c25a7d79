"""An estimate of the time and the memory of a run, from a few real steps. Nothing is written."""

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

from fer_desktop.core.machine import peak_memory_bytes
from fer_desktop.core.models import ModelCard
from trainer.config import TrainConfig
from trainer.evaluation.predict import in_batches, network_runner
from trainer.learning.optimisation import take_step
from trainer.process.distributed import Processes, choose_device
from trainer.progress import OnProgress, unwatched
from trainer.run.prepare import PreparedRun, prepare, read_rows

WARM_UP_STEPS = 2
LEAST_STEPS = 2
VALIDATION_ROWS = 64
# The export of EfficientNet-B0 to ONNX. The release also predicts the validation rows three times.
EXPORT_S = 15.0
EXPORT_BYTES = 400 << 20
RELEASE_VALIDATIONS = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace at one input size.

    step_s: seconds for a training step. validation_s: seconds for all validation rows.
    """

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
    """Takes steps for ``seconds`` at each input size of the run, and returns one JSON-ready object.

    step_s, images_per_s, validation_s and epoch_s (with its validation) hold for the last input size. total_s
    is the time of the whole run in one process: start_s for loading (counted from ``begun``, a time of
    ``time.monotonic``), the predictions of teachers, all epochs, and the release. peak_bytes is the memory of
    the process with that of the release, without a GPU's memory. The weights are random, which takes the same
    time as any others.
    """
    begun = time.monotonic() if begun is None else begun
    device = choose_device(config.device)
    rows = read_rows(config, data, votes, on_progress)
    run = prepare(dataclasses.replace(config, start="random", soup=""), rows, device, Processes())
    start_s = time.monotonic() - begun

    epochs_at = {config.small_size: config.small_epochs} if config.small_epochs else {}
    epochs_at[config.input_size] = epochs_at.get(config.input_size, 0) + config.epochs - config.small_epochs
    paces = {size: _pace(run, size, seconds, on_progress) for size in epochs_at}

    def epoch_s(size: int) -> float:
        return run.steps_per_epoch * paces[size].step_s + paces[size].validation_s

    pace = paces[config.input_size]
    teachers = len(config.teacher_paths) if config.teaching == "once" else 0
    teachers_s = 2 * teachers * pace.validation_s * len(rows.samples) / len(rows.validation)
    training_s = sum(epochs * epoch_s(size) for size, epochs in epochs_at.items())
    release_s = RELEASE_VALIDATIONS * pace.validation_s + EXPORT_S
    return {
        "device": str(device),
        "rows": len(rows.samples),
        "steps_per_epoch": run.steps_per_epoch,
        "step_s": pace.step_s,
        "images_per_s": min(config.batch_size, len(rows.samples)) / pace.step_s,
        "validation_s": pace.validation_s,
        "epoch_s": epoch_s(config.input_size),
        "start_s": start_s,
        "total_s": start_s + teachers_s + training_s + release_s,
        "peak_bytes": peak_memory_bytes() + EXPORT_BYTES,
    }


def _pace(run: PreparedRun, size: int, seconds: float, on_progress: OnProgress) -> Pace:
    card = dataclasses.replace(run.card, input_size=size)
    run.network.train()
    batches = enumerate(_endless_batches(run, size))
    for _ in range(WARM_UP_STEPS):
        _take_step(run, *next(batches))
    begun, steps = time.monotonic(), 0
    while steps < LEAST_STEPS or time.monotonic() - begun < seconds:
        _take_step(run, *next(batches))
        steps += 1
        tried_s = min(math.ceil(seconds), int(time.monotonic() - begun))
        on_progress(f"seconds of steps at {size} px tried", tried_s, math.ceil(seconds))
    step_s = (time.monotonic() - begun) / steps
    return Pace(step_s, _validation_s(run, card))


def _endless_batches(run: PreparedRun, size: int) -> Iterator[Any]:
    """Yields the batches of the epochs with this input size, again and again."""
    sized = [epoch for epoch in range(run.config.epochs) if run.card_of(epoch).input_size == size]
    for epoch in itertools.cycle(sized):
        yield from run.batches(epoch)


def _take_step(run: PreparedRun, step: int, batch: Any) -> None:
    inputs, targets = (tensor.to(run.device) for tensor in batch)
    if run.view_teachers is not None:
        targets = run.view_teachers.taught(inputs, targets, step, 0)
    rate = run.config.learning_rate
    loss = take_step(run.forward, run.network, run.optimiser, inputs, targets, rate, run.config)
    float(loss)  # waits for a GPU
    run.average.update(run.network)


def _validation_s(run: PreparedRun, card: ModelCard) -> float:
    """Returns the seconds for all rows, from some rows predicted twice: the first time is slower."""
    validation = run.rows.validation
    rows = validation.take(np.arange(min(VALIDATION_ROWS, len(validation))))
    runner = network_runner(run.average.module)
    list(in_batches(runner, card, rows))
    begun = time.monotonic()
    list(in_batches(runner, card, rows))
    return (time.monotonic() - begun) * len(validation) / len(rows)
