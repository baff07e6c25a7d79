"""Takes the pictures of the README and the user guide again: the real window, run off the screen.

Faces are NASA's portrait of Eileen Collins, which is in the public domain and ships with scikit-image, and
faces that this file draws. The run in the pictures is a real one on the drawn faces.

Run: python docs/take_pictures.py
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["FER_DESKTOP_HOME"] = str(Path(tempfile.gettempdir(), "fer-desktop-pictures"))

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from fer_desktop.__main__ import main as start_program
from fer_desktop.core import emotions
from tests.support.videos import write_video

HOME = Path(os.environ["FER_DESKTOP_HOME"])
PICTURES = Path(__file__).with_name("pictures")
WINDOW_SIZE = (1040, 680)
FPS = 24
TIMEOUT_MS = 600_000
IN_FOCUS_S = 11.0
"""A time of the portrait's video at which the mouth is in focus, after it was not twice."""

Picture = NDArray[np.uint8]


RUN_OPTIONS = {
    "input_size": 64,
    "epochs": 12,
    "batch_size": 32,
    "learning_rate": 0.002,
    "ema_decay": 0.9,
}
"""Of the run on drawn faces, besides the preset for a quick check."""


# What is shown.


def portrait(seconds: float, people: int = 1, fps: int = FPS) -> Iterator[Picture]:
    """Frames (540, 960, 3) BGR: a slow pan over the portrait, with its mouth out of focus now and then.

    people: 2 shows its mirror image beside it after a quarter of the time.
    """
    whole = np.ascontiguousarray(skimage.data.astronaut()[:, :, ::-1])
    soft = cv2.GaussianBlur(whole, (0, 0), 9)
    mouth = cv2.GaussianBlur(_ellipse(whole.shape[:2], (228, 168), (66, 46)), (0, 0), 5)[:, :, None]
    for index in range(round(seconds * fps)):
        time_s = index / fps
        share = mouth * np.clip(2 * np.sin(time_s * 1.1 - 1) - 0.5, 0, 1)
        image = (whole * (1 - share) + soft * share).astype(np.uint8)
        if people == 1:
            yield _view(image, (960, 540), 2.4 + 0.2 * np.sin(time_s), 40 * np.sin(1.2 * time_s))
            continue
        left = _view(image, (480, 540), 2.0, 20 * np.sin(time_s))
        right = _view(whole[:, ::-1], (480, 540), 1.9, 20 * np.cos(time_s), centre=whole.shape[1] - 226)
        yield np.hstack([left, right if time_s > seconds / 4 else np.full_like(right, 90)])


