"""Takes the README's pictures: the real window, live and with a recording, and the bundled model on
NASA's portrait of Eileen Collins.

The portrait is in the public domain and ships with scikit-image. Run: python docs/take_picture.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["FER_DESKTOP_HOME"] = tempfile.mkdtemp()

import cv2
import numpy as np
import skimage.data
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from fer_desktop.core.paths import default_paths
from fer_desktop.ui.analysis.running import AnalysisRequest
from fer_desktop.ui.common import theme
from fer_desktop.ui.live.camera_watch import CameraWatcher
from fer_desktop.ui.live.session import LiveSession
from fer_desktop.ui.settings.store import Settings
from fer_desktop.ui.window.consent import CONSENT_VERSION
from fer_desktop.ui.window.main_window import MainWindow
from tests.support.videos import write_video

FRAMES, FPS = 300, 30
WAIT_MS = 9000


def walk_through(portrait: np.ndarray) -> list[np.ndarray]:
    """A slow pan over the portrait, as a camera would see it: (540, 960, 3) BGR."""
    frames = []
    for index in range(FRAMES):
        zoom = 2.3 + 0.3 * np.sin(index / 40)
        shift = 60 * np.sin(index / 25)
        light = 1 - 0.25 * np.sin(index / 30) ** 2
        matrix = np.float32([[zoom, 0, 480 + shift - 225 * zoom], [0, zoom, 250 + shift / 4 - 125 * zoom]])
        frame = cv2.warpAffine(portrait, matrix, (960, 540), borderMode=cv2.BORDER_REFLECT)
        frames.append((frame * light).astype(np.uint8))
    return frames


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main() -> int:
    application = QApplication([])
    theme.apply(application)
    paths = default_paths()
    settings = Settings(paths.settings)
    settings.consent_version = CONSENT_VERSION
    video = Path(tempfile.mkdtemp()) / "portrait.mp4"
    write_video(video, walk_through(skimage.data.astronaut()[:, :, ::-1]), fps=FPS)
    session = LiveSession(settings.pipeline_settings(paths.default_model))
    window = MainWindow(session, CameraWatcher(list_cameras=tuple), settings, paths)
    window.resize(1120, 720)
    window.show()
    window.begin(files=[video])
    wait(WAIT_MS)
    window.grab().save(str(Path(__file__).with_name("window.png")))
    session.stop()
    options = AnalysisRequest(video, video.parent)
    workspace = window.tabs.start_analysis(options, settings.pipeline_settings(paths.default_model))
    wait(2 * WAIT_MS)
    view = workspace.view
    assert view is not None
    view.document.rename(1, "Eileen")
    view.document.add_marker(2.4, 4.1, "looks up")
    view.seek(3.2)
    wait(1000)
    window.grab().save(str(Path(__file__).with_name("recording.png")))
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
