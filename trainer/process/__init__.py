"""The process of a run: the requests it gets, its memory and priority, and processes that train together.

Loads no torch. `trainer.process.distributed` does.
"""

from trainer.process.control import ControlRequest, RunControl, StoppedError
from trainer.process.memory import keep_freed_memory
from trainer.process.priority import lower_priority

__all__ = ["ControlRequest", "RunControl", "StoppedError", "keep_freed_memory", "lower_priority"]
