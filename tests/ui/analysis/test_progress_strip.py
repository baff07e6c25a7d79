from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.analysis.summary import AnalysisProgress
from fer_desktop.ui.analysis.progress_strip import ProgressStrip, progress_text


def progress(fraction: float | None, elapsed_s: float) -> AnalysisProgress:
    return AnalysisProgress(
        frames_read=50, frames_analysed=50, pts_s=1.0, elapsed_s=elapsed_s, fraction=fraction
    )


@pytest.mark.parametrize(
    ("fraction", "elapsed_s", "held_s", "text"),
    [
        (None, 0.0, 0.0, "50 pictures"),
        (None, 2.0, 0.0, "50 pictures · 25 per second"),
        (0.25, 2.0, 0.0, "50 pictures · 25 per second · 0:06 left"),
        (0.25, 102.0, 100.0, "50 pictures · 25 per second · 0:06 left"),
    ],
)
def test_progress_in_words(fraction: float | None, elapsed_s: float, held_s: float, text: str) -> None:
    assert progress_text(progress(fraction, elapsed_s), held_s) == text


def test_pause_and_continue(qtbot: QtBot) -> None:
    strip = ProgressStrip()
    qtbot.addWidget(strip)
    with qtbot.waitSignal(strip.pause_toggled) as paused:
        strip.pause.click()
    assert paused.args == [True]
    assert strip.pause.text() == "&Continue"
    with qtbot.waitSignal(strip.pause_toggled) as paused:
        strip.pause.click()
    assert paused.args == [False]


def test_after_cancel_it_only_waits_for_the_end(qtbot: QtBot) -> None:
    strip = ProgressStrip()
    qtbot.addWidget(strip)
    strip.show_progress(progress(0.25, 2.0), 0.0)
    assert strip.bar.value() == 250
    with qtbot.waitSignal(strip.cancelled):
        strip.cancel.click()
    strip.show_progress(progress(0.5, 4.0), 0.0)
    assert strip.text.text() == "Finishing the files…"
    assert not strip.pause.isEnabled()
