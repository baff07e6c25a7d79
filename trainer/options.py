"""The options of a run and the window's presets, as values for a form. Loads no torch."""

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
    """id: the name of its file in ``presets``. title, text: what the window shows."""

    id: str
    title: str
    text: str

    def load(self) -> TrainConfig:
        return TrainConfig.load(PRESETS / f"{self.id}.json")


WINDOW_PRESETS = (
    Preset(
        "quick-check",
        "Quick check",
        "Two epochs on 2,000 pictures at 48 pixels. In a few minutes you see whether the data and this "
        "computer work. The model itself is of no use.",
    ),
    Preset(
        "fine-tune",
        "Fine-tune the bundled model",
        "Trains the bundled model further, at a low learning rate. For pictures of your own. A few dozen "
        "are enough.",
    ),
    Preset(
        "full-run",
        "Full run",
        "Trains a new model from weights that were trained on general pictures. Needs many thousand "
        "pictures. Without a graphics card it takes hours.",
    ),
)


def describe() -> dict[str, Any]:
    """Returns all options with their groups, and the presets with their changes of the defaults, for JSON."""
    return {
        "fields": fields(),
        "groups": list(GROUPS),
        "presets": [
            {"id": preset.id, "title": preset.title, "text": preset.text, "config": changes(preset.load())}
            for preset in WINDOW_PRESETS
        ],
    }


def fields() -> list[dict[str, Any]]:
    """Returns one object for each option.

    kind: bool, int, float, str or choice. low, high and choices are null for an option without them.
    """
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
    """Returns the options that differ from the defaults."""
    defaults = TrainConfig().to_dict()
    return {name: value for name, value in config.to_dict().items() if value != defaults[name]}
