"""Predictions of a model on a data set, and the figures that follow from them.

Loads no torch. `trainer.evaluation.predict` and what uses it do: `evaluate` and `reference`.
"""

from trainer.evaluation.metrics import confusion_matrix, natural_and_balanced, with_confusion
from trainer.evaluation.rows import row_predictions, worst_rows

__all__ = ["confusion_matrix", "natural_and_balanced", "row_predictions", "with_confusion", "worst_rows"]
