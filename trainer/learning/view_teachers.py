"""Teachers that predict the augmented pictures which the student sees (Beyer et al. 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from fer_desktop.core.models import ModelCard, probabilities
from fer_desktop.core.models.network import load_network
from trainer.config import ConfigError, TrainConfig
from trainer.evaluation.predict import Runner, find_card, model_runner, network_runner


@dataclass(frozen=True, slots=True)
class _Teacher:
    card: ModelCard
    run: Runner

    def prediction(self, views: torch.Tensor) -> torch.Tensor:
        """Returns natural probabilities (B, 7), with temperature.

        views: (B, C, S, S) normalised pictures; they are resized to the teacher's input size.
        """
        size = self.card.input_size
        if views.shape[-1] != size:
            views = F.interpolate(views, size=(size, size), mode="bilinear", antialias=True)
        return torch.from_numpy(probabilities(self.run(views.cpu().numpy()), self.card))


class ViewTeachers:
    """For each batch one teacher is drawn. For half of the batches it sees the mirror images.

    The loss is linear in its targets. So its mean over many batches is that of all teachers and both views,
    at the cost of one prediction a batch. The draw depends on nothing but the seed, the step and the process.
    """

    def __init__(self, config: TrainConfig, student: ModelCard, device: torch.device) -> None:
        """Raises ModelError for a teacher that cannot be read.

        Raises ConfigError for a teacher whose input is normalised in another way than the student's.
        """
        self._config = config
        paths = [find_card(path) for path in config.teacher_paths]
        cards = [ModelCard.load(path) for path in paths]
        for path, card in zip(paths, cards, strict=True):
            if _normalisation(card) != _normalisation(student):
                raise ConfigError(
                    f"--teachers {path}: this model normalises its input in another way than this run, "
                    "so it cannot predict the same views; choose --teaching once"
                )
        self._teachers = [
            _Teacher(card, _runner(card, path, device)) for path, card in zip(paths, cards, strict=True)
        ]
        self.names = [card.identity for card in cards]

    @classmethod
    def of(cls, config: TrainConfig, student: ModelCard, device: torch.device) -> ViewTeachers | None:
        """Returns None when the run has no teachers of views."""
        return cls(config, student, device) if config.teacher_paths and config.teaching == "views" else None

    def taught(self, inputs: torch.Tensor, targets: torch.Tensor, step: int, rank: int) -> torch.Tensor:
        """Returns (1 - distillation) * targets + distillation * a teacher's prediction of the inputs, (B, 7).

        inputs: (B, C, S, S). targets: (B, 7).
        """
        generator = np.random.default_rng([self._config.seed, step, rank])
        teacher = self._teachers[generator.integers(len(self._teachers))]
        views = inputs.flip(-1) if generator.random() < 0.5 else inputs
        share = self._config.distillation
        return (1 - share) * targets + share * teacher.prediction(views).to(targets)


def _normalisation(card: ModelCard) -> tuple[object, ...]:
    fixed = None if card.standardise else (card.mean, card.std)
    return card.channels, card.standardise, fixed


def _runner(card: ModelCard, path: Path, device: torch.device) -> Runner:
    if device.type == "cpu":
        return model_runner(card, path)[0]
    return network_runner(load_network(card, path).to(device))
