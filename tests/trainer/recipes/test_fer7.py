"""The recipe of the bundled models gives the same options as the presets that it replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fer_desktop.core.paths import default_paths
from trainer.config import TrainConfig
from trainer.recipes import load_recipe

ROOT = Path(__file__).resolve().parents[3]
FORMER = json.loads(Path(__file__).with_name("former_presets.json").read_text(encoding="utf-8"))
"""The twenty presets that were the stages before, each with the name of its stage now."""
RECIPE = load_recipe("fer7")
STAGES = {stage.name: stage for stage in RECIPE.stages}
RUNS = Path("runs")


def renamed(config: TrainConfig) -> dict[str, object]:
    """The options of a former stage, with the names and paths of the stages as they are now."""

    def card(path: str) -> str:
        name = FORMER[Path(path).stem]["stage"] if path.endswith(".json") else ""
        return f"runs/{name}/{name}.json" if name else path

    values = config.to_dict()
    for option in ("start", "teachers", "soup"):
        values[option] = ",".join(card(path) for path in values[option].split(","))
    return {**values, "name": FORMER[config.name]["stage"]}


@pytest.mark.parametrize("former", FORMER)
def test_a_stage_has_the_options_of_its_former_preset(former: str) -> None:
    stage = STAGES[FORMER[former]["stage"]]
    assert stage.config(RUNS).to_dict() == renamed(TrainConfig.from_dict(FORMER[former]["options"]))


def test_the_stages_are_those_of_before_in_the_same_order() -> None:
    assert list(STAGES) == [former["stage"] for former in FORMER.values()]


@pytest.mark.parametrize("name", ["fer7", "fer7-original"])
def test_a_released_stage_is_what_the_bundled_model_was_trained_with(name: str) -> None:
    card = json.loads((default_paths().bundled_models / f"{name}.json").read_text(encoding="utf-8"))
    trained = TrainConfig.from_dict(card["training"]["config"])
    assert STAGES[name].config(RUNS).to_dict() == renamed(trained)
    assert STAGES[name].role == "release"


def test_fer7_needs_nothing_of_the_other_model() -> None:
    needed = [stage.name for stage in RECIPE.needed_for(["fer7"])]
    assert needed == list(STAGES)[:12]
    assert len(RECIPE.needed_for(["fer7-original"])) > len(needed) - 2


def test_the_documentation_lists_every_stage_with_its_former_name() -> None:
    text = (ROOT / "docs" / "training-recipe.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.split("|")[1:3]] for line in text.splitlines() if "|" in line]
    assert [row for row in rows if row[0] in STAGES] == [[now["stage"], was] for was, now in FORMER.items()]
