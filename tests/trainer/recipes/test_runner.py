"""A recipe of three tiny stages: trained, stopped, resumed, skipped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from torch import nn

from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.training.messages import RunStarted
from fer_desktop.core.training.run_folder import RunFolder
from tests.support.runs import Run, metrics
from trainer.__main__ import main
from trainer.recipes import RecipeError, StageRuns, load_recipe, run_stages
from trainer.recipes.manifest import card_path
from trainer.run.checkpoints import CHECKPOINT

pytestmark = pytest.mark.slow

RECIPE = """
name = "tiny"
[options]
architecture = "test_efficientnet"
input_size = 32
epochs = 2
batch_size = 28
learning_rate = 0.01
device = "cpu"
[stages.base]
role = "base"
start = "random"
[stages.student]
role = "student"
start = "base"
teachers = ["base"]
options = { teaching = "views" }
[stages.tiny]
role = "release"
start = "student"
average_with = ["student", "base"]
"""
NAMES = ["base", "student", "tiny"]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def in_this_process(command: list[str]) -> int:
    """What the command would do in a process of its own, without importing torch again."""
    assert command[:3] == [sys.executable, "-m", "trainer"]
    return main(command[3:])


@pytest.fixture(scope="module", autouse=True)
def quick_export(whole: Run) -> Iterator[None]:
    """Every ONNX file is that of another run: its export takes longer than the tiny stages."""

    def export_onnx(network: nn.Module, card: ModelCard, path: Path) -> float:
        shutil.copyfile(whole[0] / "tiny.onnx", path)
        return 0.0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.release.release.export_onnx", export_onnx)
        yield


@pytest.fixture(scope="module")
def finished(recipe: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a recipe that was run to its end; tests only read it."""
    folder = tmp_path_factory.mktemp("runs")
    assert run_stages(load_recipe(str(recipe)).stages, StageRuns(data, folder), in_this_process)
    return folder


def test_each_stage_uses_the_models_of_those_before_it(finished: Path) -> None:
    base, student, tiny = (ModelCard.load(card_path(finished, name)) for name in NAMES)
    assert base.training["start_weights"] == "random"
    assert student.training["start_weights"] == base.identity
    assert student.training["data"]["teachers"] == [base.identity]
    assert tiny.training["data"]["soup"] == [student.identity, base.identity]


def test_finished_stages_are_skipped(recipe: Path, data: Path, finished: Path) -> None:
    runs = StageRuns(data, finished, changes={"device": "auto", "checkpoint_minutes": 1.0})
    assert run_stages(load_recipe(str(recipe)).stages, runs, lambda command: pytest.fail("trained again"))


def test_a_stopped_recipe_goes_on_where_it_was(
    recipe: Path, data: Path, finished: Path, tmp_path: Path
) -> None:
    """A signal comes in the second stage; the same command resumes it."""
    shutil.copytree(finished / "base", tmp_path / "base")
    trainer = [sys.executable, "-m", "trainer", "recipe", str(recipe)]
    arguments = [*trainer, "--data", str(data), "--output", str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["type"] == "run_started":
                break
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(output.splitlines()[-1])["outcome"] == "stopped"
    assert "stage 1 of 3, base (base): finished already" in log
    assert "stage 2 of 3, student (student): stopped" in log
    assert (tmp_path / "student" / CHECKPOINT).exists()
    assert run_stages(load_recipe(str(recipe)).stages, StageRuns(data, tmp_path), in_this_process)
    starts = [item for item in RunFolder(tmp_path / "student").messages() if isinstance(item, RunStarted)]
    assert starts[0].resumed_at == 0
    assert starts[1].resumed_at > 0
    for name in NAMES:
        assert metrics(tmp_path / name) == metrics(finished / name)
        weights = f"{name}.safetensors"
        assert (tmp_path / name / weights).read_bytes() == (finished / name / weights).read_bytes()


def test_several_processes_share_a_stage(recipe: Path, data: Path, tmp_path: Path) -> None:
    stage = load_recipe(str(recipe)).stages[0]
    several = StageRuns(data, tmp_path, data / "votes.csv", processes=2).command(stage)
    torchrun = [
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "-m",
        "trainer",
        "train",
    ]
    assert several[1 : 1 + len(torchrun)] == torchrun
    assert several[-2:] == ["--output", str(tmp_path / "base")]
    assert str(data / "votes.csv") in several


def test_a_model_of_other_options_is_not_taken_for_the_stage(
    recipe: Path, data: Path, finished: Path
) -> None:
    runs = StageRuns(data, finished, changes={"epochs": 1})
    with pytest.raises(
        RecipeError, match="this model was trained with another epochs; choose another --output"
    ):
        run_stages(load_recipe(str(recipe)).stages, runs)


def test_a_model_of_a_stage_that_changed_since_is_not_taken(
    recipe: Path, data: Path, finished: Path, tmp_path: Path
) -> None:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    content = json.loads(card_path(tmp_path, "base").read_text(encoding="utf-8"))
    content["files"]["safetensors"]["sha256"] = "0" * 64
    card_path(tmp_path, "base").write_text(json.dumps(content), encoding="utf-8")
    message = "student.json: this model was made from other models than those of base now"
    with pytest.raises(RecipeError, match=message):
        run_stages(load_recipe(str(recipe)).stages, StageRuns(data, tmp_path))


def test_a_stage_that_fails_ends_the_recipe(recipe: Path, tmp_path: Path) -> None:
    stages, runs = load_recipe(str(recipe)).stages, StageRuns(tmp_path / "absent", tmp_path / "runs")
    with pytest.raises(RecipeError, match="stage 'base' failed with exit code 1"):
        run_stages(stages, runs, in_this_process)
    assert not (tmp_path / "runs" / "student").exists()


def test_options_that_do_not_fit_a_stage_are_refused_before_the_first_run(
    recipe: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["recipe", str(recipe), "--data", str(data), "--output", str(tmp_path), "--small-epochs", "2"]
    assert main(arguments) == 1
    assert "stage 'base': --small-epochs is 2" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", [["--name", "x"], ["--teachers", "x"], ["--processes", "0"]])
def test_what_the_recipe_sets_cannot_be_changed(recipe: Path, option: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["recipe", str(recipe), "--data", "x", *option])
    assert caught.value.code == 2
