"""What tests do with the page of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytestqt.qtbot import QtBot

from fer_desktop.core.training.run_folder import RunFolder
from fer_desktop.ui.training.run_phase import RunPhase

if TYPE_CHECKING:
    from fer_desktop.ui.training.run_page import RunPage

SLOW_MS = 20_000
"""Only a test that fails waits this long."""

Make = Callable[..., "RunPage"]


def started(qtbot: QtBot, page: RunPage) -> RunPage:
    """Starts it and waits until the fake trainer waits for words."""
    page.start()
    qtbot.waitUntil(lambda: page.history.last_checkpoint == 3, timeout=SLOW_MS)
    return page


def end_run(qtbot: QtBot, run: RunFolder) -> None:
    """Stops a trainer in the background."""
    deadline = time.monotonic() + SLOW_MS / 1000
    while run.is_alive and time.monotonic() < deadline:
        run.say("stop")
        qtbot.wait(10)


def buttons(page: RunPage) -> list[str]:
    return [button.action_text for button in page.strip.buttons.buttons]


def press(page: RunPage, text: str) -> None:
    next(button for button in page.strip.buttons.buttons if button.action_text == text).click()


def reaches(qtbot: QtBot, page: RunPage, phase: RunPhase) -> None:
    qtbot.waitUntil(lambda: page.session.phase is phase, timeout=SLOW_MS)