def _view(image: Picture, size: tuple[int, int], zoom: float, shift: float, centre: float = 226) -> Picture:
    matrix = np.array([[zoom, 0, size[0] / 2 + shift - centre * zoom], [0, zoom, 250 - 125 * zoom]])
    return np.asarray(cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _ellipse(shape: tuple[int, ...], centre: tuple[int, int], axes: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(cv2.ellipse(np.zeros(shape, np.float32), centre, axes, 0, 0, 360, 1.0, -1), np.float32)


# Mouth (bend, opening), brows (slant, height), eyes (opening) of a drawn face.
LOOKS = {
    "anger": (-5, 1, 6, 0, 5),
    "disgust": (-4, 3, 4, 1, 3),
    "fear": (-3, 5, -5, -4, 8),
    "happiness": (8, 3, 0, -1, 5),
    "sadness": (-7, 1, -5, 0, 4),
    "surprise": (0, 11, 0, -7, 8),
    "neutral": (0, 1, 0, 0, 5),
}


def draw_face(emotion: str, generator: np.random.Generator) -> Picture:
    """A face of a few lines, (96, 96) grey, under light and noise of its own."""
    bend, opening, slant, height, eye = np.array(LOOKS[emotion]) + generator.normal(0, 1.2, 5)
    image = np.full((96, 96), int(generator.integers(20, 160)), np.uint8)
    cv2.ellipse(image, (48, 50), (int(generator.integers(28, 40)), 42), 0, 0, 360, 190, -1, cv2.LINE_AA)
    across = np.linspace(-1, 1, 15)
    upper = 74 + bend * (0.5 - across**2) - max(opening, 1) / 2
    lips = np.concatenate([upper, (upper + max(opening, 1))[::-1]])
    mouth = np.stack([48 + 15 * np.concatenate([across, across[::-1]]), lips], axis=1)
    cv2.fillPoly(image, [mouth.round().astype(np.int32)], 40, cv2.LINE_AA)
    for side in (-1, 1):
        size = (6, max(1, round(eye / 1.5)))
        cv2.ellipse(image, (48 + 14 * side, 44), size, 0, 0, 360, 30, -1, cv2.LINE_AA)
        inner = (48 + 7 * side, round(33 + height + slant / 2))
        outer = (48 + 21 * side, round(33 + height - slant / 2))
        cv2.line(image, inner, outer, 50, 3, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((48, 48), generator.normal(0, 8), generator.uniform(0.85, 1.1))
    turn[:, 2] = turn[:, 2] + generator.normal(0, 3, 2)
    image = cv2.warpAffine(image, turn, (96, 96), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    light = cv2.resize(generator.normal(0, 38, (4, 4)), (96, 96), interpolation=cv2.INTER_CUBIC)
    return np.clip(image + light + generator.normal(0, 10, image.shape), 0, 255).astype(np.uint8)


def write_drawn_faces(folder: Path) -> Path:
    """Class folders of drawn faces, as the window takes them for training."""
    generator = np.random.default_rng(0)
    for split, count in (("train", 60), ("validation", 20), ("test", 30)):
        for emotion in emotions.EMOTIONS:
            place = folder / split / emotion
            place.mkdir(parents=True)
            for number in range(count):
                cv2.imwrite(str(place / f"{number:03}.png"), draw_face(emotion, generator))
    return folder


# The pictures, in the order in which a person would come by them.


def take_all(window: Any, folder: Path) -> None:
    """window: the program's, at its first start, with a video to open."""
    save(window, "first-start", more_height=120)
    window.consent.page.buttons.buttons[0].click()
    wait_until(lambda: window.session.model_status.card is not None and window.live_page.view.has_picture)
    wait(round(1000 * IN_FOCUS_S))
    save(window, "live")
    take_dialogs(window)
    take_recording(window, folder)
    take_queue(window, folder)
    take_training(window, folder)


def take_dialogs(window: Any) -> None:
    window.commands.preferences.trigger()
    window.settings_commands.preferences.resize(520, 540)
    save(window.settings_commands.preferences, "settings")
    window.settings_commands.preferences.close()
    window.training.show_collect()
    page = window.training.collect
    page.options.buttons["happiness"].click()
    wait(1500)
    save(window, "collect")
    window.tabs.remove_page(page)
    window.session.stop()


def take_recording(window: Any, folder: Path) -> None:
    window.commands.analyse.trigger()
    dialog = window.files.analyse_dialog
    dialog.offer(folder / "interview.mp4", window.pipeline.settings)
    dialog.resize(620, 540)
    save(dialog, "analyse")
    dialog.start.click()
    wait_until(lambda: not window.tabs.is_running)
    view = window.tabs.workspaces[0].view
    for number, name in enumerate(("Guest", "Host"), start=1):
        view.document.rename(number, name)
    view.document.add_marker(2.0, 4.5, "First question")
    view.document.add_marker(6.0, None, "Second question")
    view.seek(5.2)
    window.status_bar.clear_message()
    window.resize(WINDOW_SIZE[0], WINDOW_SIZE[1] + 160)
    view.findChild(QSplitter).setSizes([400, 340])
    save(window, "recording")
    window.resize(*WINDOW_SIZE)
    view.actions_.export.trigger()
    wait(300)
    exporting: Any = QApplication.activeModalWidget()
    save(exporting, "export")
    exporting.reject()
    window.tabs.close_tab(window.tabs.indexOf(window.tabs.workspaces[0]))


def take_queue(window: Any, folder: Path) -> None:
    window.commands.queue.trigger()
    queue = window.tabs.queue
    queue.output.setText(str(folder / "results"))
    queue.offer([folder / name for name in ("interview.mp4", "monday.mp4", "tuesday.mp4")])
    wait_until(lambda: queue.model.rowCount() == 3)
    queue.start.trigger()
    wait_until(lambda: queue.model.rows[1].state == "running" and queue.model.rows[1].progress is not None)
    wait(700)
    save(window, "queue")
    wait_until(lambda: not queue.is_running)
    window.tabs.remove_page(queue)


def take_training(window: Any, folder: Path) -> None:
    data = write_drawn_faces(folder / "drawn faces")
    pages = window.training
    pages.show_data(data)
    pages.data.check.trigger()
    wait_until(lambda: pages.data.report is not None)
    save(window, "data", more_height=160)
    window.tabs.remove_page(pages.data)

    pages.show_setup(data)
    wait_until(lambda: pages.setup.form is not None)
    form = pages.setup.form
    save(window, "new-run")
    form.title.setText("Drawn faces")
    for name, value in RUN_OPTIONS.items():
        form.options.rows[name].editor.set_value(value)
    form.start.trigger()
    window.tabs.remove_page(pages.setup)
    wait_until(lambda: pages.run_pages and pages.run_pages[0].session.phase.value == "Finished")
    save(window, "run")
    run = pages.run_pages[0].run
    window.tabs.remove_page(pages.run_pages[0])

    pages.show_evaluate(run.card_file)
    pages.evaluate.form.data.set_data(data, None)
    pages.evaluate.evaluate.trigger()
    wait_until(lambda: pages.evaluate.view.isVisible())
    save(window, "evaluate", more_height=120)


# How they are taken.


def save(widget: QWidget, name: str, more_height: int = 0) -> None:
    """A PNG of 256 colours, among them those of the emotions; half as large as one of all colours.

    more_height: pixels by which the widget is higher while its picture is taken.
    """
    size = widget.size()
    widget.resize(size.width(), size.height() + more_height)
    wait(500)
    path = PICTURES / f"{name}.png"
    widget.grab().save(str(path))
    widget.resize(size)
    with Image.open(path) as picture:
        full = picture.convert("RGB")
    kept = b"".join(bytes.fromhex(emotion.colour.removeprefix("#")) for emotion in emotions.ALL)
    most = full.quantize(256 - len(kept) // 3).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*most[: 768 - len(kept)], *kept])
    full.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], object]) -> None:
    """Raises TimeoutError."""
    for _ in range(TIMEOUT_MS // 50):
        if is_so():
            return
        wait(50)
    raise TimeoutError("the window did not get there")


def main() -> int:
    shutil.rmtree(HOME, ignore_errors=True)
    folder = HOME / "recordings"
    folder.mkdir(parents=True)
    PICTURES.mkdir(exist_ok=True)
    for name, seconds, people in (("interview", 12, 2), ("monday", 30, 1), ("tuesday", 6, 1)):
        write_video(folder / f"{name}.mp4", portrait(seconds, people), fps=FPS)
    application = QApplication([])
    problems: list[Exception] = []

    def take() -> None:
        window: Any = next(item for item in application.topLevelWidgets() if hasattr(item, "live_page"))
        window.resize(*WINDOW_SIZE)
        try:
            take_all(window, folder)
        except Exception as error:
            problems.append(error)
            traceback.print_exc()
        finally:
            window.close()

    QTimer.singleShot(1000, take)
    start_program(["--open", str(folder / "monday.mp4")])
    return len(problems)


if __name__ == "__main__":
    sys.exit(main())
