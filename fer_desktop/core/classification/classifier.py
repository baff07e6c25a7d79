"""The classifier protocol, and the choice of runtime and device."""

from __future__ import annotations

import importlib.util
import logging
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.classification.onnx_classifier import OnnxClassifier
from fer_desktop.core.models import DEFAULT_TAU, ModelCard
from fer_desktop.core.types import Image

log = logging.getLogger(__name__)

DEVICES: tuple[str, ...] = ("auto", "cpu", "cuda", "mps")
Runtime = Literal["onnx", "torch"]

_GPU_NAMES = {"cuda": "NVIDIA graphics card (CUDA)", "mps": "Apple graphics unit (MPS)"}
_GPU_NODES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
_TORCH_PACKAGES = ("torch", "timm", "safetensors")


class EmotionClassifier(Protocol):
    """Gives the probability of each emotion for each face crop. Used by one thread at a time.

    card: the model in use. runtime: "onnx" or "torch". device: "cpu", "cuda" or "mps".
    notice: why the device is not the one asked for, in plain words; None when it is.
    tau: strength of the logit adjustment, 0 (natural) to 1 (balanced). It may be set at any time.
    """

    card: ModelCard
    runtime: str
    device: str
    notice: str | None
    tau: float

    def classify(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        """Returns probabilities (N, 7) in the order of EMOTIONS, each row with sum 1.

        crops: N >= 0 crops of any size, (H, W, 3) BGR or (H, W) grey uint8.
        """
        ...


def create_classifier(
    card_path: Path,
    *,
    device: str = "auto",
    tau: float = DEFAULT_TAU,
    threads: int | None = None,
    runtime: Runtime | None = None,
) -> EmotionClassifier:
    """Returns the classifier of a model card on one of DEVICES.

    "auto" takes a graphics card that PyTorch can use, else the CPU. If a named graphics card cannot be used,
    the CPU replaces it and the notice says why. On the CPU the model runs in ONNX Runtime. It runs in PyTorch
    there for runtime="torch" and for a model without ONNX weights. runtime="onnx" always means the CPU.
    threads: of the CPU; None for at most two.
    Raises ModelError when the card or the weights are missing, damaged or do not fit.
    """
    if device not in DEVICES:
        raise ValueError(f"device is '{device}', allowed are {', '.join(DEVICES)}")
    card = ModelCard.load(card_path)
    notice = None
    gpu = _probable_gpu() if device == "auto" else device
    if gpu in _GPU_NAMES and runtime != "onnx":
        classifier, reason = _on_gpu(card, card_path, gpu, tau)
        if classifier is not None:
            return classifier
        message = f"The {_GPU_NAMES[gpu]} is not used: {reason}. The model runs on the processor."
        log.info("%s", message)
        notice = message if device != "auto" else None

    threads = threads or min(2, os.cpu_count() or 1)
    if runtime == "torch" or (runtime is None and "onnx" not in card.files and _torch_is_installed()):
        from fer_desktop.core.classification.torch_classifier import TorchClassifier

        return TorchClassifier(card, card_path, device="cpu", tau=tau, threads=threads, notice=notice)
    return OnnxClassifier(card, card_path, tau=tau, threads=threads, notice=notice)


def _on_gpu(
    card: ModelCard, card_path: Path, device: str, tau: float
) -> tuple[EmotionClassifier | None, str]:
    """Returns the classifier on a graphics card after a first run, or None and the reason in plain words."""
    if "safetensors" not in card.files:
        return None, "this model has no weights for PyTorch"
    if not _torch_is_installed():
        return None, "PyTorch is not installed (pip install 'fer-desktop[torch]')"
    try:
        from fer_desktop.core.classification.torch_classifier import TorchClassifier, is_usable

        if not is_usable(device):
            return None, "PyTorch finds none on this computer that it can use"
        classifier = TorchClassifier(card, card_path, device=device, tau=tau)
        classifier.classify([np.zeros((card.input_size, card.input_size), dtype=np.uint8)])
    except (ImportError, OSError, RuntimeError) as error:
        return None, f"it fails with '{str(error).splitlines()[0]}'"
    return classifier, ""


def _torch_is_installed() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in _TORCH_PACKAGES)


def _probable_gpu() -> str:
    """Returns the device that the drivers suggest. Computers without one save seconds of importing
    PyTorch."""
    match platform.system():
        case "Darwin":
            return "mps" if platform.machine() == "arm64" else "cpu"
        case "Windows":
            driver = Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32/nvcuda.dll")
            return "cuda" if driver.exists() else "cpu"
        case _:
            return "cuda" if any(Path(node).exists() for node in _GPU_NODES) else "cpu"
