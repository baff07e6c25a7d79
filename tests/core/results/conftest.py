"""Small results that are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_desktop.core.results.faces import FaceTable
from fer_desktop.core.types import FrameResult
from tests.support.stored import two_people, write_ferx


@pytest.fixture
def results() -> list[FrameResult]:
    return two_people()


@pytest.fixture
def table(results: list[FrameResult]) -> FaceTable:
    return FaceTable.of(results)


@pytest.fixture
def ferx(tmp_path: Path, table: FaceTable) -> Path:
    """A results file of ``two_people``, whose recording is not there."""
    return write_ferx(tmp_path / "talk.ferx", table, tmp_path / "talk.mp4")
