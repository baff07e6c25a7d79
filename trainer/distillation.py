"""Targets that take other models' opinion in (Hinton et al. 2015), their answers computed once."""

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
from trainer.control import StoppedError, Wish
from trainer.predict import find_card, predict_model
from trainer.processes import Processes
from trainer.progress import OnProgress, unwatched
from trainer.samples import Samples

logger = logging.getLogger(__name__)


def with_teachers(
    samples: Samples,
    config: TrainConfig,
    folder: Path,
    processes: Processes,
    control: Callable[[], Wish] = lambda: Wish.GO_ON,
) -> tuple[Samples, list[str]]:
    """The samples with targets (1 - distillation) * own + distillation * the teachers' mean; their names.

    A teacher's opinion is the mean over a picture and its mirror image, natural (tau 0), with temperature.
    The first process asks the teachers and keeps the answers in the run's folder, where the others and a
    resumed run find them. Raises ModelError for a teacher that cannot be read, and StoppedError when a stop
    is wished meanwhile; no answers are kept then.
    """

    def heed(what: str, done: int, total: int) -> None:
        if control() is Wish.STOP:
            raise StoppedError

    cards = [find_card(path) for path in config.teacher_paths]
    loaded = [ModelCard.load(path) for path in cards]
    names = [card.identity for card in loaded]
    content = hashlib.sha256("\n".join(names).encode() + samples.targets.tobytes())
    answers = folder / f"teachers-{content.hexdigest()[:12]}.npy"
    if processes.leads and not answers.exists():
        logger.info("asking %s about %d rows, twice", "; ".join(names), len(samples))
        opinions = [opinion(card, path, samples, heed) for card, path in zip(loaded, cards, strict=True)]
        with whole_file(answers) as temporary, temporary.open("wb") as file:
            np.save(file, np.mean(opinions, axis=0).astype(np.float32))
    processes.wait_for_leader()
    taught: NDArray[np.float32] = np.load(answers)
    share = np.float32(config.distillation)
    return samples.with_targets((1 - share) * samples.targets + share * taught), names


def opinion(
    card: ModelCard, card_path: Path, samples: Samples, on_progress: OnProgress = unwatched
) -> NDArray[np.float32]:
    """(N, 7) probabilities in the order of EMOTIONS, the mean over the pictures and their mirror images."""
    rows = np.zeros((len(samples), len(EMOTIONS)), dtype=np.float32)
    for version in (samples, samples.mirrored()):
        logits, _ = predict_model(card, card_path, version, on_progress)
        rows += probabilities(logits, card) / 2
    return rows
