"""Whole runs on a tiny generated data set."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import safetensors.torch
import torch

from fer_desktop.core.errors import ModelError, OutputError
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.training.messages import (
    Checkpoint,
    Continued,
    Epoch,
    Finished,
    Paused,
    RunStarted,
    Step,
)
from fer_desktop.core.training.predictions import Predictions
from fer_desktop.core.training.run_folder import RunFolder
from tests.support.fer2013 import write_fer2013, write_votes
from tests.support.runs import TINY, Run, metrics, run
from tests.trainer.data.test_folders import write_class
from trainer.config import ConfigError
from trainer.data.fer2013 import VOTES_FILE
from trainer.data.samples import DataError
from trainer.evaluation.evaluate import evaluate
from trainer.learning.optimisation import take_step
from trainer.process.control import ControlRequest
from trainer.run.checkpoints import CHECKPOINT, PREVIOUS, CheckpointError, RunState
from trainer.run.session import BEST_WEIGHTS
from trainer.run.stopwatch import Stopwatch
from trainer.run.train import train
from trainer.run.validation import TrainingError


def test_a_run_reports_and_leaves_a_model(whole: Run) -> None:
    folder, messages = whole
    assert isinstance(messages[0], RunStarted)
    assert messages[0].start_weights == "random"
    assert [message.epoch for message in messages if isinstance(message, Epoch)] == [1, 2, 3]
    assert messages[-1] == Finished("completed", 9, str(folder / "tiny.json"), messages[-1].seconds)  # type: ignore[union-attr]
    card = ModelCard.load(folder / "tiny.json")
    for kind in ("onnx", "safetensors"):
        card.weights_file(folder / "tiny.json", kind)
    assert card.metrics["validation"]["balanced"]["tau"] == 1.0
    assert (folder / "figures" / "curves.png").stat().st_size > 1000
    assert (folder / "figures" / "confusion.png").stat().st_size > 1000
    assert not list(folder.rglob("*.part"))


@pytest.mark.usefixtures("without_release")
@pytest.mark.parametrize(("select", "taken"), [("best", [True, False, False]), ("last", [True, True, True])])
def test_the_best_or_the_last_epoch_makes_the_model(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, select: Any, taken: list[bool]
) -> None:
    """Of a run whose first epoch is the best."""
    monkeypatch.setattr(RunState, "note_score", lambda state, _: state.epoch == 0)
    messages = run(data, tmp_path, dataclasses.replace(TINY, select=select))
    assert [message.best for message in messages if isinstance(message, Epoch)] == taken
    last = torch.load(tmp_path / CHECKPOINT, weights_only=True)["average"]
    kept = safetensors.torch.load_file(tmp_path / BEST_WEIGHTS)
    same = all(torch.equal(tensor, last[f"module.{name}"]) for name, tensor in kept.items())
    assert same == (select == "last")


def test_the_card_says_which_epoch_it_is(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, dataclasses.replace(TINY, epochs=1, select="last"))
    assert ModelCard.load(tmp_path / "tiny.json").training["selection"] == "last epoch"


def test_it_learns(data: Path, tmp_path: Path) -> None:
    """Far above the 1/7 of chance, by the application's preprocessing and the released ONNX file."""
    config = dataclasses.replace(TINY, epochs=14, augment="none", ema_decay=0.5, drop_path_rate=0.0)
    run(data, tmp_path, config)
    assert evaluate(data, tmp_path / "tiny.onnx")["ferplus7_accuracy"] > 0.6


@pytest.fixture
def without_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the training alone: the export takes longer than the tiny run."""
    monkeypatch.setattr("trainer.run.train.release", lambda folder, *_: folder / "tiny.json")


@pytest.mark.usefixtures("without_release")
@pytest.mark.parametrize(
    ("asked", "steps"),
    [(1, 1), (3, 3), (4, 3), (6, 5), (12, 9)],
    ids=["at once", "end of an epoch", "in a validation", "in an epoch", "in the last validation"],
)
def test_a_resumed_run_equals_an_uninterrupted_one(
    data: Path, whole: Run, tmp_path: Path, asked: int, steps: int
) -> None:
    """Each epoch asks after its three steps, and once in its validation."""
    folder, _ = whole
    first = run(data, tmp_path, stop_after=asked)
    assert isinstance(first[-2], Checkpoint)
    assert first[-1] == Finished("stopped", steps, None, first[-1].seconds)  # type: ignore[union-attr]
    second = run(data, tmp_path)
    assert isinstance(second[0], RunStarted)
    assert second[0].resumed_at == steps
    assert metrics(tmp_path) == metrics(folder)
    assert (tmp_path / BEST_WEIGHTS).read_bytes() == (folder / BEST_WEIGHTS).read_bytes()


@pytest.mark.usefixtures("without_release")
def test_small_pictures_first(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a stop in between resumes at the right size."""
    sides: list[int] = []

    def noting(network: Any, bare: Any, optimiser: Any, inputs: torch.Tensor, *rest: Any) -> torch.Tensor:
        sides.append(inputs.shape[-1])
        return take_step(network, bare, optimiser, inputs, *rest)

    monkeypatch.setattr("trainer.run.train.take_step", noting)
    config = dataclasses.replace(TINY, small_size=16, small_epochs=2)
    run(data, tmp_path, config, stop_after=6)
    messages = run(data, tmp_path, config)
    assert sides == [16] * 6 + [32] * 3
    assert [message.best for message in messages if isinstance(message, Epoch)] == [False, True]


