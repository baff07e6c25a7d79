from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import safetensors.torch
import torch

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.network import load_network
from fer_desktop.core.training.messages import RunStarted
from tests.support.runs import TINY, Run, run
from trainer.config import ConfigError
from trainer.learning.soup import Soup
from trainer.run.session import BEST_WEIGHTS

pytestmark = pytest.mark.slow


def test_each_weight_is_the_mean_over_all_models(whole: Run) -> None:
    card = whole[0] / "tiny.json"
    own = load_network(ModelCard.load(card), card).state_dict()
    others = Soup(dataclasses.replace(TINY, soup=f"{card}, {card}"))
    shifted = {name: tensor + 3 if tensor.is_floating_point() else tensor + 1 for name, tensor in own.items()}
    for name, tensor in others.with_others(shifted).items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, own[name] + 1)
        else:
            assert torch.equal(tensor, shifted[name])


def test_without_others_the_weights_are_as_they_were(whole: Run) -> None:
    weights = safetensors.torch.load_file(whole[0] / BEST_WEIGHTS)
    same = Soup(TINY).with_others(weights)
    assert all(torch.equal(same[name], tensor) for name, tensor in weights.items())


def test_a_finished_run_is_released_again_with_others_averaged_in(
    data: Path, whole: Run, tmp_path: Path
) -> None:
    shutil.copytree(whole[0], tmp_path / "run")
    other = run(data, tmp_path / "other", dataclasses.replace(TINY, epochs=1, seed=5))
    assert other
    soup = tmp_path / "other" / "tiny.json"
    started = run(data, tmp_path / "run", dataclasses.replace(TINY, soup=str(soup)))[0]
    assert isinstance(started, RunStarted)
    assert started.resumed_at == started.steps
    assert started.data["soup"] == [ModelCard.load(soup).identity]
    card = ModelCard.load(tmp_path / "run" / "tiny.json")
    assert card.training["config"]["soup"] == str(soup)
    released = load_network(card, tmp_path / "run" / "tiny.json").state_dict()
    best = safetensors.torch.load_file(tmp_path / "run" / BEST_WEIGHTS)
    added = load_network(ModelCard.load(soup), soup).state_dict()
    for name in (name for name in best if name.endswith("weight")):
        torch.testing.assert_close(released[name], (best[name] + added[name]) / 2, rtol=1e-2, atol=1e-3)


def test_a_model_of_another_network_is_named(data: Path, whole: Run, tmp_path: Path) -> None:
    config = dataclasses.replace(TINY, architecture="test_resnet", soup=str(whole[0] / "tiny.json"))
    with pytest.raises(ConfigError, match=r"--soup .*tiny.json: the model is test_efficientnet"):
        run(data, tmp_path, config)
