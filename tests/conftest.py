"""For every test: no screen, no network, its own home folder, a quick collector."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # two test processes and their children share the cores
os.environ["MPLBACKEND"] = "Agg"

import pytest

TRAINER = Path(__file__).with_name("trainer")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first, so that no process is left alone with them in the end."""
    for item in items:
        if TRAINER in item.path.parents:
            item.add_marker(pytest.mark.development)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True, scope="module")
def collector_spared() -> None:
    """What was imported stays, so the collector, which each analysis calls, need not walk it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FER_DESKTOP_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def blocked_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection but to a local Unix socket fails the test that opens it."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != getattr(socket, "AF_UNIX", None):
            pytest.fail(f"a network connection to {address} was opened")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)
