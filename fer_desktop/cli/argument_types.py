"""Types of command-line arguments. Heavy modules are imported when an option is used."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable
from pathlib import Path


def existing(text: str) -> Path:
    path = Path(text)
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where looking is not allowed
        raise argparse.ArgumentTypeError(f"there is no file or folder '{text}'")
    return path


def seconds(text: str) -> float:
    """Seconds from 90, 1:30 or 0:01:30.5."""
    seconds = 0.0
    for part in text.split(":"):
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf or text.count(":") > 2:
            raise argparse.ArgumentTypeError(
                f"'{text}' is not a time; give seconds, M:S or H:M:S, like 90 or 1:30"
            )
        seconds = seconds * 60 + value
    return seconds


def number(
    kind: type[int] | type[float], least: float, most: float = math.inf
) -> Callable[[str], int | float]:
    def number(text: str) -> int | float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most or math.isinf(value):
            limits = f"from {least:g}" + (f" to {most:g}" if most < math.inf else "")
            raise argparse.ArgumentTypeError(
                f"'{text}' is not {'a whole number' if kind is int else 'a number'} {limits}"
            )
        return value

    return number


def one_of(module: str, table: str) -> Callable[[str], str]:
    """One of the names in a table of a core module, which is imported only when the option is used."""

    def choose(text: str) -> str:
        import importlib

        names: tuple[str, ...] = getattr(importlib.import_module(f"fer_desktop.core.{module}"), table)
        if text not in names:
            raise argparse.ArgumentTypeError(f"'{text}' is unknown; choose {', '.join(names)}")
        return text

    return choose


def model(text: str) -> Path:
    from fer_desktop.core.models.library import find_model
    from fer_desktop.core.paths import default_paths

    card = find_model(text, default_paths())
    if card is None:
        raise argparse.ArgumentTypeError(f"there is no model '{text}'; 'fer-desktop models' lists them")
    return card
