"""Makes a model that the application can load from a file of weights saved by torch."""

from __future__ import annotations

import difflib
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
from torch import nn

import fer_desktop
from fer_desktop.core.emotions import EMOTIONS, canonical_name
from fer_desktop.core.errors import ModelError
from fer_desktop.core.files import output_error
from fer_desktop.core.models import ModelCard, sha256
from fer_desktop.core.models.network import build_model, load_network, save_weights
from trainer.config import TrainConfig
from trainer.imports.foreign_weights import State, read_state
from trainer.imports.weights_fit import channels_of, check_fit
from trainer.learning.network import check_input
from trainer.progress import OnProgress, unwatched
from trainer.release.cards import MEAN, STD
from trainer.release.export import export_onnx
from trainer.release.release import with_file

STEPS = 4


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of the weights. None: not known.

    labels: the order of the outputs, with commas; by default that of FER2013, which is that of EMOTIONS.
    input_size: by default timm's of the architecture. The other fields: see `ModelCard`.
    """

    name: str
    architecture: str | None = None
    channels: int | None = None
    input_size: int | None = None
    native_size: int | None = None
    labels: str | None = None
    mean: float = MEAN
    std: float = STD
    standardise: bool = False


def import_weights(
    path: Path, folder: Path, given: Given, on_progress: OnProgress = unwatched
) -> dict[str, Any]:
    """Writes NAME.safetensors (float32), NAME.onnx and NAME.json into ``folder``; returns a report for JSON.

    The network is not evaluated: its class prior is uniform and its temperature 1. Raises ModelError or
    ConfigError that says what does not fit, and then writes nothing.
    """

    def report(done: int) -> None:
        on_progress("steps of the import done", done, STEPS)

    report(0)
    labels = _labels(given.labels)
    _check_scale(given)
    architecture = given.architecture or _refuse_without_architecture(path)
    state = read_state(path)
    report(1)
    network, config = _network(path, state, given, architecture)
    report(2)
    card_path, deviation = _write(network, _card(path, given, config, labels), folder)
    report(STEPS)
    return {
        "card": str(card_path),
        "name": config.name,
        "architecture": architecture,
        "channels": config.channels,
        "input_size": config.input_size,
        "labels": list(labels),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "onnx_deviation": deviation,
    }


def _network(path: Path, state: State, given: Given, architecture: str) -> tuple[nn.Module, TrainConfig]:
    """Returns the network with its weights, and its options. Raises ModelError and ConfigError."""
    channels = channels_of(path, state, given.channels)
    network = build_model(architecture, channels)
    check_fit(path, state, network, architecture, channels)
    config = TrainConfig(
        name=given.name,
        architecture=architecture,
        channels=channels,
        input_size=given.input_size or _usual_size(network),
        native_size=given.native_size or 0,
    )
    check_input(network, config)
    network.load_state_dict(state)
    _check_output(path, network, config)
    return network, config


def _card(path: Path, given: Given, config: TrainConfig, labels: tuple[str, ...]) -> ModelCard:
    return ModelCard(
        name=config.name,
        architecture=config.architecture,
        input_size=config.input_size,
        channels=config.channels,
        native_size=config.native_size or None,
        mean=given.mean,
        std=given.std,
        crop_margin=0.0,
        standardise=given.standardise,
        labels=labels,
        class_prior=(1 / len(labels),) * len(labels),
        temperature=1.0,
        training={
            "source": f"imported from {path.name}, SHA-256 {sha256(path)}, never evaluated",
            "labels": "as given" if given.labels else "not given; taken to be those of FER2013",
        },
        trainer_version=fer_desktop.__version__,
    )


def _usual_size(network: nn.Module) -> int:
    """Returns the side in pixels of the pictures that timm trained the architecture on."""
    return int(network.default_cfg["input_size"][-1])  # type: ignore[index]


def _labels(text: str | None) -> tuple[str, ...]:
    if text is None:
        return EMOTIONS
    words = [word.strip() for word in text.split(",")]
    if unknown := [word for word in words if canonical_name(word) is None]:
        raise ModelError(f"--labels: '{unknown[0]}' is none of the emotions {', '.join(EMOTIONS)}")
    labels = tuple(name for word in words if (name := canonical_name(word)))
    if sorted(labels) != sorted(EMOTIONS):
        raise ModelError(f"--labels names {', '.join(labels)}; needed is each of {', '.join(EMOTIONS)} once")
    return labels


def _check_scale(given: Given) -> None:
    for option, value in (("--mean", given.mean), ("--std", given.std)):
        if not 0 <= value <= 1:
            raise ModelError(f"{option} is {value}; needed is a value from 0 to 1, as for grey values")


def _refuse_without_architecture(path: Path) -> str:
    near = difflib.get_close_matches(path.stem.lower(), timm.list_models(), n=5, cutoff=0.4)
    raise ModelError(
        f"{path.name}: name the architecture of the weights with --architecture"
        + (f"; similar to the file's name: {', '.join(near)}" if near else "")
    )


def _check_output(path: Path, network: nn.Module, config: TrainConfig) -> None:
    """Raises ModelError when the output is not finite, as with a negative variance among finite weights."""
    generator = torch.Generator().manual_seed(0)
    size = config.input_size
    with torch.inference_mode():
        logits = network.eval()(torch.randn(2, config.channels, size, size, generator=generator))
    if not logits.isfinite().all():
        raise ModelError(f"{path}: the network's output is not finite")


def _write(network: nn.Module, card: ModelCard, folder: Path) -> tuple[Path, float]:
    """Writes the files in a folder of their own, then moves them to ``folder``, the card last.

    After an error nothing is left. Returns the card's path and the largest deviation of ONNX. Raises
    ModelError and OutputError.
    """
    names = [f"{card.name}{suffix}" for suffix in (".safetensors", ".onnx", ".json")]
    if present := [name for name in names if (folder / name).exists()]:
        raise ModelError(
            f"{folder / present[0]}: there is already a model with this name; choose another --name"
        )
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as aside:
            weights, onnx_path, card_path = (Path(aside) / name for name in names)
            save_weights(network, weights, torch.float32)
            card = with_file(card, "safetensors", weights)
            deviation = export_onnx(load_network(card, card_path), card, onnx_path)
            with_file(card, "onnx", onnx_path).save(card_path)
            for made in (weights, onnx_path, card_path):
                made.rename(folder / made.name)
    except BaseException as error:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise output_error(folder, error) from error
        raise
    return folder / names[-1], deviation
