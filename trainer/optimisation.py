"""One step of the optimiser, and the learning rate over a run."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from timm.optim import param_groups_weight_decay
from torch import nn

from trainer.config import TrainConfig


def create_optimiser(network: nn.Module, config: TrainConfig, device: torch.device) -> torch.optim.AdamW:
    """AdamW without weight decay on biases and normalisation."""
    return torch.optim.AdamW(
        param_groups_weight_decay(network, config.weight_decay),
        lr=config.learning_rate,
        fused=device.type != "mps",
    )


def learning_rate_factor(config: TrainConfig, step: int, total_steps: int) -> float:
    """Share of the peak learning rate at a step, 0 to 1.

    'one-cycle' (Smith and Topin 2018): cosine up over the warm-up, cosine down to almost nothing; 'cosine':
    linear warm-up, then half a cosine.
    """
    position = (step + 1) / total_steps
    if position < config.warmup:
        rise = position / config.warmup
        return rise if config.schedule == "cosine" else 0.04 + 0.96 * (1 - math.cos(math.pi * rise)) / 2
    fall = (position - config.warmup) / (1 - config.warmup)
    return max(1e-5, (1 + math.cos(math.pi * fall)) / 2)


def take_step(
    network: Callable[[torch.Tensor], torch.Tensor],
    optimiser: torch.optim.Optimizer,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    learning_rate: float,
    config: TrainConfig,
) -> torch.Tensor:
    """One update with soft targets (B, 7); returns the loss, a tensor without dimensions."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=inputs.device.type == "cuda"):
        logits = network(inputs.contiguous(memory_format=torch.channels_last))
    loss = F.cross_entropy(logits.float(), targets, label_smoothing=config.label_smoothing)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    if config.clip_norm:
        parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        nn.utils.clip_grad_norm_(parameters, config.clip_norm)
    optimiser.step()
    return loss.detach()
