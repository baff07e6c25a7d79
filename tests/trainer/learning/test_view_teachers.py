from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from fer_desktop.core.errors import ModelError
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.models.preprocessing import probabilities
from tests.support.models import write_tiny_model
from tests.support.runs import Run
from trainer.config import ConfigError, TrainConfig
from trainer.evaluation.predict import model_runner
from trainer.learning.view_teachers import ViewTeachers
from trainer.release.cards import initial_card

CPU = torch.device("cpu")
ROWS = 6


def student(**changes: object) -> ModelCard:
    return initial_card(TrainConfig(input_size=32, **changes), (1 / 7,) * 7)  # type: ignore[arg-type]


def views(size: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal((ROWS, 1, size, size), dtype=np.float32))


def taught_at(config: TrainConfig, inputs: torch.Tensor, steps: int) -> list[torch.Tensor]:
    teachers = ViewTeachers(config, student(), CPU)
    return [teachers.taught(inputs, torch.full((ROWS, 7), 1 / 7), step, 0) for step in range(steps)]


def test_targets_are_those_of_one_teacher_for_the_picture_or_its_mirror_image(whole: Run) -> None:
    path = whole[0] / "tiny.json"
    card, inputs = ModelCard.load(path), views(32)
    answer = model_runner(card, path)[0]
    expected = [
        0.25 / 7 + 0.75 * probabilities(answer(view.numpy()), card) for view in (inputs, inputs.flip(-1))
    ]
    config = TrainConfig(teachers=str(path), teaching="views", distillation=0.75)
    found = [
        [np.allclose(targets.numpy(), one, atol=1e-5) for one in expected]
        for targets in taught_at(config, inputs, steps=12)
    ]
    assert all(any(kinds) for kinds in found)
    assert {kinds.index(True) for kinds in found} == {0, 1}


def test_each_teacher_is_asked(whole: Run, tmp_path: Path) -> None:
    one, other = whole[0] / "tiny.json", write_tiny_model(tmp_path)
    dataclasses.replace(ModelCard.load(other), standardise=True).save(other)
    config = TrainConfig(teachers=f"{one}, {other}", teaching="views", distillation=1.0)
    symmetric = views(32) + views(32).flip(-1)
    answers = {tuple(targets.flatten().tolist()) for targets in taught_at(config, symmetric, steps=12)}
    assert len(answers) >= 2


def test_views_of_another_size_are_resized_for_the_teacher(whole: Run) -> None:
    config = TrainConfig(teachers=str(whole[0] / "tiny.json"), teaching="views")
    targets = taught_at(config, views(48), steps=1)[0]
    assert targets.shape == (ROWS, 7)
    assert torch.allclose(targets.sum(dim=1), torch.ones(ROWS), atol=1e-5)


def test_a_teacher_with_another_normalisation_is_refused(whole: Run) -> None:
    config = TrainConfig(teachers=str(whole[0] / "tiny.json"), teaching="views")
    card = dataclasses.replace(student(), standardise=not ModelCard.load(whole[0] / "tiny.json").standardise)
    with pytest.raises(ConfigError, match="normalises its input in another way"):
        ViewTeachers(config, card, CPU)


def test_a_teacher_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelError, match=r"absent\.json: there is no such model"):
        ViewTeachers(TrainConfig(teachers="absent.json", teaching="views"), student(), CPU)
