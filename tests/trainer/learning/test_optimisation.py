"""Sharpness-aware minimisation against the plain step."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
import torch
from torch import nn

from tests.support.runs import TINY
from trainer.config import TrainConfig
from trainer.learning.optimisation import create_optimiser, take_step

SAM = dataclasses.replace(TINY, sam_radius=0.05, weight_decay=0.0, clip_norm=0.0)


class Quadratic(nn.Module):
    """Logits of a scalar weight, so that gradients can be worked out by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
        self.seen: list[float] = []

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.seen.append(self.weight.item())
        return inputs.flatten(1).double() * self.weight**2


def step(network: nn.Module, config: TrainConfig, rate: float) -> None:
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(8, 7, 1, 1, generator=generator)
    targets = torch.eye(7)[torch.arange(8) % 7].double()
    optimiser = create_optimiser(network, config, torch.device("cpu"))
    take_step(network, network, optimiser, inputs, targets, rate, config)


def test_the_gradient_is_taken_a_radius_away_and_the_weights_return() -> None:
    network = Quadratic()
    step(network, SAM, rate=0.0)
    assert [abs(after - before) for before, after in pairwise(network.seen)] == [pytest.approx(0.05)]
    assert network.weight.item() == pytest.approx(1.0, abs=1e-12)


def test_a_plain_step_looks_once() -> None:
    network = Quadratic()
    step(network, dataclasses.replace(SAM, sam_radius=0.0), rate=0.0)
    assert network.seen == [1.0]


def test_running_statistics_are_of_the_whole_batch_only() -> None:
    """The look for a direction sees a quarter of the rows and leaves no trace in them."""
    networks = [nn.Sequential(nn.BatchNorm2d(7), nn.Flatten()).double() for _ in range(2)]
    for network, radius in zip(networks, (0.0, 0.05), strict=True):
        generator = torch.Generator().manual_seed(1)
        inputs = torch.randn(8, 7, 2, 2, generator=generator).double()
        targets = torch.eye(28)[torch.arange(8)].double()
        config = dataclasses.replace(SAM, sam_radius=radius)
        optimiser = create_optimiser(network, config, torch.device("cpu"))
        take_step(network, network, optimiser, inputs, targets, 1e-3, config)
    plain, sharp = (network[0].running_mean for network in networks)
    assert torch.equal(plain, sharp)
    assert plain.abs().max() > 0
