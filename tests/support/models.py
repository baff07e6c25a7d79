"""A tiny real ONNX model with its card, for tests that need a model but not a good one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard, sha256


def write_tiny_model(
    folder: Path, name: str = "tiny", *, input_size: int = 32, channels: int = 1, seed: int = 0
) -> Path:
    """Writes NAME.onnx (pools the input to 4x4, then one linear layer) and NAME.json; returns the card."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    stride = input_size // 4
    weight = generator.normal(0, 0.5, (channels * 16, 7)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node(
                "AveragePool", ["input"], ["pooled"], kernel_shape=[stride] * 2, strides=[stride] * 2
            ),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("Gemm", ["flat", "weight", "bias"], ["logits"]),
        ],
        name,
        [
            helper.make_tensor_value_info(
                "input", TensorProto.FLOAT, ["batch", channels, input_size, input_size]
            )
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 7])],
        [
            numpy_helper.from_array(weight, "weight"),
            numpy_helper.from_array(np.zeros(7, np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    weights = folder / f"{name}.onnx"
    onnx.save(model, str(weights))
    card = ModelCard(
        name=name,
        architecture="test_linear",
        input_size=input_size,
        channels=channels,
        native_size=None,
        mean=0.5,
        std=0.25,
        crop_margin=0.0,
        labels=EMOTIONS,
        class_prior=(0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35),
        temperature=1.0,
    )
    files = {"onnx": {"name": weights.name, "sha256": sha256(weights)}}
    path = folder / f"{name}.json"
    dataclasses.replace(card, files=files).save(path)
    return path
