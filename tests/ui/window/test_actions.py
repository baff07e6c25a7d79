from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from fer_desktop.core.classification.classifier import DEVICES
from fer_desktop.core.detection.detector import DETECTORS
from fer_desktop.core.emotions import ALL
from fer_desktop.core.live.capture import SessionPhase
from fer_desktop.core.paths import default_paths
from fer_desktop.ui.common import icons, theme
from fer_desktop.ui.live.camera_menu import CameraMenu
from fer_desktop.ui.settings.preferences import DETECTOR_CHOICES, DEVICE_CHOICES
from fer_desktop.ui.window.actions import Actions
from fer_desktop.ui.window.menus import DeviceMenu, fill_menu_bar, make_tool_bar
from fer_desktop.ui.window.shortcuts import shortcuts

WITHOUT_MENU = {"bundled_model", "default_detector", "reload_model", "dismiss"}
"""Offered only where they help."""


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def actions(window: QMainWindow) -> Actions:
    return Actions(window)


def test_no_two_actions_share_a_shortcut(actions: Actions) -> None:
    keys = Counter(action.shortcut().toString() for action in actions.all())
    del keys[""]
    assert {key: count for key, count in keys.items() if count > 1} == {}


def test_tooltips_name_the_shortcut(actions: Actions) -> None:
    assert actions.snapshot.toolTip() == "Save the picture with boxes and labels (Ctrl+S)"
    assert actions.open_files.toolTip().endswith("(Ctrl+O)")


@pytest.mark.parametrize("phase", list(SessionPhase))
def test_the_toggle_says_what_it_does_in_every_phase(actions: Actions, phase: SessionPhase) -> None:
    actions.show_phase(phase)
    words = actions.toggle.text().replace("&", "")
    assert words
    assert actions.toggle.toolTip() == f"{words} (Space)"


def test_every_action_is_in_a_menu_and_each_tool_has_a_name(window: QMainWindow, actions: Actions) -> None:
    cameras = CameraMenu(actions.refresh_cameras, window)
    fill_menu_bar(window.menuBar(), actions, cameras, DeviceMenu(window), [])
    in_menus = {action for menu in window.findChildren(QMenu) for action in menu.actions()}
    named = {name: action for name, action in vars(actions).items() if isinstance(action, QAction)}
    missing = {name for name, action in named.items() if action not in in_menus}
    assert missing == WITHOUT_MENU

    bar = make_tool_bar(actions, cameras, window)
    for button in bar.findChildren(QToolButton):
        if button.objectName() != "qt_toolbar_ext_button":
            assert button.text()
            assert button.toolTip()
            assert not button.icon().isNull()


def test_the_list_of_shortcuts_is_readable(actions: Actions) -> None:
    listed = dict(shortcuts(actions.all()))
    assert listed["Ctrl+O"] == "Open video or pictures"
    assert listed["F11"] == "Full screen"


def test_every_device_and_detector_has_words() -> None:
    assert set(DEVICE_CHOICES) == set(DEVICES)
    assert set(DETECTOR_CHOICES) == set(DETECTORS)


# Icons and colours.


def colours_in(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    image = icon.pixmap(QSize(48, 48), 1.0, mode).toImage()
    pixels = (image.pixelColor(x, y) for x in range(48) for y in range(48))
    return {colour.name() for colour in pixels if colour.alpha() == 255}


def test_an_icon_follows_the_palette(qapp: QApplication) -> None:
    icon = icons.icon("stop")
    before = qapp.palette()
    red = QPalette(before)
    red.setColor(QPalette.ColorRole.ButtonText, QColor("#aa0000"))
    red.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText, QColor("#00aa00"))
    try:
        qapp.setPalette(red)
        assert colours_in(icon) == {"#aa0000"}
        assert colours_in(icon, QIcon.Mode.Disabled) == {"#00aa00"}
    finally:
        qapp.setPalette(before)


def test_an_icon_is_sharp_at_any_size() -> None:
    pixmap = icons.icon("camera").pixmap(QSize(24, 24), 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (48, 2.0)


@pytest.mark.parametrize("path", sorted(default_paths().icons.glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_can_be_drawn(path: object, qapp: QApplication) -> None:
    assert not icons.icon(path.stem).pixmap(QSize(32, 32)).isNull()  # type: ignore[attr-defined]
    assert colours_in(icons.icon(path.stem))  # type: ignore[attr-defined]


def test_every_emotion_has_an_icon() -> None:
    assert all((default_paths().icons / emotion.icon).is_file() for emotion in ALL)


@pytest.mark.parametrize("background", ["#ffffff", "#efefef", "#323232", "#000000"])
@pytest.mark.parametrize("emotion", [emotion.name for emotion in ALL])
def test_every_emotion_stands_out_from_light_and_dark(emotion: str, background: str) -> None:
    colour, behind = theme.emotion_colour(emotion), QColor(background)
    outline = theme.edge(colour, behind)
    assert theme.contrast(outline or colour, behind) >= theme.MIN_CONTRAST


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)
