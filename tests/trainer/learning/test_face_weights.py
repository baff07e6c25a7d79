from __future__ import annotations

import hashlib
import json
import tarfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import requests
import torch
import torch.nn.functional as F

from fer_desktop.core.models.network import build_model
from fer_desktop.core.paths import default_paths
from trainer.config import ConfigError
from trainer.learning import face_weights
from trainer.learning.face_weights import GREY_DEVIATION, Tensors
from trainer.learning.start_weights import load_start_weights

WIDTHS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
HALVING = (2, 4, 6, 12)


def published() -> Tensors:
    """Small random values under the names of the published network."""
    generator = np.random.default_rng(0)

    def some(*shape: int) -> np.ndarray:
        fan = np.prod(shape[:3]) if len(shape) == 4 else 4
        return generator.normal(0, 1 / np.sqrt(fan), shape).astype(np.float32)

    tensors = {"conv1/convolution/merged_input": some(3, 3, 3, 32) / GREY_DEVIATION}
    tensors["conv1_bn/batchnorm_1/sub"] = some(32)
    for number, (inputs, outputs) in enumerate(pairwise(WIDTHS), start=1):
        tensors[f"conv_dw_{number}/depthwise_kernel"] = some(3, 3, inputs, 1)
        tensors[f"conv_dw_{number}_bn/batchnorm_1/mul"] = 1 + some(inputs)
        tensors[f"conv_dw_{number}_bn/batchnorm_1/sub"] = some(inputs)
        tensors[f"conv_pw_{number}/convolution/merged_input"] = some(1, 1, inputs, outputs)
        tensors[f"conv_pw_{number}_bn/batchnorm_1/sub"] = some(outputs)
    return tensors


def their_maps(tensors: Tensors, grey: torch.Tensor) -> torch.Tensor:
    """What the published network makes of three equal planes, step by step as its graph has it."""

    def value(name: str) -> torch.Tensor:
        tensor = torch.from_numpy(tensors[name])
        return tensor.permute(3, 2, 0, 1) if tensor.ndim == 4 else tensor[:, None, None]

    maps = F.conv2d(grey.repeat(1, 3, 1, 1), value("conv1/convolution/merged_input"), stride=2, padding=1)
    maps = (maps + value("conv1_bn/batchnorm_1/sub")).clamp(0, 6)
    for number, width in enumerate(WIDTHS[:-1], start=1):
        kernel = value(f"conv_dw_{number}/depthwise_kernel").transpose(0, 1)
        stride = 2 if number in HALVING else 1
        maps = F.conv2d(maps, kernel, stride=stride, padding=1, groups=width)
        maps = maps * value(f"conv_dw_{number}_bn/batchnorm_1/mul")
        maps = (maps + value(f"conv_dw_{number}_bn/batchnorm_1/sub")).clamp(0, 6)
        maps = F.conv2d(maps, value(f"conv_pw_{number}/convolution/merged_input"))
        maps = (maps + value(f"conv_pw_{number}_bn/batchnorm_1/sub")).clamp(0, 6)
    return maps


@pytest.mark.parametrize("channels", [1, 3])
def test_the_filled_network_computes_what_theirs_computes(channels: int) -> None:
    tensors, network = published(), build_model("mobilenetv1_100", channels)
    classifier = network.get_submodule("classifier").weight.clone()  # type: ignore[operator]
    pictures = torch.randn(8, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    inputs = pictures.repeat(1, channels, 1, 1)
    face_weights.fill(network, tensors, inputs)
    expected = their_maps(tensors, GREY_DEVIATION * pictures)
    assert expected.std() > 0.1
    with torch.no_grad():
        assert torch.allclose(network.eval().forward_features(inputs), expected, atol=1e-3)  # type: ignore[operator]
        training = network.train().forward_features(inputs)  # type: ignore[operator]
    assert torch.allclose(training, expected, atol=1e-3)
    assert torch.equal(network.get_submodule("classifier").weight, classifier)  # type: ignore[arg-type]


def package(folder: Path, tensors: Tensors) -> bytes:
    """The npm package's two files, stored as there: half precision, one after the other."""
    entries = [
        {
            "name": name,
            "shape": list(tensor.shape),
            "dtype": "float32",
            "quantization": {"dtype": "float16"},
        }
        for name, tensor in tensors.items()
    ]
    values = b"".join(tensor.astype(np.float16).tobytes() for tensor in tensors.values())
    entries.insert(1, {"name": "axes", "shape": [2], "dtype": "int32"})
    first = next(iter(tensors.values())).size * 2
    values = values[:first] + np.array([1, 2], np.int32).tobytes() + values[first:]
    layout = json.dumps({"weightsManifest": [{"weights": entries}]}).encode()
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member, content in zip(face_weights.MEMBERS, (layout, values), strict=True):
            information = tarfile.TarInfo(member)
            information.size = len(content)
            archive.addfile(information, BytesIO(content))
    folder.mkdir(parents=True)
    (folder / "human-3.3.6.tgz").write_bytes(buffer.getvalue())
    return buffer.getvalue()


def test_a_run_starts_from_a_package_that_lies_there(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = published()
    content = package(default_paths().downloads, tensors)
    monkeypatch.setattr(face_weights, "CHECKSUM", f"sha512:{hashlib.sha512(content).hexdigest()}")
    network = build_model("mobilenetv1_100", 1)
    pictures = torch.randn(4, 1, 64, 64)
    assert load_start_weights(network, "mobilenetv1_100", 1, "faces", lambda: pictures) == "faces"
    kernel = torch.from_numpy(tensors["conv_pw_13/convolution/merged_input"]).permute(3, 2, 0, 1)
    stored = network.state_dict()["blocks.4.1.conv_pw.weight"]
    assert torch.allclose(stored, kernel, atol=1e-3)


def test_a_package_that_cannot_be_fetched_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*arguments: object, **options: object) -> None:
        raise requests.ConnectionError("no route")

    monkeypatch.setattr(face_weights.pooch, "retrieve", unreachable)
    network = build_model("mobilenetv1_100", 1)
    with pytest.raises(
        ConfigError, match=r"human-3\.3\.6\.tgz cannot be downloaded; put the file into .*downloads"
    ):
        load_start_weights(network, "mobilenetv1_100", 1, "faces", lambda: torch.zeros(1, 1, 64, 64))


def test_another_architecture_is_refused() -> None:
    network = build_model("test_efficientnet", 1)
    with pytest.raises(ConfigError, match="fit mobilenetv1_100 only, not test_efficientnet"):
        load_start_weights(network, "test_efficientnet", 1, "faces", lambda: torch.zeros(1, 1, 64, 64))
