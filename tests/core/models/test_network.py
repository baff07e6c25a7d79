from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.models.card import ModelCard, sha256

torch = pytest.importorskip("torch")

from fer_desktop.core.models.network import (  # noqa: E402
    build_model,
    classifier_name,
    load_network,
    save_weights,
)

pytestmark = pytest.mark.development
CARD = ModelCard("t", "test_efficientnet", 32, 1, None, 0.5, 0.25, 0.0, EMOTIONS, (1 / 7,) * 7, 1.0)


def saved(folder: Path, card: ModelCard = CARD) -> tuple[ModelCard, Path]:
    weights = folder / "t.safetensors"
    save_weights(build_model("test_efficientnet", 1), weights)
    files = {"safetensors": {"name": weights.name, "sha256": sha256(weights)}}
    return dataclasses.replace(card, files=files), folder / "t.json"


def test_round_trip_in_half_precision(tmp_path: Path) -> None:
    card, path = saved(tmp_path)
    network = load_network(card, path)
    assert not network.training
    assert next(network.parameters()).dtype == torch.float32
    assert network(torch.zeros(2, 1, 32, 32)).shape == (2, 7)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    card, path = saved(tmp_path)
    with pytest.raises(ModelError, match=r"3 channel\(s\); .*conv_stem"):
        load_network(dataclasses.replace(card, channels=3), path)
    with pytest.raises(ModelError, match="do not fit test_resnet"):
        load_network(dataclasses.replace(card, architecture="test_resnet"), path)


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    card, path = saved(tmp_path)
    weights = tmp_path / "t.safetensors"
    weights.write_bytes(b"junk" * 100)
    card.files["safetensors"]["sha256"] = sha256(weights)
    with pytest.raises(ModelError, match="cannot be read"):
        load_network(card, path)


def test_an_unknown_architecture_names_near_ones() -> None:
    with pytest.raises(ModelError, match=r"efficientnet_b9.*not an architecture.*efficientnet_b"):
        build_model("efficientnet_b9")


@pytest.mark.parametrize("name", ["efficientnet_b0", "efficientnet_b7", "mobilenetv3_large_100"])
def test_architectures_by_name_start_with_a_narrow_classifier(name: str) -> None:
    with torch.device("meta"):
        network = build_model(name, channels=1, drop_rate=0.1, drop_path_rate=0.1)
    assert network.get_submodule(classifier_name(network)).out_features == 7
