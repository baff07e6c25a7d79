"""Logits of a whole split, by torch or by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from fer_desktop.core.errors import ModelError
from fer_desktop.core.models import ModelCard, preprocess
from fer_desktop.core.models.network import load_network
from trainer.data import Samples
from trainer.progress import OnProgress, unwatched

Logits = NDArray[np.float32]
Runner = Callable[[NDArray[np.float32]], Logits]
"""Takes preprocessed input (N, C, S, S), returns logits (N, 7) in the card's label order."""
_BATCH_SIZE = 256


def find_card(weights: Path) -> Path:
    """Returns the card of a model that is named by its card or by a weights file. Raises ModelError."""
    if not weights.exists():
        raise ModelError(f"{weights}: there is no such model")
    card = weights.with_suffix(".json")
    if not card.is_file():
        raise ModelError(f"{weights}: its model card {card.name} is not beside it")
    return card


def predict(network: nn.Module, card: ModelCard, samples: Samples) -> Logits:
    """Returns logits (N, 7) in the card's label order. Puts the network into evaluation mode."""
    return np.concatenate(list(in_batches(network_runner(network), card, samples)))


def predict_model(
    card: ModelCard, card_path: Path, samples: Samples, on_progress: OnProgress = unwatched
) -> tuple[Logits, str]:
    """Returns logits (N, 7) of a saved model in its card's order, and the runtime that computed them."""
    run, runtime = model_runner(card, card_path)
    parts: list[Logits] = []
    for logits in in_batches(run, card, samples):
        parts.append(logits)
        on_progress("pictures classified", sum(map(len, parts)), len(samples))
    return np.concatenate(parts), runtime


def network_runner(network: nn.Module) -> Runner:
    """Returns a runner on the network's device. Puts the network into evaluation mode."""
    network.eval()
    device = next(network.parameters()).device

    @torch.inference_mode()
    def run(inputs: NDArray[np.float32]) -> Logits:
        tensor = torch.from_numpy(inputs).to(device, memory_format=torch.channels_last)
        logits: Logits = network(tensor).float().cpu().numpy()
        return logits

    return run


def model_runner(card: ModelCard, card_path: Path) -> tuple[Runner, str]:
    """Returns a runner of a saved model, and its runtime: 'onnx' as in the application, otherwise 'torch'."""
    if "onnx" not in card.files:
        return network_runner(load_network(card, card_path)), "torch"
    session = onnx_session(card.weights_file(card_path, "onnx"))
    name = session.get_inputs()[0].name
    return lambda inputs: session.run(None, {name: inputs})[0], "onnx"


def predict_mirrored(
    card: ModelCard, card_path: Path, samples: Samples, logits: Logits, on_progress: OnProgress = unwatched
) -> Logits:
    """Returns the mean of ``logits``, those of the pictures, and the logits of their mirror images."""

    def say(what: str, done: int, total: int) -> None:
        on_progress("mirror images classified", done, total)

    mirrored, _ = predict_model(card, card_path, samples.mirrored(), say)
    return np.mean([logits, mirrored], axis=0, dtype=np.float32)


def onnx_session(path: Path) -> onnxruntime.InferenceSession:
    """Returns a session with as many threads as torch. Raises ModelError for a file that cannot be loaded."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common base
        raise ModelError(f"{path}: the weights cannot be loaded ({error})") from error


def in_batches(run: Runner, card: ModelCard, samples: Samples) -> Iterator[Logits]:
    """Yields logits of a few hundred rows at a time, so that the caller can act in between."""
    for start in range(0, len(samples), _BATCH_SIZE):
        crops = [samples.images[row] for row in range(start, min(start + _BATCH_SIZE, len(samples)))]
        yield run(preprocess(crops, card))


def some_inputs(samples: Samples, card: ModelCard, count: int = 1024) -> torch.Tensor:
    """Returns up to ``count`` inputs (N, channels, S, S) float32, the same ones for the same samples."""
    rows = np.random.default_rng(0).permutation(len(samples))[:count]
    return torch.from_numpy(preprocess([samples.images[row] for row in rows], card))
