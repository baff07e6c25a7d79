"""Teachers that are asked about the very views that the student sees (Beyer et al. 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from fer_desktop.core.models import ModelCard, probabilities
from fer_desktop.core.models.network import load_network
from trainer.config import ConfigError, TrainConfig
from trainer.predict import Runner, find_card, model_runner, network_runner


@dataclass(frozen=True, slots=True)
class _Teacher:
    card: ModelCard
    run: Runner

    def opinion(self, views: torch.Tensor) -> torch.Tensor:
        """(B, C, S, S) normalised pictures of any size to probabilities (B, 7), natural, with temperature."""
        size = self.card.input_size
        if views.shape[-1] != size:
            views = F.interpolate(views, size=(size, size), mode="bilinear", antialias=True)
        return torch.from_numpy(probabilities(self.run(views.cpu().numpy()), self.card))


class ViewTeachers:
    """Each batch asks one teacher, half of the batches about the mirror images.

    The loss is linear in its targets, so that the mean over batches is that of all teachers and both views at
    the price of one. Which one depends on the seed, the step and the process only.
    """

    def __init__(self, config: TrainConfig, student: ModelCard, device: torch.device) -> None:
        """Raises ModelError for a teacher that cannot be read, ConfigError for one that wants other input."""
        self._config = config
        paths = [find_card(path) for path in config.teacher_paths]
        cards = [ModelCard.load(path) for path in paths]
        for path, card in zip(paths, cards, strict=True):
            if _input_of(card) != _input_of(student):
                raise ConfigError(
                    f"--teachers {path}: its input is normalised otherwise than that of this run, so it "
                    "cannot be asked about the same views; choose --teaching once"
                )
        self._teachers = [
            _Teacher(card, _runner(card, path, device)) for path, card in zip(paths, cards, strict=True)
        ]
        self.names = [card.identity for card in cards]

    @classmethod
    def of(cls, config: TrainConfig, student: ModelCard, device: torch.device) -> ViewTeachers | None:
        """None where the run does not ask for them."""
        return cls(config, student, device) if config.teacher_paths and config.teaching == "views" else None

    def taught(self, inputs: torch.Tensor, targets: torch.Tensor, step: int, rank: int) -> torch.Tensor:
        """(1 - distillation) * targets + distillation * what a teacher says of the inputs, (B, 7)."""
        generator = np.random.default_rng([self._config.seed, step, rank])
        teacher = self._teachers[generator.integers(len(self._teachers))]
        views = inputs.flip(-1) if generator.random() < 0.5 else inputs
        share = self._config.distillation
        return (1 - share) * targets + share * teacher.opinion(views).to(targets)


def _input_of(card: ModelCard) -> tuple[object, ...]:
    fixed = None if card.standardise else (card.mean, card.std)
    return card.channels, card.standardise, fixed


def _runner(card: ModelCard, path: Path, device: torch.device) -> Runner:
    if device.type == "cpu":
        return model_runner(card, path)[0]
    return network_runner(load_network(card, path).to(device))
