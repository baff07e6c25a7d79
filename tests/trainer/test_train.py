"""Whole runs on a tiny generated data set with timm's smallest EfficientNet."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.model import ModelCard, preprocess
from tests.support.fer2013 import write_fer2013
from trainer.__main__ import main
from trainer.augment import TrainingBatches
from trainer.checkpoints import CheckpointError
from trainer.config import ConfigError, TrainConfig
from trainer.datasets import load_dataset
from trainer.evaluate import evaluate, find_card
from trainer.messages import Checkpoint, Epoch, Finished, Message, RunStarted
from trainer.predict import predict_model
from trainer.release import export_model
from trainer.samples import DataError
from trainer.train import CHECKPOINT, TrainingError, learning_rate_factor, train

TINY = TrainConfig(
    name="tiny",
    architecture="test_efficientnet",
    input_size=32,
    start="random",
    epochs=3,
    batch_size=28,
    learning_rate=0.01,
    device="cpu",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fer2013(tmp_path_factory.mktemp("data"))


def run(data: Path, folder: Path, config: TrainConfig = TINY, stop_after: int | None = None) -> list[Message]:
    """All messages of a run; ``stop_after``: ask for a stop after so many steps."""
    steps = 0

    def should_stop() -> bool:
        nonlocal steps
        steps += 1
        return steps == stop_after

    return list(train(config, data, None, folder, should_stop))


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Message]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(data, folder)


def metrics(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_reports_and_leaves_a_model(whole: tuple[Path, list[Message]]) -> None:
    folder, messages = whole
    assert isinstance(messages[0], RunStarted)
    assert messages[0].start_weights == "random"
    assert [message.epoch for message in messages if isinstance(message, Epoch)] == [1, 2, 3]
    assert messages[-1] == Finished("completed", 9, str(folder / "tiny.json"), messages[-1].seconds)  # type: ignore[union-attr]
    card = ModelCard.load(folder / "tiny.json")
    for kind in ("onnx", "safetensors"):
        card.weights_file(folder / "tiny.json", kind)
    assert card.metrics["validation"]["balanced"]["tau"] == 0.75
    assert (folder / "figures" / "curves.png").stat().st_size > 1000
    assert (folder / "figures" / "confusion.png").stat().st_size > 1000
    assert not list(folder.rglob("*.part"))


def test_it_learns(data: Path, tmp_path: Path) -> None:
    """Far above the 1/7 of chance, by the application's preprocessing and the released ONNX file."""
    config = dataclasses.replace(TINY, epochs=14, augment=False, ema_decay=0.5, drop_path_rate=0.0)
    run(data, tmp_path, config)
    assert evaluate(data, tmp_path / "tiny.onnx")["ferplus7_accuracy"] > 0.6


@pytest.mark.parametrize("steps", [1, 3, 5])
def test_a_resumed_run_equals_an_uninterrupted_one(
    data: Path, whole: tuple[Path, list[Message]], tmp_path: Path, steps: int
) -> None:
    folder, _ = whole
    first = run(data, tmp_path, stop_after=steps)
    assert isinstance(first[-2], Checkpoint)
    assert first[-1] == Finished("stopped", steps, None, first[-1].seconds)  # type: ignore[union-attr]
    second = run(data, tmp_path)
    assert isinstance(second[0], RunStarted)
    assert second[0].resumed_at == steps
    assert metrics(tmp_path) == metrics(folder)
    assert (tmp_path / "tiny.safetensors").read_bytes() == (folder / "tiny.safetensors").read_bytes()


def test_worker_processes_change_nothing(
    data: Path, whole: tuple[Path, list[Message]], tmp_path: Path
) -> None:
    config = dataclasses.replace(TINY, workers=2)
    run(data, tmp_path, config, stop_after=4)
    run(data, tmp_path, config)
    assert metrics(tmp_path) == metrics(whole[0])


def test_other_options_do_not_resume(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, stop_after=1)
    with pytest.raises(CheckpointError, match="another learning_rate"):
        run(data, tmp_path, dataclasses.replace(TINY, learning_rate=0.02))


def test_a_damaged_checkpoint_is_refused(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, stop_after=1)
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="cannot be read"):
        run(data, tmp_path)


