"""Chooses the figures of a model card that people see: those of test rows, else of validation rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fer_desktop.core.emotions import EMOTIONS

# Below it, one picture moves the recall of an emotion by more than three points.
_FEW = 30


@dataclass(frozen=True)
class CardFigures:
    """The figures of a model card that people see.

    rows: ``test`` rows were used neither for training nor for choosing the model. ``validation`` rows chose
    its epoch and its calibration, so its figures on them are a little too good.
    natural: the figures at tau 0, as ``trainer.metrics.natural_and_balanced`` gives them.
    """

    rows: Literal["test", "validation"] = "validation"
    natural: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, metrics: Mapping[str, Any]) -> CardFigures:
        """Reads the field ``metrics`` of a card. Empty when the card has no figures."""
        for rows in ("test", "validation"):
            if natural := _mapping(metrics.get(rows)):
                return cls(rows, natural)
        return cls()

    @property
    def balanced(self) -> Mapping[str, Any]:
        """The figures in the balanced setting, which the program starts with."""
        return _mapping(self.natural.get("balanced"))

    @property
    def count(self) -> int | None:
        """The number of pictures behind the figures; None when the card does not tell it."""
        count = _mapping(self.natural.get("counts")).get("scored")
        return count if isinstance(count, int) else None

    @property
    def pictures(self) -> str:
        """Describes the pictures behind the figures in words."""
        if self.rows == "validation":
            return "pictures that chose the model's settings but did not train it"
        count = f"{self.count:,} " if self.count else ""
        return f"{count}pictures that were kept apart until the model was finished"

    @property
    def few(self) -> dict[str, int]:
        """The emotions with few such pictures, and their number, in the order of EMOTIONS.

        Figures of these emotions are uncertain.
        """
        counts = _mapping(_mapping(self.natural.get("counts")).get("by_label"))
        return {
            name: count
            for name in EMOTIONS
            if isinstance(count := counts.get(name), int) and 0 < count < _FEW
        }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
