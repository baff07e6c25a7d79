"""The network behind a model card, for torch. Importing this module imports torch and timm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import timm
import torch
from torch import nn

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.files import whole_file
from fer_desktop.core.models.card import ModelCard


def build_model(
    architecture: str, channels: int = 1, *, drop_rate: float = 0.0, drop_path_rate: float = 0.0
) -> nn.Module:
    """Returns a timm network with random weights: (N, channels, S, S) float32 to logits (N, 7).

    The classifier starts at normal(0, 0.01). timm's default for EfficientNet is so wide for seven classes
    that the first hundred steps only undo it. Raises ModelError for a name that timm does not know.
    """
    if not timm.is_model(architecture):
        near = ", ".join(timm.list_models(f"*{architecture.split('_')[0]}*")[:8]) or "none"
        raise ModelError(f"'{architecture}' is not an architecture of timm {timm.__version__}; near: {near}")
    options: dict[str, Any] = {"num_classes": len(EMOTIONS), "in_chans": channels, "drop_rate": drop_rate}
    try:
        network = timm.create_model(architecture, drop_path_rate=drop_path_rate, **options)
    except TypeError:  # an architecture without stochastic depth
        network = timm.create_model(architecture, **options)
    classifier = network.get_submodule(classifier_name(network))
    if isinstance(classifier, nn.Linear):
        nn.init.normal_(classifier.weight, std=0.01)
        nn.init.zeros_(classifier.bias)
    return network


def classifier_name(network: nn.Module) -> str:
    """Returns the name of a timm network's last layer. Raises ModelError where there are several."""
    name = network.default_cfg["classifier"]  # type: ignore[index]
    if not isinstance(name, str):
        raise ModelError(f"{type(network).__name__} has several last layers; choose another architecture")
    return name


def load_network(card: ModelCard, card_path: Path) -> nn.Module:
    """Returns the card's network with its safetensors weights, float32, in evaluation mode, on the CPU.

    Raises ModelError when the weights are missing, damaged, or of another shape than the card says.
    """
    path = card.weights_file(card_path, "safetensors")
    network = build_model(card.architecture, card.channels)
    try:
        weights = safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise ModelError(f"{path}: the weights cannot be read ({error})") from error
    expected = network.state_dict()
    differing = sorted(expected.keys() ^ weights.keys()) + sorted(
        name for name in expected.keys() & weights.keys() if expected[name].shape != weights[name].shape
    )
    if differing:
        raise ModelError(
            f"{path}: the weights do not fit {card.architecture} with {card.channels} channel(s); "
            f"{len(differing)} tensors differ, the first is '{differing[0]}'"
        )
    network.load_state_dict(
        {name: tensor.to(expected[name].dtype) for name, tensor in weights.items()}, strict=True
    )
    return network.eval()


def save_weights(network: nn.Module, path: Path, dtype: torch.dtype = torch.float16) -> None:
    """Writes the state as safetensors, floating tensors stored as ``dtype``, completely or not at all.

    Raises OutputError.
    """
    state = {
        name: (tensor.to(dtype) if tensor.is_floating_point() else tensor).detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
    }
    with whole_file(path) as temporary:
        temporary.write_bytes(safetensors.torch.save(state))