def test_a_full_disk_keeps_the_checkpoint_before(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(data, tmp_path, stop_after=1)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def full(content: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("PytorchStreamWriter failed writing file data/3: file write failed")

    monkeypatch.setattr("trainer.checkpoints.torch.save", full)
    with pytest.raises(CheckpointError, match="the one before is kept"):
        run(data, tmp_path, stop_after=1)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_a_run_that_diverges_says_what_to_do(data: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(
        TINY, learning_rate=10.0, clip_norm=0.0, epochs=200, augment=False, warmup=0.0
    )
    with pytest.raises(TrainingError, match="start again in another folder"), np.errstate(all="ignore"):
        run(data, tmp_path, dataclasses.replace(config, weight_decay=10.0))


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 training rows are left"):
        run(write_fer2013(tmp_path / "data", train=1), tmp_path / "run")


@pytest.mark.parametrize(
    ("votes", "expected"), [(True, {"ferplus7_accuracy": float}), (False, {"ferplus7_accuracy": type(None)})]
)
def test_figures_are_named_after_the_labels(
    whole: tuple[Path, list[Message]], tmp_path: Path, votes: bool, expected: dict[str, type]
) -> None:
    result = evaluate(write_fer2013(tmp_path, votes=votes), whole[0] / "tiny.json")
    for figures in (result, result["balanced"]):
        assert type(figures["ferplus7_accuracy"]) is expected["ferplus7_accuracy"]
        assert 0 <= figures["accuracy"] <= 1
        assert 0 <= figures["fer2013_accuracy"] <= 1


def test_private_rows_come_with_a_reminder(
    data: Path, whole: tuple[Path, list[Message]], capsys: pytest.CaptureFixture[str]
) -> None:
    weights = str(whole[0] / "tiny.json")
    assert main(["evaluate", "--data", str(data), "--weights", weights, "--split", "private"]) == 0
    output, errors = capsys.readouterr()
    assert json.loads(output.splitlines()[-1])["split"] == "private"
    assert "released model, once" in errors


def test_class_folders_and_three_channels(tmp_path: Path) -> None:
    from tests.trainer.test_folders import write_class

    for split, seed in (("train", 1), ("test", 2)):
        for emotion, name in enumerate(("happy", "sad")):
            write_class(tmp_path / "data" / split / name, emotion + 3, 12, seed=seed)
    config = dataclasses.replace(TINY, channels=3, epochs=1, batch_size=8, mixup=0.2, schedule="cosine")
    run(tmp_path / "data", tmp_path / "run", config)
    result = evaluate(tmp_path / "data", tmp_path / "run" / "tiny.json")
    assert result["split"] == "test"
    assert result["counts"]["rows"] == 24
    assert (
        set(result["per_class_recall"])
        == set(result["balanced"]["per_class_recall"])
        == {"happiness", "sadness"}
    )


def test_validation_sees_what_the_application_sees(data: Path, whole: tuple[Path, list[Message]]) -> None:
    """The predecessor's fault: one preprocessing for training's figures, another for the application."""
    card = ModelCard.load(whole[0] / "tiny.json")
    samples = load_dataset(data).split("validation")
    crops = [samples.images[row] for row in range(4)]
    plain = TrainingBatches(samples, card, 28, 0, 0, augment=False, mixup=0)
    inputs, _ = plain[0]
    expected = preprocess([samples.images[row] for row in plain._order], card)
    assert np.array_equal(inputs, expected)
    colour = [np.repeat(crop[:, :, None], 3, axis=2) for crop in crops]
    assert np.array_equal(preprocess(crops, card), preprocess(colour, card))


def test_batches_repeat_by_number(data: Path) -> None:
    card = ModelCard("c", "none", 32, 1, None, 0.5, 0.5, 0.0, EMOTIONS, (1 / 7,) * 7, 1.0)
    samples = load_dataset(data).split("train")

    def batches(epoch: int) -> TrainingBatches:
        return TrainingBatches(samples, card, 28, 0, epoch, augment=True, mixup=0.2)

    first, again, later = batches(0)[1], batches(0)[1], batches(1)[1]
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], later[0])
    assert first[1].sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("schedule", ["one-cycle", "cosine"])
def test_learning_rate_rises_and_falls(schedule: str) -> None:
    config = dataclasses.replace(TINY, schedule=schedule, warmup=0.2)
    factors = [learning_rate_factor(config, step, 100) for step in range(100)]
    assert max(factors) == pytest.approx(1)
    assert 17 <= int(np.argmax(factors)) <= 20
    assert factors[0] < 0.2
    assert 0 < factors[-1] < 0.001


def test_export_checks_parity_and_has_a_dynamic_batch(
    whole: tuple[Path, list[Message]], tmp_path: Path
) -> None:
    path, deviation = export_model(whole[0] / "tiny.json", tmp_path)
    assert deviation < 1e-4
    batch = onnx.load(path).graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_param
    assert ModelCard.load(tmp_path / "tiny.json").weights_file(tmp_path / "tiny.json", "onnx") == path


def test_both_runtimes_agree(data: Path, whole: tuple[Path, list[Message]]) -> None:
    card_path = whole[0] / "tiny.json"
    card = ModelCard.load(card_path)
    samples = load_dataset(data).split("validation")
    by_onnx, runtime = predict_model(card, card_path, samples)
    assert runtime == "onnx"
    only_torch = dataclasses.replace(card, files={"safetensors": card.files["safetensors"]})
    by_torch, runtime = predict_model(only_torch, card_path, samples)
    assert runtime == "torch"
    assert np.abs(by_onnx - by_torch).max() < 1e-3


def test_a_card_is_found_from_either_file(whole: tuple[Path, list[Message]]) -> None:
    folder = whole[0]
    assert find_card(folder / "tiny.onnx") == find_card(folder / "tiny.safetensors") == folder / "tiny.json"


def test_a_start_named_outright_must_work(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="they fit efficientnet_b0 only"):
        run(data, tmp_path, dataclasses.replace(TINY, start="lite0"))


class TestProcess:
    """The real command line: protocol, stop by a line, kill -9."""

    ARGUMENTS = (
        "--architecture", "test_efficientnet", "--input-size", "32", "--start", "random", "--name", "tiny",
        "--epochs", "3", "--batch-size", "28", "--learning-rate", "0.01", "--device", "cpu",
    )  # fmt: skip

    def start(self, data: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "trainer", "train", "--data", str(data), "--output", str(folder)]
        return subprocess.Popen(
            [*command, *self.ARGUMENTS, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )

    def until(self, process: subprocess.Popen[str], wanted: Callable[[dict[str, object]], bool]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if wanted(json.loads(line)):
                return
        pytest.fail(f"the trainer ended early: {process.communicate()[1]}")

    def test_killed_and_resumed(self, data: Path, whole: tuple[Path, list[Message]], tmp_path: Path) -> None:
        killed = self.start(data, tmp_path)
        self.until(killed, lambda message: message["type"] == "epoch" and message["epoch"] == 1)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        resumed = self.start(data, tmp_path)
        output, errors = resumed.communicate(timeout=100)
        assert resumed.returncode == 0, errors
        lines = [json.loads(line) for line in output.splitlines()]
        assert lines[0]["type"] == "run_started"
        assert lines[0]["resumed_at"] in (3, 6)
        assert lines[-1]["outcome"] == "completed"
        assert [row["train_loss"] for row in metrics(tmp_path)] == [
            row["train_loss"] for row in metrics(whole[0])
        ]

    def test_stops_on_a_line(self, data: Path, tmp_path: Path) -> None:
        process = self.start(data, tmp_path, "--epochs", "5000")
        self.until(process, lambda message: message["type"] == "epoch")
        output, errors = process.communicate("stop\n", timeout=100)
        assert process.returncode == 0, errors
        assert json.loads(output.splitlines()[-1])["outcome"] == "stopped"
        assert (tmp_path / CHECKPOINT).exists()

    def test_a_failure_is_one_line_on_both_streams(self, tmp_path: Path) -> None:
        process = self.start(tmp_path / "absent", tmp_path / "run")
        output, errors = process.communicate(timeout=100)
        assert process.returncode == 1
        assert json.loads(output)["type"] == "failed"
        assert "no such file or folder" in errors
        assert "Traceback" not in errors
