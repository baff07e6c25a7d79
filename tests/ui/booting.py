"""Boots the real program and acts on its window until a condition holds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fer_desktop.__main__ import main
from fer_desktop.core.paths import default_paths
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.window.consent import CONSENT_VERSION
from fer_desktop.ui.window.main_window import MainWindow
from tests.ui.fakes import WAIT_S


def agree() -> None:
    settings = Settings(default_paths().settings)
    settings.consent_version = CONSENT_VERSION
    assert settings.save()


def boot(*arguments: str, until: Callable[[MainWindow], bool]) -> int:
    """Runs `fer-desktop ARGUMENTS` and closes its window once `until` says so. Returns the exit code."""
    done = False

    def look() -> None:
        nonlocal done
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow) and window.isVisible() and until(window):
                done = True
                window.close()

    def give_up() -> None:
        for window in QApplication.topLevelWidgets():
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(10)
    limit = QTimer()
    limit.setSingleShot(True)
    limit.timeout.connect(give_up)
    limit.start(int(WAIT_S * 1000))
    code = main(arguments)
    timer.stop()
    limit.stop()
    assert done, "what was waited for did not happen"
    return code
