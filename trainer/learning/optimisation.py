"""The optimiser and one step of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from timm.optim import param_groups_weight_decay
from torch import nn

from trainer.config import TrainConfig

# SAM finds its direction with a quarter of the rows.
_ASCENT_SHARE = 4


def create_optimiser(network: nn.Module, config: TrainConfig, device: torch.device) -> torch.optim.AdamW:
    """Returns AdamW without weight decay on biases and normalisation."""
    return torch.optim.AdamW(
        param_groups_weight_decay(network, config.weight_decay),
        lr=config.learning_rate,
        fused=device.type != "mps",
    )


def take_step(
    network: Callable[[torch.Tensor], torch.Tensor],
    bare_network: nn.Module,
    optimiser: torch.optim.Optimizer,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    learning_rate: float,
    config: TrainConfig,
) -> torch.Tensor:
    """Updates the weights once, and returns the loss, a tensor without dimensions.

    network: what is called; it shares or compiles ``bare_network``, which has the weights. inputs: (B, C, S,
    S). targets: (B, 7), soft.
    """
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
    ascent = _ascend(bare_network, inputs, targets, config) if config.sam_radius else None
    loss = _loss(network, inputs, targets, config)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    if ascent is not None:
        with torch.no_grad():
            torch._foreach_sub_(list(bare_network.parameters()), ascent)
    if config.clip_norm:
        nn.utils.clip_grad_norm_(bare_network.parameters(), config.clip_norm)
    optimiser.step()
    return loss.detach()


def _loss(
    network: Callable[[torch.Tensor], torch.Tensor],
    inputs: torch.Tensor,
    targets: torch.Tensor,
    config: TrainConfig,
) -> torch.Tensor:
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=inputs.device.type == "cuda"):
        logits = network(inputs.contiguous(memory_format=torch.channels_last))
    return F.cross_entropy(logits.float(), targets, label_smoothing=config.label_smoothing)


def _ascend(
    network: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, config: TrainConfig
) -> list[torch.Tensor]:
    """Moves the weights by ``sam_radius`` in the direction of a higher loss, and returns the move.

    Sharpness-aware minimisation (Foret et al. 2021) computes the gradient there; the caller takes the move
    back. The direction comes from the first quarter of this process's rows. That costs a quarter, and small
    batches work as well (their section 4.1).
    """
    parameters: list[torch.Tensor] = list(network.parameters())
    rows = max(2, len(inputs) // _ASCENT_SHARE)
    with _statistics_kept(network):
        loss = _loss(network, inputs[:rows], targets[:rows], config)
    # Not backward(): DistributedDataParallel would take these gradients for those of the step.
    gradients = torch.autograd.grad(loss, parameters)
    length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    moves = list(torch._foreach_mul(gradients, config.sam_radius / (length + 1e-12)))
    with torch.no_grad():
        torch._foreach_add_(parameters, moves)
    return moves


@contextmanager
def _statistics_kept(network: nn.Module) -> Iterator[None]:
    """Within the context, batch normalisation does not update its running statistics."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
    try:
        yield
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
