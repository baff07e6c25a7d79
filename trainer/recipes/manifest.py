"""A recipe: training runs that build on each other, listed in one manifest. Loads no torch."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from fer_desktop.core.errors import FerDesktopError
from trainer.config import NAMED_STARTS, ConfigError, TrainConfig

ROLES = ("base", "teacher", "student", "release")
_SET_BY_THE_RECIPE = ("name", "start", "teachers", "soup")


class RecipeError(FerDesktopError):
    """A recipe cannot be read or followed. The text names the file and the stage."""


@dataclass(frozen=True, slots=True)
class RecipeStage:
    """One training run of a recipe.

    role: one of ROLES. start: the stage or the weights from outside that it starts from.
    teachers: stages whose predictions are mixed into its targets.
    average_with: stages whose weights are averaged with those of the run when it ends.
    options: fields of TrainConfig, with those of the whole recipe.
    """

    name: str
    role: str
    start: str
    teachers: tuple[str, ...]
    average_with: tuple[str, ...]
    options: Mapping[str, Any]

    @property
    def parents(self) -> tuple[str, ...]:
        """The stages that come before this one, each once."""
        start = () if self.start in NAMED_STARTS else (self.start,)
        return tuple(dict.fromkeys((*start, *self.teachers, *self.average_with)))

    def config(self, runs: Path, changes: Mapping[str, Any] | None = None) -> TrainConfig:
        """Returns the options of the run.

        runs: the folder with a folder for each stage. changes: options that replace those of the recipe; a
        changed ``start`` replaces weights from outside only. Raises ConfigError.
        """
        options = {**self.options, **(changes or {})}
        outside = self.start in NAMED_STARTS
        start = options.get("start", self.start) if outside else card_path(runs, self.start).as_posix()
        return TrainConfig.from_dict(
            {
                **options,
                "name": self.name,
                "start": start,
                "teachers": _cards(runs, self.teachers),
                "soup": _cards(runs, self.average_with),
            }
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """stages: each after those that it needs."""

    name: str
    stages: tuple[RecipeStage, ...]

    def needed_for(self, names: Iterable[str]) -> tuple[RecipeStage, ...]:
        """Returns the named stages and all that they need, in order. Raises RecipeError for unknown names."""
        by_name = {stage.name: stage for stage in self.stages}
        wanted: set[str] = set()
        open_names = list(names)
        while open_names:
            name = open_names.pop()
            if name not in by_name:
                raise RecipeError(f"{self.name}: there is no stage '{name}'; there are {', '.join(by_name)}")
            if name not in wanted:
                wanted.add(name)
                open_names += by_name[name].parents
        return tuple(stage for stage in self.stages if stage.name in wanted)


def card_path(runs: Path, stage: str) -> Path:
    """Returns where the card of a stage's model is."""
    return runs / stage / f"{stage}.json"


def _cards(runs: Path, stages: Iterable[str]) -> str:
    return ",".join(card_path(runs, name).as_posix() for name in stages)


def load_recipe(name: str) -> Recipe:
    """Reads a recipe by its name, or by the path of a TOML file. Raises RecipeError."""
    path = Path(name) if name.endswith(".toml") else Path(__file__).with_name(f"{name}.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        bundled = ", ".join(sorted(file.stem for file in Path(__file__).parent.glob("*.toml")))
        raise RecipeError(f"there is no recipe '{name}'; name one of {bundled}, or a TOML file") from None
    except (OSError, ValueError) as error:
        raise RecipeError(f"{path}: the recipe cannot be read ({error})") from error
    return _recipe(path, content)


def _recipe(path: Path, content: dict[str, Any]) -> Recipe:
    _require_keys(str(path), content, required={"name", "stages"}, allowed={"options"})
    shared, tables = content.get("options", {}), content["stages"]
    if not isinstance(shared, dict) or not isinstance(tables, dict) or not tables:
        raise RecipeError(f"{path}: 'options' and 'stages' must be tables, and there must be a stage")
    stages = {name: _stage(f"{path}, stage '{name}'", name, table, shared) for name, table in tables.items()}
    for stage in stages.values():
        if unknown := [parent for parent in stage.parents if parent not in stages]:
            raise RecipeError(
                f"{path}, stage '{stage.name}': '{unknown[0]}' is neither a stage of this recipe "
                f"nor one of the start weights {', '.join(NAMED_STARTS)}"
            )
    return Recipe(content["name"], tuple(stages[name] for name in _in_order(path, stages)))


def _stage(place: str, name: str, table: Any, shared: dict[str, Any]) -> RecipeStage:
    if not isinstance(table, dict):
        raise RecipeError(f"{place}: a stage must be a table")
    _require_keys(place, table, required={"role", "start"}, allowed={"teachers", "average_with", "options"})
    options = {**shared, **table.get("options", {})}
    if table["role"] not in ROLES:
        raise RecipeError(f"{place}: the role is '{table['role']}'; possible are {', '.join(ROLES)}")
    for key in ("teachers", "average_with"):
        if not isinstance(table.get(key, []), list):
            raise RecipeError(f"{place}: '{key}' must be a list of stages")
    if taken := [option for option in _SET_BY_THE_RECIPE if option in options]:
        raise RecipeError(f"{place}: '{taken[0]}' does not belong among the options; the recipe sets it")
    stage = RecipeStage(
        name,
        table["role"],
        table["start"],
        tuple(table.get("teachers", ())),
        tuple(table.get("average_with", ())),
        options,
    )
    try:
        stage.config(Path("runs"))
    except ConfigError as error:
        raise RecipeError(f"{place}: {error}") from error
    return stage


def _require_keys(place: str, table: dict[str, Any], *, required: set[str], allowed: set[str]) -> None:
    if missing := sorted(required - table.keys()):
        raise RecipeError(f"{place}: {', '.join(missing)} is missing")
    if unknown := sorted(table.keys() - required - allowed):
        raise RecipeError(f"{place}: unknown: {', '.join(unknown)}")


def _in_order(path: Path, stages: dict[str, RecipeStage]) -> list[str]:
    """Returns each stage after those that it needs, otherwise in the order of the file."""
    sorter = TopologicalSorter({name: stage.parents for name, stage in stages.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise RecipeError(f"{path}: these stages need each other in a circle: {circle}") from None
    order: list[str] = []
    while len(order) < len(stages):
        order.append(
            next(
                name
                for name, stage in stages.items()
                if name not in order and set(stage.parents) <= set(order)
            )
        )
    return order
