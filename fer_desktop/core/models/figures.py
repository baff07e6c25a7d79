"""Which of a model card's figures people are told: those of test rows, else those of validation rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fer_desktop.core.emotions import EMOTIONS

# Below it, one picture moves the recall of an emotion by more than three points.
_FEW = 30


@dataclass(frozen=True)
class CardFigures:
    """rows: ``test`` rows neither trained nor chose the model; by ``validation`` rows its epoch and its
    calibration were chosen, so that it looks a little better on them than it is.
    natural: the figures at tau 0, as ``trainer.metrics.natural_and_balanced`` gives them.
    """

    rows: Literal["test", "validation"] = "validation"
    natural: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, metrics: Mapping[str, Any]) -> CardFigures:
        """From the field ``metrics`` of a card; empty when it has no figures."""
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
        """How many pictures they are about; None when the card does not say."""
        count = _mapping(self.natural.get("counts")).get("scored")
        return count if isinstance(count, int) else None

    @property
    def pictures(self) -> str:
        """Which pictures they are about, in words."""
        if self.rows == "validation":
            return "pictures that the model did not learn from, but was chosen by"
        count = f"{self.count:,} " if self.count else ""
        return f"{count}pictures that were kept apart until the model was finished"

    @property
    def few(self) -> dict[str, int]:
        """The emotions with so few of those pictures that their figures waver, in the order of EMOTIONS."""
        counts = _mapping(_mapping(self.natural.get("counts")).get("by_label"))
        return {
            name: count
            for name in EMOTIONS
            if isinstance(count := counts.get(name), int) and 0 < count < _FEW
        }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
