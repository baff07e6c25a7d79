"""Targets that contain the predictions of other models (Hinton et al. 2015), computed once before a run."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.files import whole_file
from fer_desktop.core.models import ModelCard, probabilities
from trainer.config import TrainConfig
from trainer.data import Samples
from trainer.evaluation.predict import find_card, predict_model
from trainer.process import ControlRequest, StoppedError
from trainer.process.distributed import Processes
from trainer.progress import OnProgress, unwatched

logger = logging.getLogger(__name__)


def with_teachers(
    samples: Samples,
    config: TrainConfig,
    folder: Path,
    processes: Processes,
    control: Callable[[], ControlRequest] = lambda: ControlRequest.CONTINUE,
) -> tuple[Samples, list[str]]:
    """Returns the samples with distilled targets, and the names of the teachers.

    A target becomes (1 - distillation) * target + distillation * mean prediction of the teachers. The first
    process computes the predictions and keeps them in the run's folder. The other processes and a resumed run
    read them there. Raises ModelError for a teacher that cannot be read. Raises StoppedError when the run is
    asked to stop meanwhile; then no predictions are kept.
    """

    def stop_on_request(what: str, done: int, total: int) -> None:
        if control() is ControlRequest.STOP:
            raise StoppedError

    paths = [find_card(path) for path in config.teacher_paths]
    cards = [ModelCard.load(path) for path in paths]
    names = [card.identity for card in cards]
    content = hashlib.sha256("\n".join(names).encode() + samples.targets.tobytes())
    kept = folder / f"teachers-{content.hexdigest()[:12]}.npy"
    if processes.leads and not kept.exists():
        logger.info("%s: predicting %d rows and their mirror images", "; ".join(names), len(samples))
        predictions = [
            teacher_prediction(card, path, samples, stop_on_request)
            for card, path in zip(cards, paths, strict=True)
        ]
        with whole_file(kept) as temporary, temporary.open("wb") as file:
            np.save(file, np.mean(predictions, axis=0).astype(np.float32))
    processes.wait_for_leader()
    predicted: NDArray[np.float32] = np.load(kept)
    share = np.float32(config.distillation)
    return samples.with_targets((1 - share) * samples.targets + share * predicted), names


def teacher_prediction(
    card: ModelCard, card_path: Path, samples: Samples, on_progress: OnProgress = unwatched
) -> NDArray[np.float32]:
    """Returns (N, 7) natural probabilities (tau 0, with temperature) in the order of EMOTIONS.

    They are the mean over a picture and its mirror image.
    """
    rows = np.zeros((len(samples), len(EMOTIONS)), dtype=np.float32)
    for version in (samples, samples.mirrored()):
        logits, _ = predict_model(card, card_path, version, on_progress)
        rows += probabilities(logits, card) / 2
    return rows
