"""Facts about this computer and its memory, and the memory that the program used."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


def describe_machine() -> dict[str, str | int]:
    """Returns the processor, the number of its logical cores and the operating system."""
    return {"cpu": _cpu_name(), "cores": os.cpu_count() or 1, "system": platform.platform(aliased=True)}


def _cpu_name() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def peak_memory_bytes() -> int:
    """Returns the largest amount of memory that this process has used (resident set; working set on
    Windows)."""
    if sys.platform == "win32":
        return _peak_working_set()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _MemoryCounters(ctypes.Structure):
    """The structure PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("quotas_and_page_file", ctypes.c_size_t * 6),
    ]


def _peak_working_set() -> int:
    counters = _MemoryCounters()
    counters.size = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    query = kernel.K32GetProcessMemoryInfo
    query.argtypes = [ctypes.c_void_p, ctypes.POINTER(_MemoryCounters), ctypes.c_uint32]
    if not query(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size):
        raise ctypes.WinError()  # type: ignore[attr-defined]
    return int(counters.peak_working_set)


def total_memory_bytes() -> int | None:
    """Returns the physical memory; None where the system does not tell."""
    if sys.platform == "win32":
        return _of_windows()
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return total if total > 0 else None


class _MemoryStatus(ctypes.Structure):
    """The structure MEMORYSTATUSEX of the Windows API."""

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
