"""What `pip install` of a wheel gives: the program with its models, and nothing of a training under way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

pytestmark = [pytest.mark.slow, pytest.mark.development]

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel of this checkout installs."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_all_code_and_assets_are_in_it(installed: Path) -> None:
    def files(folder: Path, *patterns: str) -> set[Path]:
        return {path.relative_to(folder) for pattern in patterns for path in folder.rglob(pattern)}

    for package in ("fer_desktop", "trainer"):
        assert files(ROOT / package, "*.py", "*.json") <= files(installed / package, "*.py", "*.json")
    for kind in ("icons", "models", "samples"):
        assert files(installed / "fer_desktop" / "assets" / kind, "*") == files(ROOT / "assets" / kind, "*")


def test_nothing_else_is_in_it(installed: Path) -> None:
    packages = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert packages == {"fer_desktop", "trainer"}
    assert {path.name for path in (installed / "fer_desktop" / "assets").iterdir()} == {
        "icons",
        "models",
        "samples",
    }


def test_it_analyses_with_the_model_that_it_brings(installed: Path, tmp_path: Path) -> None:
    script = (
        "from fer_desktop.__main__ import main; from fer_desktop.core.paths import default_paths as paths; "
        "print(paths().default_model); main(['analyse', str(paths().sample_picture), '-o', 'results'])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "FER_DESKTOP_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.splitlines()[0] == str(installed / "fer_desktop" / "assets" / "models" / "fer7.json")
    assert ",happiness," in (tmp_path / "results" / "astronaut.csv").read_text(encoding="utf-8")
