"""The packages of the trainer can be imported quickly, and do not depend on each other in a circle."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import trainer

ROOT = Path(trainer.__file__).parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
WITHOUT_TORCH = ("data", "process", "evaluation", "run", "recipes", "cli", "learning", "release", "imports")


def test_the_faces_load_no_torch() -> None:
    assert sorted(WITHOUT_TORCH) == PACKAGES
    imports = ", ".join(f"trainer.{name}" for name in PACKAGES)
    program = f"import json, sys, {imports}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"torch", "timm", "albumentations"}.isdisjoint(json.loads(done.stdout))


def test_every_package_says_what_it_is_for() -> None:
    for name in PACKAGES:
        assert ast.get_docstring(ast.parse((ROOT / name / "__init__.py").read_text(encoding="utf-8")))


def test_no_package_needs_itself_through_others() -> None:
    needs: dict[str, set[str]] = {}
    for path in ROOT.rglob("*.py"):
        own = path.relative_to(ROOT).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trainer."):
                needs.setdefault(own, set()).add((node.module or "").split(".")[1])
    circle_free = TopologicalSorter({name: others - {name} for name, others in needs.items()})
    assert set(PACKAGES) <= set(circle_free.static_order())