@pytest.mark.usefixtures("without_release")
@pytest.mark.parametrize(
    "change",
    [
        {"balance": 0.5},
        {"cutmix": 1.0, "mixup": 0.2},
        {"labels": "majority"},
        {"original_share": 0.5},
        {"sam_radius": 0.05},
    ],
)
def test_every_recipe_trains(data: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    messages = run(data, tmp_path, dataclasses.replace(TINY, epochs=1, **change))
    assert isinstance(messages[-1], Finished)
    assert messages[-1].outcome == "completed"


@pytest.mark.usefixtures("without_release")
@pytest.mark.parametrize("teaching", ["once", "views"])
def test_a_run_with_a_teacher_tells_its_name(data: Path, whole: Run, tmp_path: Path, teaching: Any) -> None:
    config = dataclasses.replace(TINY, epochs=1, teachers=str(whole[0] / "tiny.json"), teaching=teaching)
    started = run(data, tmp_path, config)[0]
    assert isinstance(started, RunStarted)
    assert started.data["teachers"] == [ModelCard.load(whole[0] / "tiny.json").identity]


@pytest.mark.usefixtures("without_release")
def test_a_resumed_run_asks_the_same_teachers_the_same(data: Path, whole: Run, tmp_path: Path) -> None:
    teachers = f"{whole[0] / 'tiny.json'},{whole[0] / 'tiny.json'}"
    config = dataclasses.replace(TINY, epochs=2, teachers=teachers, teaching="views", distillation=0.9)
    run(data, tmp_path / "whole", config)
    run(data, tmp_path / "parts", config, stop_after=2)
    run(data, tmp_path / "parts", config)
    assert metrics(tmp_path / "parts") == metrics(tmp_path / "whole")
    assert metrics(tmp_path / "parts") != metrics(whole[0])[:2]


@pytest.mark.usefixtures("without_release")
def test_worker_processes_change_nothing(data: Path, whole: Run, tmp_path: Path) -> None:
    config = dataclasses.replace(TINY, workers=2)
    run(data, tmp_path, config, stop_after=4)
    run(data, tmp_path, config)
    assert metrics(tmp_path) == metrics(whole[0])


def test_other_options_do_not_resume(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, stop_after=1)
    with pytest.raises(CheckpointError, match="another learning_rate"):
        run(data, tmp_path, dataclasses.replace(TINY, learning_rate=0.02))


def test_a_checkpoint_from_before_an_option_was_as_its_default_says(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, stop_after=1)
    content = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    del content["config"]["select"]
    torch.save(content, tmp_path / CHECKPOINT)
    with pytest.raises(CheckpointError, match="another select"):
        run(data, tmp_path, dataclasses.replace(TINY, select="last"))
    assert isinstance(run(data, tmp_path, stop_after=1)[-1], Finished)


def test_other_data_of_the_same_size_do_not_resume(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path / "run", stop_after=1)
    other = write_fer2013(tmp_path / "other", votes=False)
    with pytest.raises(CheckpointError, match="another training data"):
        run(other, tmp_path / "run")


def test_what_only_concerns_the_machine_may_differ(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, stop_after=1)
    config = dataclasses.replace(TINY, checkpoint_minutes=0.5, workers=1)
    assert isinstance(run(data, tmp_path, config, stop_after=1)[-1], Finished)


@pytest.mark.usefixtures("without_release")
@pytest.mark.parametrize(("whole_bytes", "zeros"), [(0, 0), (10, 0), (5000, 0), (0, 10**6), (9000, 4096)])
def test_a_damaged_checkpoint_is_replaced_by_the_one_before(
    data: Path, whole: Run, tmp_path: Path, whole_bytes: int, zeros: int, caplog: pytest.LogCaptureFixture
) -> None:
    """As a power cut leaves it: empty, short, nothing but zeros, or with a block of zeros inside."""
    run(data, tmp_path, stop_after=1)
    run(data, tmp_path, stop_after=2)
    path = tmp_path / CHECKPOINT
    rest = path.read_bytes()[whole_bytes + zeros :] if zeros else b""
    path.write_bytes(path.read_bytes()[:whole_bytes] + bytes(zeros) + rest)
    resumed = run(data, tmp_path)[0]
    assert isinstance(resumed, RunStarted)
    assert resumed.resumed_at == 1
    assert "the run is resumed from the one before, step 1" in caplog.text
    assert metrics(tmp_path) == metrics(whole[0])


def test_a_damaged_checkpoint_never_takes_the_place_of_the_whole_one(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, stop_after=1)
    run(data, tmp_path, stop_after=1)
    for _ in range(2):
        (tmp_path / CHECKPOINT).write_bytes(b"half")
        resumed = run(data, tmp_path, stop_after=1)[0]
        assert isinstance(resumed, RunStarted)
        assert resumed.resumed_at == 1


def test_two_damaged_checkpoints_are_refused(data: Path, tmp_path: Path) -> None:
    for asked in (1, 2):
        run(data, tmp_path, stop_after=asked)
    for name in (CHECKPOINT, PREVIOUS):
        (tmp_path / name).write_bytes(b"half")
    with pytest.raises(CheckpointError, match="cannot be read"):
        run(data, tmp_path)


@pytest.mark.usefixtures("without_release")
def test_best_weights_that_a_kill_left_too_new_are_those_of_the_checkpoint_again(
    data: Path, whole: Run, tmp_path: Path
) -> None:
    run(data, tmp_path, stop_after=6)
    (tmp_path / BEST_WEIGHTS).write_bytes(b"of an epoch that was lost")
    run(data, tmp_path)
    assert (tmp_path / BEST_WEIGHTS).read_bytes() == (whole[0] / BEST_WEIGHTS).read_bytes()


@pytest.mark.usefixtures("without_release")
def test_a_pause_holds_the_run_and_costs_no_time_of_it(
    data: Path, whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = iter([ControlRequest.CONTINUE] + [ControlRequest.PAUSE] * 3)
    slept: list[float] = []
    monkeypatch.setattr("trainer.run.session.time.sleep", slept.append)
    messages = list(train(TINY, data, None, tmp_path, lambda: next(requests, ControlRequest.CONTINUE)))
    place = messages.index(Paused(2))
    assert isinstance(messages[place - 1], Checkpoint)
    assert messages[place + 1] == Continued(2)
    assert len(slept) == 3
    assert metrics(tmp_path) == metrics(whole[0])


@pytest.mark.usefixtures("without_release")
def test_a_pause_in_a_validation_holds_it_there(
    data: Path, whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = iter([ControlRequest.CONTINUE] * 3 + [ControlRequest.PAUSE])
    monkeypatch.setattr("trainer.run.session.time.sleep", lambda _: None)
    messages = list(train(TINY, data, None, tmp_path, lambda: next(requests, ControlRequest.CONTINUE)))
    held = [message for message in messages if isinstance(message, (Paused, Continued, Epoch))]
    assert held[:2] == [Paused(3), Continued(3)]
    assert isinstance(held[2], Epoch)
    assert metrics(tmp_path) == metrics(whole[0])


def test_paused_seconds_are_not_the_runs(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = 0.0

    def sleep(seconds: float) -> None:
        nonlocal slept
        slept += 1e6

    real = time.monotonic
    monkeypatch.setattr("trainer.run.session.time.sleep", sleep)
    monkeypatch.setattr(
        "trainer.run.session.Stopwatch", lambda seconds: Stopwatch(seconds, lambda: real() + slept)
    )
    monkeypatch.setattr("trainer.run.session.STEP_MESSAGE_SECONDS", 0.0)
    requests = iter(
        [
            ControlRequest.CONTINUE,
            ControlRequest.PAUSE,
            ControlRequest.CONTINUE,
            ControlRequest.CONTINUE,
            ControlRequest.STOP,
        ]
    )
    messages = list(train(TINY, data, None, tmp_path, lambda: next(requests)))
    assert slept > 0
    assert isinstance(messages[-1], Finished)
    assert messages[-1].seconds < 1000
    assert all(message.images_per_s > 1 for message in messages if isinstance(message, Step))


def test_a_stop_while_the_teachers_answer_keeps_nothing(data: Path, whole: Run, tmp_path: Path) -> None:
    config = dataclasses.replace(TINY, teachers=str(whole[0] / "tiny.json"))
    assert run(data, tmp_path, config, stop_after=1) == [Finished("stopped", 0, None, 0.0)]
    assert list(tmp_path.iterdir()) == []


def test_a_paused_run_can_be_stopped(data: Path, tmp_path: Path) -> None:
    requests = iter([ControlRequest.PAUSE, ControlRequest.PAUSE, ControlRequest.STOP])
    messages = list(train(TINY, data, None, tmp_path, lambda: next(requests)))
    assert [type(message) for message in messages[-3:]] == [Paused, Checkpoint, Finished]


def test_the_folder_holds_what_the_window_shows(whole: Run) -> None:
    run_folder, messages = RunFolder(whole[0]), whole[1]
    worst, best = (Predictions.load(path) for path in (run_folder.worst_file, run_folder.validation_file))
    assert len(worst.labels) == len(worst.thumbnails) == 24
    shares = worst.probabilities()[np.arange(24), worst.labels]
    assert (np.diff(shares) >= 0).all()
    card = ModelCard.load(whole[0] / "tiny.json")
    assert (best.model, best.temperature) == (card.identity, card.temperature)
    assert len(best.labels) == 28
    for message in messages:
        if isinstance(message, Epoch):
            matrix = np.array(message.validation["confusion_matrix"])
            assert matrix.sum() == 28
            assert np.trace(matrix) / 28 == pytest.approx(message.validation["accuracy"])
            assert message.step == 3 * message.epoch


def test_a_full_disk_keeps_the_checkpoint_before(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(data, tmp_path, stop_after=1)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def full(content: object, file: BinaryIO) -> None:
        file.write(b"half")
        error = RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 704 vs 598")
        error.__context__ = OSError(28, "No space left on device")
        raise error

    monkeypatch.setattr("trainer.run.checkpoints.torch.save", full)
    with pytest.raises(CheckpointError, match=r"\(No space left on device\); the one before is kept"):
        run(data, tmp_path, stop_after=1)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_a_run_that_diverges_says_what_to_do(data: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(
        TINY, learning_rate=10.0, clip_norm=0.0, epochs=200, augment="none", warmup=0.0
    )
    with pytest.raises(TrainingError, match="start again in another folder"), np.errstate(all="ignore"):
        run(data, tmp_path, dataclasses.replace(config, weight_decay=10.0))


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 training rows are left"):
        run(write_fer2013(tmp_path / "data", train=1), tmp_path / "run")


def test_class_folders_and_three_channels(tmp_path: Path) -> None:

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


def test_a_start_named_outright_must_work(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="they fit efficientnet_b0, "):
        run(data, tmp_path, dataclasses.replace(TINY, start="lite0"))


@pytest.mark.usefixtures("without_release")
def test_a_resumed_run_needs_no_start_weights_and_remembers_them(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be resumed without the network, and the card does not name what was there later."""
    config = dataclasses.replace(TINY, start="imagenet")
    monkeypatch.setattr("trainer.run.prepare.load_start_weights", lambda *_: "imagenet")
    run(data, tmp_path, config, stop_after=1)

    def unreachable(*arguments: object) -> str:
        raise ConfigError("no network")

    monkeypatch.setattr("trainer.run.prepare.load_start_weights", unreachable)
    started = run(data, tmp_path, config)[0]
    assert isinstance(started, RunStarted)
    assert started.start_weights == "imagenet"


@pytest.mark.usefixtures("without_release")
def test_it_learns_without_private_rows(tmp_path: Path) -> None:
    messages = run(write_fer2013(tmp_path / "data", test=0), tmp_path / "run")
    assert messages[0].data["test"]["rows"] == 0  # type: ignore[union-attr]


def test_validation_rows_without_a_clear_emotion_are_refused(tmp_path: Path) -> None:
    folder = write_fer2013(tmp_path / "data", test=0)
    rows = [({"neutral": 10}, "Training")] * 84 + [({"NF": 10}, "PublicTest")] * 28
    write_votes(folder / VOTES_FILE, rows)
    with pytest.raises(DataError, match="none of the 28 rows has a clear emotion"):
        run(folder, tmp_path / "run")


@pytest.mark.parametrize(
    ("architecture", "error", "message"),
    [
        ("vit_tiny_patch16_224", ConfigError, "cannot take 32 x 32 pixels"),
        ("deit_tiny_distilled_patch16_224", ModelError, "several last layers"),
    ],
)
def test_an_architecture_that_cannot_be_used_is_named(
    data: Path, tmp_path: Path, architecture: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(data, tmp_path, dataclasses.replace(TINY, architecture=architecture))


def test_weights_that_are_no_longer_finite_are_not_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss is from before the last step of an epoch, so it can still be finite."""
    monkeypatch.setattr(
        "trainer.run.train.network_runner", lambda network: lambda inputs: np.full((len(inputs), 7), np.nan)
    )
    with pytest.raises(TrainingError, match="no longer finite after epoch 1"):
        run(data, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_card_names_only_what_is_there(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> float:
        raise OutputError("tiny.onnx: cannot be written (No space left on device)")

    monkeypatch.setattr("trainer.release.release.export_onnx", full)
    with pytest.raises(OutputError):
        run(data, tmp_path)
    assert not (tmp_path / "tiny.json").exists()
