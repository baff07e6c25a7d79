"""Nothing opens a connection or asks for a name on start: neither the application nor the trainer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fer2013 import write_fer2013

pytestmark = [pytest.mark.slow, pytest.mark.development]

GUARD = """
import socket, sys

def refuse(*arguments, **options):
    sys.stderr.write(f"NETWORK USED: {arguments[-1:]}\\n")
    sys.stderr.flush()
    import os
    os._exit(99)

socket.socket.connect = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
"""


def guarded(code: str) -> None:
    result = subprocess.run([sys.executable, "-c", GUARD + code], capture_output=True, text=True, timeout=110)
    assert result.returncode == 0, result.stderr[-2000:]


def test_the_guard_catches_a_connection() -> None:
    with pytest.raises(AssertionError, match="NETWORK USED"):
        guarded("import urllib.request; urllib.request.urlopen('http://192.0.2.1')")


def test_the_application() -> None:
    guarded(
        "from fer_desktop.__main__ import main\n"
        "import fer_desktop.ui.window.application, fer_desktop.core.analysis.run\n"
        "assert main(['models']) == 0\n"
    )


def test_the_trainer(tmp_path: Path) -> None:
    data = write_fer2013(tmp_path / "data")
    arguments = [
        "train", "--data", str(data), "--output", str(tmp_path / "run"),
        "--architecture", "test_efficientnet", "--input-size", "32",
        "--start", "random", "--epochs", "1", "--batch-size", "28",
    ]  # fmt: skip
    guarded(f"from trainer.__main__ import main\nassert main({arguments!r}) == 0\n")
