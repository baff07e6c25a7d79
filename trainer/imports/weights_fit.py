"""Compares weights of others with an architecture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.models.network import classifier_name
from trainer.imports.foreign_weights import State


def channels_of(path: Path, state: State, wanted: int | None) -> int:
    """Returns the channels of the first convolution in the state dict, 1 or 3. Raises ModelError."""
    first = next((tensor for tensor in state.values() if tensor.ndim == 4), None)
    if first is None:
        raise ModelError(f"{path}: there is no convolution in it that takes a picture")
    found = first.shape[1]
    if found not in (1, 3):
        raise ModelError(f"{path}: the first convolution takes {found} channels; allowed are 1 and 3")
    if wanted not in (None, found):
        raise ModelError(f"{path}: the first convolution takes {found} channel(s), --channels is {wanted}")
    return found


def check_fit(path: Path, state: State, network: nn.Module, architecture: str, channels: int) -> None:
    """Compares names, shapes and the number of outputs. Raises ModelError that names what differs."""
    expected = network.state_dict()
    last = f"{classifier_name(network)}.weight"
    if last in state and (outputs := state[last].shape[0]) != len(EMOTIONS):
        raise ModelError(
            f"{path}: the last layer, {last}, has {outputs} outputs; needed are {len(EMOTIONS)}, one for "
            "each emotion"
        )
    differing: Sequence[str] = [
        *(f"{name} is missing" for name in expected if name not in state),
        *(f"{name} is unknown" for name in state if name not in expected),
        *(
            f"{name} is {tuple(tensor.shape)}, not {tuple(expected[name].shape)}"
            for name, tensor in state.items()
            if name in expected and tensor.shape != expected[name].shape
        ),
    ]
    if differing:
        raise ModelError(
            f"{path}: the weights do not fit {architecture} with {channels} channel(s); {len(differing)} "
            f"tensors differ, the first: {differing[0]}"
        )
