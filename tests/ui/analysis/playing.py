"""What tests of the player share: a recording whose pictures tell their numbers, and reading those again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fer_desktop.core.overlay.drawing import OverlayStyle
from fer_desktop.ui.analysis.player import Player
from tests.support.videos import write_video

FPS = 10.0
FRAMES = 40
SIZE = (160, 90)
PLAIN = OverlayStyle(boxes=False, labels=False, bars=False)


def brightness(index: int) -> int:
    """As it is shown; pictures of one shade come out of the encoder 4 darker."""
    return 16 + 5 * index


def write_recording(path: Path) -> Path:
    """Four seconds at 10 frames a second; each picture tells its index by its brightness."""
    pictures = [np.full((SIZE[1], SIZE[0], 3), brightness(index) + 4, np.uint8) for index in range(FRAMES)]
    write_video(path, pictures, fps=FPS, options={"preset": "veryfast", "bf": "3", "g": "250"})
    return path


def picture(player: Player) -> QImage:
    return player.view.grab().toImage()


def number_in_the_picture(player: Player) -> int:
    image = picture(player)
    return round((image.pixelColor(image.rect().center()).red() - 16) / 5)


def shows(qtbot: QtBot, player: Player, index: int) -> None:
    qtbot.waitUntil(lambda: player.frame is not None and player.frame.index == index)
    assert number_in_the_picture(player) == index
