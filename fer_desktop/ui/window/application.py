"""Starts the window."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fer_desktop.core.paths import default_paths
from fer_desktop.ui.common import icons, theme
from fer_desktop.ui.live import CameraWatcher, LiveSession
from fer_desktop.ui.settings import Settings
from fer_desktop.ui.window.main_window import MainWindow

log = logging.getLogger(__name__)

OVERRIDES = ("model", "device", "detector", "detector_model")
"""Command-line options that override fields of PipelineSettings for one run."""


def run(arguments: argparse.Namespace) -> int:
    """Opens the window and returns the exit code when it is closed."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("fer-desktop")
    application.setDesktopFileName("fer-desktop")
    application.setWindowIcon(icons.icon(icons.APPLICATION))
    theme.apply(application)

    paths = default_paths()
    settings = Settings(paths.settings)
    overrides = {name: value for name in OVERRIDES if (value := getattr(arguments, name)) is not None}
    session = LiveSession(settings.pipeline_settings(paths.default_model))
    window = MainWindow(session, CameraWatcher(), settings, paths, overrides=overrides)
    session.configure(window.pipeline.settings)
    window.show()
    files = [arguments.open] if arguments.open else []
    QTimer.singleShot(0, window, lambda: window.begin(files=files, camera_key=arguments.camera))

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unexpected error", exc_info=(kind, error, trace))
        window.status_bar.say(f"Something went wrong ({kind.__name__}: {error}).", paths.logs)

    previous_hook, sys.excepthook = sys.excepthook, report
    # Runs when a timer of the window next enters Python, at most a quarter of a second later.
    previous_handler = signal.signal(signal.SIGINT, lambda *_: window.close())
    try:
        code = application.exec()
    finally:
        sys.excepthook = previous_hook
        signal.signal(signal.SIGINT, previous_handler)
    if not window.ended_cleanly:
        # A thread hangs in a driver. The interpreter would wait for it.
        logging.shutdown()
        os._exit(code or 1)
    return code
