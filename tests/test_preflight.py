from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fer_desktop.preflight import load_torch_before_qt


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Windows with an NVIDIA driver and an installed torch that is not loaded yet; its system folder."""
    (tmp_path / "System32").mkdir()
    (tmp_path / "System32" / "nvcuda.dll").touch()
    (tmp_path / "packages" / "torch").mkdir(parents=True)
    (tmp_path / "packages" / "torch" / "__init__.py").touch()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "torch")
    return tmp_path


@pytest.mark.parametrize(
    ("device", "loaded"), [(None, True), ("auto", True), ("cuda", True), ("cpu", False), ("mps", False)]
)
def test_torch_is_loaded_before_qt_where_a_gpu_may_be_used(
    device: str | None, loaded: bool, windows: Path
) -> None:
    load_torch_before_qt(device)
    assert ("torch" in sys.modules) is loaded


def test_without_an_nvidia_driver_it_is_not(windows: Path) -> None:
    (windows / "System32" / "nvcuda.dll").unlink()
    load_torch_before_qt("auto")
    assert "torch" not in sys.modules


def test_other_systems_do_not_need_it(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    load_torch_before_qt("cuda")
    assert "torch" not in sys.modules
