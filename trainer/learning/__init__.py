"""How a network learns: start weights, augmented batches, targets from teachers, the optimiser's step, soups.

Most modules load torch, and ``augment`` loads Albumentations; they are imported by their own names.
"""

from trainer.learning.schedule import learning_rate

__all__ = ["learning_rate"]
