"""How much memory this computer has."""

from __future__ import annotations

import ctypes
import os
import sys


def total_memory_bytes() -> int | None:
    """Physical memory; None where the system does not say."""
    if sys.platform == "win32":
        return _of_windows()
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return total if total > 0 else None


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = [
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("others", ctypes.c_uint64 * 6),
    ]


def _of_windows() -> int | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    return int(status.total) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
