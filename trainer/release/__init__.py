"""From trained weights to a model that the application loads: calibration, export, card, figures.

Most modules load torch; they are imported by their own names.
"""

from trainer.release.report import write_curves, write_metrics

__all__ = ["write_curves", "write_metrics"]
