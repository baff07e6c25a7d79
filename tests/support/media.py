"""Real recordings that may lie beside the checkout; tests that want one are skipped without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FER_DESKTOP_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def shared_media(name: str) -> Path:
    path = SHARED / "media" / name
    if not path.exists():
        pytest.skip(f"{path} is not present")
    return path


def shared_fer2013() -> Path:
    path = SHARED / "data" / "fer2013" / "fer2013.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not present")
    return path
