"""Export of a torch network to ONNX, with a check against the original."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

from fer_desktop.core.errors import ModelError
from fer_desktop.core.files import whole_file
from fer_desktop.core.models import ModelCard
from trainer.evaluation.predict import onnx_session

PARITY = 1e-4
OPSET = 18


def export_onnx(network: nn.Module, card: ModelCard, path: Path) -> float:
    """Writes the network as float32 with a dynamic batch, and returns its largest deviation in probability.

    Input ``input`` (N, channels, S, S) float32, output ``logits`` (N, 7). Raises ModelError, and leaves no
    file, when the probabilities of ONNX Runtime and torch differ by more than 1e-4.
    """
    network = network.eval().cpu().to(memory_format=torch.contiguous_format)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with whole_file(path) as temporary:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                (torch.zeros(2, *card.input_shape),),
                temporary,
                input_names=["input"],
                output_names=["logits"],
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                opset_version=OPSET,
                external_data=False,
                dynamo=True,
                verbose=False,
            )
        deviation = largest_deviation(network, card, temporary)
        if deviation > PARITY:
            raise ModelError(
                f"{path}: ONNX Runtime differs from torch by {deviation:.1e}; allowed is {PARITY:.0e}"
            )
    return deviation


def largest_deviation(network: nn.Module, card: ModelCard, path: Path) -> float:
    """Returns the largest difference in probability to ONNX Runtime, on random batches of 1, 3 and 8."""
    session = onnx_session(path)
    generator = np.random.default_rng(0)
    deviation = 0.0
    for size in (1, 3, 8):
        inputs = generator.normal(size=(size, *card.input_shape)).astype(np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(inputs)).softmax(dim=1).numpy()
        logits = torch.from_numpy(session.run(["logits"], {"input": inputs})[0])
        deviation = max(deviation, float(np.abs(logits.softmax(dim=1).numpy() - expected).max()))
    return deviation
