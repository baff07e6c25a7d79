"""No function is so long that it cannot be read at once. Ruff holds the complexity and the statements."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.development

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 100


@pytest.mark.parametrize("folder", ["fer_desktop", "trainer", "benchmarks", "docs", ".ci"])
def test_no_function_is_longer_than_a_hundred_lines(folder: str) -> None:
    lengths = {
        f"{path.relative_to(ROOT)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}
