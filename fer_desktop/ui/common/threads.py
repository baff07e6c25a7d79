"""Waits for threads at shutdown."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

log = logging.getLogger(__name__)


def join_threads(threads: Iterable[threading.Thread], timeout_s: float) -> bool:
    """Waits for threads that were told to stop. timeout_s: for all together.

    Returns False if one still runs, and logs its name. Threads that were never started count as ended.
    """
    until = time.monotonic() + timeout_s
    left = []
    for thread in threads:
        if thread.is_alive():
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                left.append(thread.name)
    if left:
        log.error("left behind after %.1f s: %s", timeout_s, ", ".join(left))
    return not left
