"""The figures of an epoch, and its files with single rows."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.models import ModelCard
from fer_desktop.core.training import Epoch, RunFolder
from trainer.data import Samples
from trainer.evaluation import natural_and_balanced, row_predictions, with_confusion, worst_rows
from trainer.evaluation.predict import Logits
from trainer.run.checkpoints import RunState


class TrainingError(FerDesktopError):
    """A run cannot be continued."""


def finish_epoch(
    state: RunState,
    logits: Logits,
    card: ModelCard,
    validation: Samples,
    batches: int,
    *,
    makes_a_model: bool,
    select: Literal["best", "last"] = "best",
) -> Epoch:
    """Counts the epoch as finished in ``state``, and returns its report.

    logits: (N, 7) in the card's label order. batches: their number in an epoch. makes_a_model: whether the
    epoch may become the model. select: with ``last`` each such epoch replaces the one before. Raises
    TrainingError when the weights are no longer finite.
    """
    if not np.isfinite(logits).all():
        raise TrainingError(
            f"the weights are no longer finite after epoch {state.epoch + 1}; start again in another folder, "
            "with a lower --learning-rate"
        )
    figures = with_confusion(natural_and_balanced(logits, validation, card), logits, validation, card)
    best = makes_a_model and (state.note_score(figures) or select == "last")
    train_loss = state.loss_sum / batches
    state.next_epoch()
    state.history.append({"epoch": state.epoch, "train_loss": train_loss, **_flat(figures)})
    return Epoch(state.epoch, train_loss, figures, best, state.step)


def write_rows(run: RunFolder, logits: Logits, card: ModelCard, validation: Samples, *, best: bool) -> None:
    """Writes the worst rows with pictures, and after the best epoch all rows. Raises OutputError."""
    worst = worst_rows(validation, logits, card)
    row_predictions(validation, logits, card, rows=worst, thumbnails=True).save(run.worst_file)
    if best:
        row_predictions(validation, logits, card).save(run.validation_file)


def _flat(figures: dict[str, Any]) -> dict[str, float]:
    """Returns the single numbers among the figures. Those of the balanced setting have a prefix."""
    balanced = {f"balanced_{name}": value for name, value in figures["balanced"].items() if name != "tau"}
    return {name: value for name, value in {**figures, **balanced}.items() if isinstance(value, float)}
