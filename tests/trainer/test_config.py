from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trainer.cli.arguments import parser, train_config
from trainer.config import ConfigError, TrainConfig


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
