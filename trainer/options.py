"""The options of a run and the presets of the window, as values for a form. Loads no torch."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.config import GROUPS, TrainConfig

PRESETS = Path(__file__).with_name("presets")


@dataclass(frozen=True, slots=True)
class Preset:
    """id: the name of its file below ``presets``. title, text: for a person who chooses."""

    id: str
    title: str
    text: str

    def load(self) -> TrainConfig:
        return TrainConfig.load(PRESETS / f"{self.id}.json")


WINDOW_PRESETS = (
    Preset(
        "quick-check",
        "Quick check",
        "Two epochs on 2,000 pictures at 48 pixels, to see in a few minutes that the data and this computer "
        "work. The model is of no use.",
    ),
    Preset(
        "fine-tune",
        "Fine-tune the bundled model",
        "Goes on from the model that comes with the program, at a low learning rate. For pictures of your "
        "own, also for a few dozen.",
    ),
    Preset(
        "full-run",
        "Full run",
        "Trains a model of your own from weights that know pictures in general. Needs many thousand pictures "
        "and, without a graphics card, hours.",
    ),
)


def describe() -> dict[str, Any]:
    """All options with their groups, and the presets with what they change in the defaults; for JSON."""
    return {
        "fields": fields(),
        "groups": list(GROUPS),
        "presets": [
            {"id": preset.id, "title": preset.title, "text": preset.text, "config": changes(preset.load())}
            for preset in WINDOW_PRESETS
        ],
    }


def fields() -> list[dict[str, Any]]:
    """One object per option. kind: bool, int, float, str or choice. low, high, choices: null without any."""
    types = typing.get_type_hints(TrainConfig)
    return [_field(item, types[item.name]) for item in dataclasses.fields(TrainConfig)]


def _field(item: dataclasses.Field[Any], kind: Any) -> dict[str, Any]:
    choices = typing.get_args(kind)
    return {
        "name": item.name,
        "kind": "choice" if choices else kind.__name__,
        "default": item.default,
        "choices": list(choices) or None,
        **item.metadata,
    }


def changes(config: TrainConfig) -> dict[str, Any]:
    """What differs from the defaults."""
    defaults = TrainConfig().to_dict()
    return {name: value for name, value in config.to_dict().items() if value != defaults[name]}
