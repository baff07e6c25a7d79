"""Who may call whom: the rules of the design, read from the imports and from running processes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TRAINER_MAY_USE = {
    f"fer_desktop.core.{name}"
    for name in ("model", "network", "emotions", "paths", "errors", "types", "files", "machine", "training")
}


def modules_of(package: str) -> list[Path]:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert len(paths) > 1, f"{package} was not found"
    return paths


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it; for ``from a import b`` both a and a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def offences(package: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in modules_of(package)
        for module in imports_of(path)
        if is_in(module, forbidden)
    ]


def test_core_knows_neither_qt_nor_the_window_nor_the_trainer() -> None:
    assert offences("fer_desktop/core", {"PySide6", "shiboken6", "fer_desktop.ui", "trainer"}) == []


def test_the_window_knows_neither_the_trainer_nor_torch() -> None:
    assert offences("fer_desktop/ui", {"trainer", "torch", "torchvision", "timm"}) == []


def test_the_trainer_uses_only_the_contract_of_the_core() -> None:
    used = {
        (path.name, module)
        for path in modules_of("trainer")
        for module in imports_of(path)
        if is_in(module, {"fer_desktop"}) and module not in {"fer_desktop", "fer_desktop.core"}
    }
    assert {(name, module) for name, module in used if not is_in(module, TRAINER_MAY_USE)} == set()
    assert used, "the trainer does use the contract"


def test_the_walk_sees_imports_inside_functions(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("import a.b\ndef f():\n    from c import d\n    import PySide6.QtCore\n")
    assert list(imports_of(source)) == ["a.b", "c", "c.d", "PySide6.QtCore"]
    assert is_in("PySide6.QtCore", {"PySide6"})
    assert not is_in("torchmetrics", {"torch"})


def loaded_after(*modules: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after these imports."""
    program = (
        f"import json, sys, {', '.join(modules)}; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stdout))


def test_neither_the_core_nor_the_trainer_loads_qt() -> None:
    loaded = loaded_after("fer_desktop.core.pipeline", "trainer")
    assert {"fer_desktop", "trainer", "cv2"} <= loaded
    assert "PySide6" not in loaded


def test_the_pipeline_and_the_command_line_do_not_load_torch() -> None:
    loaded = loaded_after("fer_desktop.core.pipeline", "fer_desktop.__main__", "fer_desktop.analyse_command")
    assert loaded.isdisjoint({"torch", "PySide6"})


@pytest.mark.parametrize("module", ["fer_desktop.__main__", "fer_desktop.cli"])
def test_the_entry_loads_nothing_heavy_before_it_knows_the_command(module: str) -> None:
    assert loaded_after(module).isdisjoint({"numpy", "cv2", "av", "onnxruntime", "scipy", "PySide6", "torch"})
