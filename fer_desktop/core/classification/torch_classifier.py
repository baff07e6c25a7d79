"""The emotion classifier on PyTorch: CUDA, MPS or the CPU. Imported only where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fer_desktop.core.models import ModelCard, preprocess, probabilities
from fer_desktop.core.models.network import load_network
from fer_desktop.core.types import Image


class TorchClassifier:
    """Classifies all faces of a frame in one batch, in full float32 so that it agrees with ONNX Runtime."""

    runtime = "torch"

    def __init__(
        self,
        card: ModelCard,
        card_path: Path,
        *,
        device: str,
        tau: float,
        threads: int | None = None,
        notice: str | None = None,
    ) -> None:
        """Loads the weights onto a device.

        device: "cpu", "cuda" or "mps". threads: of PyTorch in the whole process; None leaves them.
        Raises ModelError when the weights are missing, damaged or do not fit, RuntimeError when the device
        fails.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        self.card = card
        self.device = device
        self.tau = tau
        self.notice = notice
        torch.backends.cudnn.allow_tf32 = False  # its 10-bit mantissa moves probabilities by more than 1e-4
        self._network = load_network(card, card_path).to(memory_format=torch.channels_last).to(device)

    def classify(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        if not crops:
            return np.empty((0, len(self.card.labels)), dtype=np.float32)
        inputs = torch.from_numpy(preprocess(crops, self.card))
        with torch.inference_mode():
            logits = self._network(inputs.to(self.device, memory_format=torch.channels_last))
        return probabilities(logits.float().cpu().numpy(), self.card, self.tau)


def is_usable(device: str) -> bool:
    """Whether this PyTorch can use "cuda" or "mps" on this computer."""
    return torch.cuda.is_available() if device == "cuda" else torch.backends.mps.is_available()
