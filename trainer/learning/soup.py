"""One model from the mean of several models' weights (Wortsman et al. 2022, "Model soups")."""

from __future__ import annotations

import torch

from fer_desktop.core.models import ModelCard
from fer_desktop.core.models.network import load_network
from trainer.config import TrainConfig
from trainer.evaluation.predict import find_card
from trainer.learning.start_weights import check_network

Tensors = dict[str, torch.Tensor]


class Soup:
    """The models of ``config.soup``, read at the start, so that a wrong one ends the run at once."""

    def __init__(self, config: TrainConfig) -> None:
        """Raises ModelError for a model that cannot be read, ConfigError for one of another network."""
        self.names: list[str] = []
        self._others: list[Tensors] = []
        for path in map(find_card, config.soup_paths):
            card = ModelCard.load(path)
            check_network(f"--soup {path}", card, config.architecture, config.channels)
            self.names.append(card.identity)
            self._others.append(load_network(card, path).state_dict())

    def with_others(self, weights: Tensors) -> Tensors:
        """Returns the mean of each tensor over all models. Integers are those of ``weights``."""
        return {
            name: torch.stack([tensor, *(other[name].to(tensor) for other in self._others)]).mean(dim=0)
            if tensor.is_floating_point()
            else tensor
            for name, tensor in weights.items()
        }
