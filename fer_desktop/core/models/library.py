"""Lists the models: those that come with the program and those that the user added."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fer_desktop.core.errors import ModelError
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.paths import Paths


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model card on disk. name: what ``find_model`` takes. problem: why it cannot be used, or None."""

    name: str
    path: Path
    bundled: bool
    card: ModelCard | None
    problem: str | None


def list_models(paths: Paths) -> tuple[InstalledModel, ...]:
    """Returns the bundled models, then the user's, each group by name."""
    return tuple(
        _load(path, bundled=folder == paths.bundled_models)
        for folder in (paths.bundled_models, paths.models)
        for path in _cards(folder)
    )


def find_model(text: str, paths: Paths) -> Path | None:
    """Returns the card of a model by its name or by the card's path. The user's models come first."""
    if os.path.isfile(text):  # noqa: PTH113 - Path.is_file raises where looking is not allowed
        return Path(text)
    for folder in (paths.models, paths.bundled_models):
        for path in _cards(folder):
            if path.stem == text:
                return path
    return None


def _cards(folder: Path) -> Iterator[Path]:
    yield from sorted([*folder.glob("*.json"), *folder.glob("*/*.json")], key=lambda path: path.stem)


def _load(path: Path, *, bundled: bool) -> InstalledModel:
    try:
        card, problem = ModelCard.load(path), None
    except ModelError as error:
        card, problem = None, str(error)
    return InstalledModel(path.stem, path, bundled, card, problem)
