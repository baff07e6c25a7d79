"""Checks before the window opens, because Qt ends the process when something is missing."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from fer_desktop.core.errors import FerDesktopError

QT_LIBRARIES = (
    "libegl1 libwayland-cursor0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 "
    "libxcb-keysyms1 libxcb-render-util0 libxcb-shape0"
)


def check_window_system() -> None:
    """Raises FerDesktopError when no window can be opened; the message says what to do."""
    try:
        from PySide6 import QtGui, QtWidgets  # noqa: F401
    except ImportError as error:
        raise FerDesktopError(f"The window cannot be opened: {error}. {_advice()}") from error
    if sys.platform == "linux":
        _check_linux_display()


def load_torch_before_qt(device: str | None) -> None:
    """Imports PyTorch on Windows when it will be needed: its libraries fail to load after Qt."""
    if sys.platform != "win32" or device in ("cpu", "mps") or importlib.util.find_spec("torch") is None:
        return
    if Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32/nvcuda.dll").exists():
        import torch  # noqa: F401


def _check_linux_display() -> None:
    plugins = _display_plugins()
    if plugins is None:
        return
    if not plugins:
        raise FerDesktopError(
            "The window cannot be opened: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            "Start it from a desktop session, or use 'fer-desktop analyse' without a window."
        )
    from PySide6.QtCore import QLibraryInfo

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms")
    for name in plugins:
        try:
            ctypes.CDLL(str(folder / f"libq{name}.so"))
        except OSError as error:
            problem = f"{error}. {_advice()}"
        else:
            if name != "xcb" or _x_server_answers():
                return
            problem = (
                f"the display '{os.environ['DISPLAY']}' does not answer or refuses this user. "
                "Start it from a desktop session, or use 'fer-desktop analyse' without a window."
            )
    raise FerDesktopError(f"The window cannot be opened: {problem}")


def _x_server_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _display_plugins() -> list[str] | None:
    """Qt's plugins for the displays at hand; None where the user chose one that needs no display."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if chosen not in ("", "wayland", "xcb"):
        return None
    displays = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
    return [name for name, variable in displays.items() if chosen in ("", name) and os.environ.get(variable)]


def _advice() -> str:
    if sys.platform == "linux":
        return f"On Debian and Ubuntu install what Qt needs with: sudo apt install {QT_LIBRARIES}"
    return "Install it again with: pip install --force-reinstall fer-desktop"
