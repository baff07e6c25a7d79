"""The real program from its command line to a face card, on generated and on recorded videos."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from fer_desktop.core.paths import default_paths
from fer_desktop.ui.window.main_window import MainWindow
from tests.support.media import shared_media
from tests.support.models import write_tiny_model
from tests.support.videos import write_face_video
from tests.ui.booting import agree, boot

pytestmark = [
    pytest.mark.usefixtures("qapp"),
]


def shows_a_face(window: MainWindow) -> bool:
    cards = window.live_page.panel.cards
    return bool(cards) and cards[0].title != "" and window.session.stats().latency_ms is not None


def test_a_generated_video_shows_a_face(qapp: QApplication, tmp_path: Path) -> None:
    agree()
    write_face_video(tmp_path / "talk.mp4", seconds=2.0, size=(480, 360))
    model = write_tiny_model(tmp_path / "model")
    seen: list[str] = []

    def until(window: MainWindow) -> bool:
        if not shows_a_face(window):
            return False
        seen.append(window.live_page.panel.cards[0].title)
        seen.append(window.windowTitle())
        return True

    code = boot("--open", str(tmp_path / "talk.mp4"), "--model", str(model), "--device", "cpu", until=until)

    assert code == 0
    assert seen[0]
    assert seen[1] == "talk.mp4 – FER Desktop"
    assert default_paths().settings.is_file()


def test_a_recorded_video_shows_a_face(tmp_path: Path) -> None:
    video = shared_media("single_face.mp4")
    agree()
    model = write_tiny_model(tmp_path / "model")
    assert boot("--open", str(video), "--model", str(model), "--device", "cpu", until=shows_a_face) == 0


def test_five_faces_in_one_picture(tmp_path: Path) -> None:
    picture = shared_media("multi_face.jpg")
    agree()
    model = write_tiny_model(tmp_path / "model")

    def until(window: MainWindow) -> bool:
        return len(window.live_page.panel.cards) >= 4

    arguments = ("--open", str(picture), "--model", str(model), "--device", "cpu")
    assert boot(*arguments, until=until) == 0


def test_the_first_start_shows_what_to_know_and_opens_nothing(tmp_path: Path) -> None:
    write_face_video(tmp_path / "talk.mp4", seconds=0.2)

    def until(window: MainWindow) -> bool:
        if window.session.model_status.phase == "loading":
            return False
        assert window.consent.page is not None
        assert window.consent.page.isVisible()
        assert window.source.files == ()
        return True

    model = write_tiny_model(tmp_path / "model")
    assert boot("--open", str(tmp_path / "talk.mp4"), "--model", str(model), until=until) == 0
