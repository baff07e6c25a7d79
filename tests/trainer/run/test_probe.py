from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from fer_desktop.core.training.messages import Progress, RunStarted, parse_line
from tests.support.fer2013 import write_fer2013
from tests.support.runs import TINY, Run, run
from tests.trainer.data.test_folders import write_class
from trainer.__main__ import main
from trainer.config import ConfigError, TrainConfig
from trainer.data import DataError, Samples, digest
from trainer.run.prepare import PreparedRun, TrainingRows, prepare
from trainer.run.probe import EXPORT_S, RELEASE_VALIDATIONS, probe


def probed(data: Path, config: TrainConfig = TINY, **changes: Any) -> dict[str, Any]:
    return probe(dataclasses.replace(config, **changes), data, seconds=0.05)


def test_rows_and_steps_are_those_of_the_run(data: Path, whole: Run) -> None:
    started = next(message for message in whole[1] if isinstance(message, RunStarted))
    found = probed(data)
    assert found["device"] == started.device == "cpu"
    assert found["rows"] == started.data["trained_on"]
    assert found["steps_per_epoch"] * TINY.epochs == started.steps


def test_a_limit_takes_the_rows_of_the_run(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Samples] = []

    def noting(config: TrainConfig, rows: TrainingRows, *more: Any, **options: Any) -> PreparedRun:
        seen.append(rows.samples)
        return prepare(config, rows, *more, **options)

    for module in ("probe", "train"):
        monkeypatch.setattr(f"trainer.run.{module}.prepare", noting)
    config = dataclasses.replace(TINY, limit=30)
    probed(data, config)
    run(data, tmp_path, config, stop_after=1)
    of_probe, of_run = seen
    assert len(of_probe) == 30
    assert digest(of_probe) == digest(of_run)


def test_the_times_add_up(data: Path) -> None:
    found = probed(data)
    training = TINY.epochs * (found["steps_per_epoch"] * found["step_s"] + found["validation_s"])
    release = RELEASE_VALIDATIONS * found["validation_s"] + EXPORT_S
    assert found["total_s"] == pytest.approx(found["start_s"] + training + release)
    assert found["epoch_s"] == pytest.approx(training / TINY.epochs)
    assert found["images_per_s"] == pytest.approx(TINY.batch_size / found["step_s"])
    assert found["peak_bytes"] > 50e6


def test_each_input_size_of_the_run_is_tried(data: Path) -> None:
    said: list[str] = []
    config = dataclasses.replace(TINY, small_size=16, small_epochs=1)
    probe(config, data, seconds=0.05, on_progress=lambda what, done, total: said.append(what))
    assert [size for size in (16, 32) if f"seconds of steps at {size} px tried" in said] == [16, 32]


@pytest.mark.parametrize(
    "changes",
    [
        {"mixup": 0.2, "cutmix": 1.0, "sam_radius": 0.05, "balance": 0.5, "augment": "webcam"},
        {"limit": 5, "batch_size": 64},
        {"workers": 1},
    ],
)
def test_it_works_for_all_that_a_step_may_do(data: Path, changes: dict[str, Any]) -> None:
    found = probed(data, **changes)
    assert found["step_s"] > 0
    assert found["rows"] == changes.get("limit", 84)


def test_teachers_take_time(data: Path) -> None:
    found = probed(data, teachers="a.json,b.json")
    rest = found["total_s"] - found["start_s"] - 3 * found["epoch_s"] - EXPORT_S
    asked = 2 * 2 * 84 / 28  # two teachers, pictures and mirror images, three times the validation rows
    assert rest == pytest.approx((RELEASE_VALIDATIONS + asked) * found["validation_s"])


def test_teachers_of_views_take_their_time_in_each_step(data: Path, whole: Run) -> None:
    found = probed(data, teachers=str(whole[0] / "tiny.json"), teaching="views")
    rest = found["total_s"] - found["start_s"] - 3 * found["epoch_s"] - EXPORT_S
    assert rest == pytest.approx(RELEASE_VALIDATIONS * found["validation_s"])


def test_what_a_run_would_refuse_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are no validation rows"):
        probed(write_fer2013(tmp_path, validation=0))
    with pytest.raises(ConfigError, match="vit_tiny_patch16_224 cannot take 32 x 32 pixels"):
        probed(data, architecture="vit_tiny_patch16_224")


def test_the_command_writes_nothing_but_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.run.probe.probe.__kwdefaults__", {**probe.__kwdefaults__, "seconds": 0.05})
    monkeypatch.chdir(tmp_path)
    write_class(tmp_path / "train" / "happy", 3, 12)
    before = sorted(tmp_path.rglob("*"))
    arguments = ["--architecture", "test_efficientnet", "--input-size", "32", "--device", "cpu"]
    assert main(["probe", "--data", str(tmp_path), *arguments]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert {type(parse_line(line)) for line in lines} == {Progress}
    assert set(json.loads(last)) == {
        "device", "rows", "steps_per_epoch", "step_s", "images_per_s", "validation_s", "epoch_s", "start_s",
        "total_s", "peak_bytes",
    }  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == before
