"""Builds the sdist and from it the wheel, installs only that, and runs the quick part of the tests on it.

Its environment is ``.venv-package``, made anew when the dependencies change. Python runs isolated (``-I``).
The tests lie in a folder without the source, so that only the wheel is found.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv-package"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
EXTRAS = "yunet,test"
QUICK = "not slow and not development"
FOUND_IN_ENVIRONMENT = """
import pathlib, sys, fer_desktop
assert pathlib.Path(sys.prefix) in pathlib.Path(fer_desktop.__file__).parents, fer_desktop.__file__
"""
NEED_THE_CHECKOUT = (
    "tests/trainer",
    "tests/test_imports.py",
    "tests/test_wheel.py",
    "tests/ui/training/test_end_to_end.py",
)


def run(*command: str | Path, folder: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """Ends the program with the command's exit code when it fails."""
    print("+", *command, flush=True)
    code = subprocess.run(command, cwd=folder, env=os.environ | (environment or {})).returncode
    if code:
        sys.exit(code)


def build(folder: Path) -> Path:
    """The wheel that the sdist of this checkout makes."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    source = folder / sdist.name.removesuffix(".tar.gz")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, folder=source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path) -> None:
    """Into the environment of its own; the dependencies are kept while they are the same."""
    parts = ((ROOT / "pyproject.toml").read_bytes(), CONSTRAINTS.read_bytes(), sys.version.encode())
    wanted, stamp = hashlib.sha256(b"".join(parts)).hexdigest(), ENVIRONMENT / "dependencies"
    pip = (PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        run(*pip, "--constraint", CONSTRAINTS, f"{wheel}[{EXTRAS}]")
        stamp.write_text(wanted)
    run(*pip, "--no-deps", "--force-reinstall", wheel)


def test(folder: Path) -> None:
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    run(PYTHON, "-I", "-m", "fer_desktop", "--version", folder=folder)
    run(PYTHON, "-I", "-c", FOUND_IN_ENVIRONMENT, folder=folder)
    run(
        *(PYTHON, "-I", "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile"),
        *("-m", QUICK, *(f"--ignore={path}" for path in NEED_THE_CHECKOUT)),
        folder=folder,
        environment={"FER_DESKTOP_SHARED": str(ROOT.parent / "shared")},
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fer-desktop-package-") as folder:
        built, tested = Path(folder, "built"), Path(folder, "tested")
        built.mkdir()
        tested.mkdir()
        install(build(built))
        test(tested)


if __name__ == "__main__":
    main()
