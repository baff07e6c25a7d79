from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from fer_desktop.core.training.run_history import RunHistory
from fer_desktop.core.training.run_summary import RunSummary
from fer_desktop.ui.training.compare_view import CompareView


def summary(title: str) -> RunSummary:
    info = RunInfo(title, "2026-11-25T12:00:00+00:00", "/data", None, {})
    return RunSummary(RunFolder(Path(title)), info, RunHistory(), "stopped", None)


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ("Plain", "With mixup", "Plain and With mixup"),
        ("Same", "Same", "Same (1) and Same (2)"),
        ("fine_tuned_with_sharpness_aware_steps", "B", "fine_tuned_with_sharpness_a… and B"),
        ("x" * 40 + "1", "x" * 40 + "2", f"{'x' * 27}… (1) and {'x' * 27}… (2)"),
    ],
)
def test_both_runs_are_named_so_that_they_can_be_told_apart(
    qtbot: QtBot, first: str, second: str, named: str
) -> None:
    view = CompareView()
    qtbot.addWidget(view)
    view.show_runs(summary(first), summary(second), [], "Other rows.")
    assert view.accessibleName() == f"Comparison of {named}"
    assert view.words == ["Other rows."]
