"""The options of a run and the presets, as `python -m trainer options` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fer_desktop.core.errors import FerDesktopError

Kind = Literal["bool", "int", "float", "str", "choice"]


class OptionsError(FerDesktopError):
    """The trainer's description of its options cannot be read."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a run. low, high: inclusive, of numbers. unit: may be empty."""

    name: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    unit: str = ""
    help: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name as a title: learning_rate as Learning rate."""
        return _SPELLED.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def range_text(self) -> str:
        """The range in words, empty without one."""
        if self.low is None or self.high is None:
            return ""
        return f"{self.low:g} to {self.high:g}{f' {self.unit}' if self.unit else ''}"


_SPELLED = {"sam_radius": "SAM radius", "ema_decay": "EMA decay", "compile": "Compile with torch"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset. config: the values that differ from the defaults."""

    id: str
    title: str
    text: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """groups: the names of the groups, in the order of a form. Each option is in one group."""

    fields: tuple[Option, ...]
    groups: tuple[str, ...]
    presets: tuple[Preset, ...]

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Options:
        """Reads the trainer's description. Raises OptionsError."""
        try:
            fields = tuple(_option(item) for item in content["fields"])
            presets = tuple(Preset(**item) for item in content["presets"])
            groups = list(map(str, content["groups"]))
        except (KeyError, TypeError, ValueError) as error:
            raise OptionsError(f"the trainer's options cannot be read ({error!r})") from error
        if not fields or not presets:
            raise OptionsError("the trainer names no options or no presets")
        groups += [item.group for item in fields if item.group not in groups]
        return cls(fields, tuple(dict.fromkeys(groups)), presets)

    def of(self, group: str) -> tuple[Option, ...]:
        return tuple(item for item in self.fields if item.group == group)

    def config(self, preset: Preset) -> dict[str, Any]:
        """Returns all options with the values of a preset."""
        known = {item.name: item.default for item in self.fields}
        return known | {name: value for name, value in preset.config.items() if name in known}


def _option(item: Mapping[str, Any]) -> Option:
    option = Option(**{**item, "choices": tuple(item.get("choices") or ())})
    if option.kind not in ("bool", "int", "float", "str", "choice"):
        raise ValueError(f"{option.name} is a {option.kind}")
    return option
