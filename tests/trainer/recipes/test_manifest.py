"""Recipes that can be followed, and what is said of those that cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trainer.recipes import RecipeError, load_recipe

START = """
name = "two"
[options]
epochs = 3
seed = 1
[stages.student]
role = "student"
start = "base"
teachers = ["base", "teacher"]
average_with = ["base"]
options = { seed = 2 }
[stages.teacher]
role = "teacher"
start = "random"
[stages.base]
role = "base"
start = "lite0"
"""


def write(folder: Path, text: str = START) -> str:
    path = folder / "two.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_stages_come_after_those_that_they_need(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path))
    assert recipe.name == "two"
    assert [stage.name for stage in recipe.stages] == ["teacher", "base", "student"]
    assert [stage.name for stage in recipe.needed_for(["base"])] == ["base"]


def test_a_stage_has_its_own_options_over_those_of_all_and_its_parents_cards(tmp_path: Path) -> None:
    *_, student = load_recipe(write(tmp_path)).stages
    config = student.config(Path("out"))
    assert (config.name, config.epochs, config.seed) == ("student", 3, 2)
    assert config.start == "out/base/base.json"
    assert config.teachers == "out/base/base.json,out/teacher/teacher.json"
    assert config.soup == "out/base/base.json"
    assert student.parents == ("base", "teacher")


def test_changes_win_and_a_changed_start_replaces_weights_from_outside_only(tmp_path: Path) -> None:
    teacher, _, student = load_recipe(write(tmp_path)).stages
    changes = {"start": "random", "epochs": 1}
    assert (teacher.config(Path("out"), changes).start, teacher.config(Path("out"), changes).epochs) == (
        "random",
        1,
    )
    assert student.config(Path("out"), changes).start == "out/base/base.json"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'start = "random"',
            'start = "nowhere"',
            "stage 'teacher': 'nowhere' is neither a stage of this recipe",
        ),
        ('"teacher"]', '"nobody"]', "stage 'student': 'nobody' is neither a stage"),
        ('start = "random"', 'start = "student"', "need each other in a circle: .*student.*teacher"),
        ('start = "random"', 'start = "teacher"', "need each other in a circle: teacher -> teacher"),
        ("seed = 2", "speed = 2", "stage 'student': unknown training options: speed"),
        ("seed = 2", "seed = -2", "stage 'student': --seed is -2; allowed are"),
        ("seed = 2", 'name = "x"', "stage 'student': 'name' does not belong among the options"),
        ("epochs = 3", 'teachers = "x"', "'teachers' does not belong among the options"),
        ('role = "base"', 'role = "first"', "stage 'base': the role is 'first'; possible are base, teacher"),
        ('role = "base"', "", "stage 'base': role is missing"),
        ('role = "base"', 'role = "base"\nparents = []', "stage 'base': unknown: parents"),
        ('["base"]', '"base"', "stage 'student': 'average_with' must be a list"),
        ('name = "two"', "", "name is missing"),
        ('name = "two"', "name = two", "cannot be read"),
    ],
)
def test_a_recipe_that_cannot_be_followed_says_why(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in START
    with pytest.raises(RecipeError, match=message):
        load_recipe(write(tmp_path, START.replace(old, new)))


@pytest.mark.parametrize(
    "text", ['name = "x"\nstages = 3', 'name = "x"\n[stages]', 'name = "x"\n[stages]\na = 1']
)
def test_stages_are_tables(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecipeError, match="table"):
        load_recipe(write(tmp_path, text))


def test_unknown_names_are_answered_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="there is no recipe 'fer8'; name one of fer7"):
        load_recipe("fer8")
    with pytest.raises(RecipeError, match="no stage 'last'; there are teacher, base, student"):
        load_recipe(write(tmp_path)).needed_for(["last"])


def test_changes_that_a_stage_cannot_have_are_named(tmp_path: Path) -> None:
    stage: Any = load_recipe(write(tmp_path)).stages[0]
    with pytest.raises(Exception, match="--small-epochs is 4; needed are fewer than all 3"):
        stage.config(Path("out"), {"small_epochs": 4})
