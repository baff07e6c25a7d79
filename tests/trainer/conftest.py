"""A tiny data set, and one whole run on it, for all tests of the trainer."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.support.fer2013 import write_fer2013
from tests.support.runs import Run, run


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fer2013(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The folder and the messages of an uninterrupted run; tests only read it."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(data, folder)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Sums depend on the number of threads, which a classifier of a test before may have set."""
    torch.set_num_threads(1)
