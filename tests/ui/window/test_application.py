from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from fer_desktop.core.paths import default_paths
from fer_desktop.ui.live.camera_watch import CameraWatcher
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.window import application
from fer_desktop.ui.window.main_window import MainWindow
from tests.support.models import write_tiny_model
from tests.ui.booting import agree, boot

pytestmark = [
    pytest.mark.usefixtures("qapp", "no_cameras"),
]


@pytest.fixture
def no_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "CameraWatcher", partial(CameraWatcher, list_cameras=lambda: ()))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "model")


def is_ready(window: MainWindow) -> bool:
    return window.session.model_status.phase == "ready"


def test_what_the_command_line_says_holds_for_one_run(qapp: QApplication, model: Path) -> None:
    agree()
    seen = []

    def until(window: MainWindow) -> bool:
        if not is_ready(window):
            return False
        card = window.session.model_status.card
        seen.append((card.name if card else None, window.pipeline.settings.device))
        return True

    assert boot("--model", str(model), "--device", "cpu", until=until) == 0
    assert seen == [("tiny", "cpu")]
    stored = Settings(default_paths().settings)
    assert (stored.model, stored.device) == (None, "auto")


def test_what_is_changed_in_the_window_goes_before_the_command_line(model: Path) -> None:
    agree()

    def until(window: MainWindow) -> bool:
        if not is_ready(window):
            return False
        if window.pipeline.settings.device == "cpu":
            automatic = window.settings_commands.device_menu.actions()[0]
            automatic.trigger()
            return False
        return window.pipeline.settings.device == "auto"

    assert boot("--model", str(model), "--device", "cpu", until=until) == 0


def test_the_style_follows_the_platform(qapp: QApplication, model: Path) -> None:
    agree()
    assert boot("--model", str(model), until=is_ready) == 0
    assert qapp.style().name() == "fusion"
    assert not qapp.windowIcon().isNull()


def test_an_unexpected_error_is_told_and_the_window_stays(
    model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    agree()
    hook = sys.excepthook

    def until(window: MainWindow) -> bool:
        if "Something went wrong" not in window.status_bar.message:
            error = RuntimeError("a planned <error>")
            sys.excepthook(RuntimeError, error, None)
        assert "a planned &lt;error&gt;" in window.status_bar.message
        return True

    assert boot("--model", str(model), until=until) == 0
    assert "unexpected error" in caplog.text
    assert sys.excepthook is hook


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to oneself")
def test_ctrl_c_closes_the_window(qapp: QApplication, model: Path) -> None:
    agree()
    handler = signal.getsignal(signal.SIGINT)
    sent = False

    def until(window: MainWindow) -> bool:
        nonlocal sent
        if is_ready(window) and not sent:
            sent = True
            os.kill(os.getpid(), signal.SIGINT)
            assert not window.isVisible()
        return sent

    assert boot("--model", str(model), until=until) == 0
    assert signal.getsignal(signal.SIGINT) is handler
