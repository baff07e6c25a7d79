from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import trainer
from fer_desktop.core.paths import default_paths
from trainer.arguments import parser, train_config
from trainer.config import ConfigError, TrainConfig
from trainer.start_weights import NAMED


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "--epochs is 0; allowed are 1 to 10000"),
        ({"channels": 2}, "--channels is 2; allowed are 1 and 3"),
        ({"schedule": "step"}, "--schedule is 'step'; possible are one-cycle, cosine, constant"),
        ({"small_epochs": 5, "epochs": 5}, "--small-epochs is 5; needed are fewer than all 5"),
        ({"limit": 1}, "--limit is 1; allowed are 0"),
        ({"name": "../up"}, "--name is '../up'; it names files"),
        ({"name": ""}, "--name is ''"),
        ({"learning_rate": float("nan")}, "--learning-rate is nan"),
        ({"speed": 3}, "unknown training options: speed"),
        ({"epochs": "many"}, "training option epochs is 'many'"),
    ],
)
def test_bad_values_are_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        TrainConfig.from_dict(values)


def test_round_trip() -> None:
    config = TrainConfig(epochs=3, mixup=0.2)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_options_win_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text('{"epochs": 3, "batch_size": 16, "compile": true}')
    options = parser().parse_args(
        ["train", "--data", "x", "--config", str(file), "--epochs", "5", "--no-compile"]
    )
    config = train_config(options)
    assert (config.epochs, config.batch_size, config.compile) == (5, 16, False)


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text("{")
    with pytest.raises(ConfigError, match=r"run\.json"):
        TrainConfig.load(file)


@pytest.mark.parametrize("name", ["fer7", "fer7-original"])
def test_the_preset_is_what_the_bundled_model_was_trained_with(name: str) -> None:
    preset = TrainConfig.load(Path(trainer.__file__).with_name("presets") / f"{name}.json")
    card = json.loads((default_paths().bundled_models / f"{name}.json").read_text(encoding="utf-8"))
    assert preset == TrainConfig.from_dict(card["training"]["config"])


def test_each_stage_of_make_model_needs_only_those_before_it() -> None:
    presets = Path(trainer.__file__).with_name("presets")
    makefile = presets.parents[1] / "Makefile"
    lines = makefile.read_text("utf-8").replace("\\\n", " ").splitlines()
    line = next(line for line in lines if line.startswith("STAGES :="))
    made: set[str] = set(NAMED)
    for stage in line.partition(":=")[2].split():
        config = TrainConfig.load(presets / f"{stage}.json")
        assert config.name == stage
        needed = {config.start, *map(Path.as_posix, config.teacher_paths + config.soup_paths)}
        assert needed <= made
        made.add(f"runs/{stage}/{stage}.json")
    assert {"runs/fer7/fer7.json", "runs/fer7-original/fer7-original.json"} <= made
