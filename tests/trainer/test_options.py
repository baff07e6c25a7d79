"""What the window's form is made from, and its presets."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.paths import default_paths
from fer_desktop.core.training.messages import Epoch, Finished
from tests.support.runs import TINY, Run, run
from tests.trainer.data.test_folders import write_class
from trainer.config import ConfigError, TrainConfig
from trainer.learning import start_weights
from trainer.options import WINDOW_PRESETS, changes, describe, fields

pytestmark = pytest.mark.slow

PRESETS = {preset.id: preset for preset in WINDOW_PRESETS}


def test_the_command_says_it_without_loading_torch() -> None:
    program = (
        "import sys; from trainer.__main__ import main; main(['options']); "
        "sys.exit(1 if 'torch' in sys.modules or 'timm' in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == describe()


def test_a_form_can_be_made_of_the_fields() -> None:
    groups = describe()["groups"]
    config = TrainConfig().to_dict()
    assert [field["name"] for field in fields()] == list(config)
    for field in fields():
        assert field["default"] == config[field["name"]]
        assert field["group"] in groups
        assert field["help"]
        assert field["kind"] in ("bool", "int", "float", "str", "choice")
        assert (field["kind"] == "choice") == bool(field["choices"])
        if field["kind"] in ("int", "float"):
            assert field["low"] <= field["default"] <= field["high"]
    assert {field["group"] for field in fields()} == set(groups)


@pytest.mark.parametrize("side", ["low", "high"])
def test_the_ends_of_the_ranges_are_allowed(side: str) -> None:
    for field in fields():
        if field[side] is None or (field["name"], side) == ("epochs", "low"):
            continue
        TrainConfig.from_dict(
            {"epochs": 10_000, "small_epochs": 0, field["name"]: field[side]}
            | ({"epochs": 10_000, "small_epochs": 9_999} if field["name"] == "small_epochs" else {})
        )


def test_a_preset_is_what_it_changes() -> None:
    told = {preset["id"]: preset["config"] for preset in describe()["presets"]}
    assert list(told) == ["quick-check", "fine-tune", "full-run"]
    for name, config in told.items():
        assert TrainConfig.from_dict(config) == PRESETS[name].load()
        assert changes(TrainConfig.from_dict(config)) == config


def test_fine_tuning_fits_the_bundled_model() -> None:
    config, card = PRESETS["fine-tune"].load(), ModelCard.load(default_paths().default_model)
    assert config.start == "bundled"
    for name in ("architecture", "channels", "input_size", "native_size", "standardise", "crop_margin"):
        assert (getattr(config, name) or None) == (getattr(card, name) or None), name


def test_fine_tuning_works_on_a_few_dozen_pictures_of_three_emotions(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a tiny model in the place of the bundled one; fear has too few pictures to be held out."""
    for emotion, (name, count) in enumerate({"angry": 20, "disgust": 19, "fear": 1}.items()):
        write_class(tmp_path / "data" / "train" / name, emotion, count)
    paths = default_paths()
    assert paths.default_model.is_file()
    bundled = whole[0] / "tiny.json"
    monkeypatch.setattr(start_weights, "default_paths", lambda: _Bundled(bundled))
    config = dataclasses.replace(
        PRESETS["fine-tune"].load(), architecture=TINY.architecture, input_size=TINY.input_size, device="cpu"
    )
    messages = run(tmp_path / "data", tmp_path / "run", config)
    epochs = [message for message in messages if isinstance(message, Epoch)]
    assert len(epochs) == config.epochs
    assert set(epochs[-1].validation["per_class_recall"]) == {"anger", "disgust"}
    assert isinstance(messages[-1], Finished)
    card = ModelCard.load(Path(messages[-1].card or ""))
    assert card.training["start_weights"] == ModelCard.load(bundled).identity
    assert card.neutral_reference is None


@dataclasses.dataclass
class _Bundled:
    default_model: Path


def test_a_bundled_model_of_another_kind_is_named(whole: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_weights, "default_paths", lambda: _Bundled(whole[0] / "tiny.json"))
    network = start_weights.timm.create_model("test_resnet", num_classes=7, in_chans=1)
    with pytest.raises(ConfigError, match="the model is test_efficientnet with 1 channel"):
        start_weights.load_start_weights(network, "test_resnet", 1, "bundled")
