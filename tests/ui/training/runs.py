"""Runs of the fake trainer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fer_desktop.core.training.run_folder import RunFolder, RunInfo
from fer_desktop.ui.training.run_process import Program

FAKE = Path(__file__).with_name("fake_trainer.py")
CONFIG = {"name": "fer7", "epochs": 2, "batch_size": 4}


def fake(behaviour: str) -> Program:
    return sys.executable, (str(FAKE), behaviour)


def info(title: str = "My run") -> RunInfo:
    return RunInfo(title, "2026-11-25T12:00:00+00:00", "/data", None, CONFIG, "quick-check")


def new_run(folder: Path) -> RunFolder:
    """With the file that a trainer reads its options from."""
    run = RunFolder.create(folder, info())
    (run.path / "config.json").write_text(json.dumps(CONFIG))
    return run
