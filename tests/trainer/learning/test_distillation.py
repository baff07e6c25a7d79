from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.errors import ModelError
from fer_desktop.core.models.card import ModelCard
from tests.support.models import write_tiny_model
from tests.support.runs import Run
from trainer.config import TrainConfig
from trainer.data.datasets import load_dataset
from trainer.learning.distillation import teacher_prediction, with_teachers
from trainer.process.distributed import Processes


def test_targets_contain_the_mean_prediction_of_the_teachers(data: Path, whole: Run, tmp_path: Path) -> None:
    samples = load_dataset(data).split("train")
    teachers = [whole[0] / "tiny.json", whole[0] / "tiny.json"]
    config = TrainConfig(teachers=", ".join(map(str, teachers)), distillation=0.25)
    taught, names = with_teachers(samples, config, tmp_path, Processes())
    expected = 0.75 * samples.targets + 0.25 * teacher_prediction(
        ModelCard.load(teachers[0]), teachers[0], samples
    )
    assert np.allclose(taught.targets, expected, atol=1e-5)
    assert taught.targets.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert [name.partition(",")[0] for name in names] == ["tiny", "tiny"]


def test_answers_are_kept_for_a_resumed_run(
    data: Path, whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = load_dataset(data).split("train")
    config = TrainConfig(teachers=str(whole[0] / "tiny.json"))
    first, _ = with_teachers(samples, config, tmp_path, Processes())
    monkeypatch.setattr(
        "trainer.learning.distillation.teacher_prediction", lambda *_: pytest.fail("asked again")
    )
    second, _ = with_teachers(samples, config, tmp_path, Processes())
    assert np.array_equal(first.targets, second.targets)


def test_a_mirrored_picture_gets_the_same_prediction(data: Path, whole: Run) -> None:
    card_path = whole[0] / "tiny.json"
    samples = load_dataset(data).split("validation")
    card = ModelCard.load(card_path)
    assert np.allclose(
        teacher_prediction(card, card_path, samples),
        teacher_prediction(card, card_path, samples.mirrored()),
        atol=1e-5,
    )


def test_a_teacher_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    samples = load_dataset(data).split("train")
    with pytest.raises(ModelError, match=r"absent\.json: there is no such model"):
        with_teachers(samples, TrainConfig(teachers="absent.json"), tmp_path, Processes())


def test_a_teacher_may_have_onnx_weights_only(data: Path, tmp_path: Path) -> None:
    samples = load_dataset(data).split("train")
    config = TrainConfig(teachers=str(write_tiny_model(tmp_path)), distillation=1.0)
    taught, _ = with_teachers(samples, config, tmp_path, Processes())
    assert taught.targets.sum(axis=1) == pytest.approx(1, abs=1e-5)
