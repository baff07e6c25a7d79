"""Memory that the process keeps from one step of a run to the next."""

from __future__ import annotations

import ctypes
import sys

# From glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """Makes glibc keep freed memory for the next step; returns whether it could.

    By default it gives large blocks back at once, and the kernel has to clear each page of every activation
    anew in each step (``python -m benchmarks.training_speed`` measures it). Other C libraries are left alone.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_MMAP_MAX, 0) and mallopt(_TRIM_THRESHOLD, 2**31 - 1))
