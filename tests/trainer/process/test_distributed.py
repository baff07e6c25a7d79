"""Two processes that torchrun starts, against one that does the same batches alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import TINY, Run, metrics
from trainer.__main__ import main
from trainer.config import ConfigError
from trainer.process.distributed import Processes, choose_device
from trainer.run.checkpoints import CHECKPOINT

pytestmark = pytest.mark.slow

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


def start(data: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
    """The options are in a file, since torchrun takes --start for a shortened option of its own."""
    config = data / "tiny.json"
    config.write_text(json.dumps(TINY.to_dict()), encoding="utf-8")
    arguments = ["trainer", "train", "--data", str(data), "--output", str(folder), "--config", str(config)]
    return subprocess.Popen(
        [*TORCHRUN, *arguments, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )


def finish(process: subprocess.Popen[str], line: str = "") -> list[dict[str, object]]:
    output, errors = process.communicate(line, timeout=110)
    assert process.returncode == 0, errors
    return [json.loads(text) for text in output.splitlines()]


@pytest.fixture(scope="module")
def pair(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, object]]]:
    """The folder and the messages of an uninterrupted run of two processes."""
    folder = tmp_path_factory.mktemp("pair")
    return folder, finish(start(data, folder))


def test_two_processes_equal_one(whole: Run, pair: tuple[Path, list[dict[str, object]]]) -> None:
    """Each has half of every batch, so two times 14 rows are compared with 28 of one."""
    folder, messages = pair
    kinds = [message["type"] for message in messages]
    assert kinds.count("run_started") == kinds.count("finished") == 1
    assert kinds.count("checkpoint") == 3
    assert not list(folder.glob("*.part"))
    alone, together = metrics(whole[0]), metrics(folder)
    losses = [[float(row["train_loss"]) for row in rows] for rows in (alone, together)]
    assert losses[1] == pytest.approx(losses[0], rel=0.15)
    assert losses[1][-1] < losses[1][0]


def test_a_line_stops_both_and_they_resume_as_if_never_stopped(
    data: Path, tmp_path: Path, pair: tuple[Path, list[dict[str, object]]]
) -> None:
    process = start(data, tmp_path)
    messages = finish(process, "stop\n")  # heard before the first step
    assert messages[-1]["outcome"] == "stopped"
    assert messages[-2]["type"] == "checkpoint"
    assert messages[-1]["step"] == 1
    assert finish(start(data, tmp_path))[-1]["outcome"] == "completed"
    assert metrics(tmp_path) == metrics(pair[0])


def test_a_signal_stops_both_with_a_checkpoint(data: Path, tmp_path: Path) -> None:
    process = start(data, tmp_path, "--epochs", "5000")
    assert process.stdout is not None
    for text in process.stdout:
        if json.loads(text)["type"] == "epoch":
            break
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert json.loads(output.splitlines()[-1])["outcome"] == "stopped"
    assert (tmp_path / CHECKPOINT).exists()


@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_batch_that_cannot_be_shared_is_refused_once(
    data: Path, tmp_path: Path, rank: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["train", "--data", str(data), "--output", str(tmp_path), "--batch-size", "27"]) == 1
    output, errors = capsys.readouterr()
    said = "--batch-size is 27, which 2 processes cannot share evenly"
    assert [json.loads(text)["message"] for text in output.splitlines()] == [said] * (rank == "0")
    assert errors.count(f"error: {said}") == (rank == "0")


def test_one_alone_needs_no_group() -> None:
    alone = Processes()
    assert alone.leads
    alone.wait_for_leader()
    assert alone.all_equal(7)


def test_several_must_see_the_same_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    def another_step(values: list[int], own: int) -> None:
        values[:] = [own, own + 3]

    monkeypatch.setattr("torch.distributed.all_gather_object", another_step)
    assert not Processes(0, 2).all_equal(5)


def test_a_device_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.process.distributed.torch.cuda.is_available", lambda: False)
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(ConfigError, match="--device cuda"):
        choose_device("cuda")
