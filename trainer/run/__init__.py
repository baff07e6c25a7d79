"""One training run: preparation, epochs, pause and stop, checkpoints, and an estimate of what it will take.

Loads no torch. `trainer.run.train` and `trainer.run.probe` do.
"""

from trainer.run.recorder import Recorder, working_on

__all__ = ["Recorder", "working_on"]
