"""Who may call whom: the rules of the architecture, read from the imports and from running processes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.imports import loaded_after

pytestmark = pytest.mark.development

ROOT = Path(__file__).resolve().parents[1]

TRAINER_MAY_USE = {
    *(f"fer_desktop.core.{name}" for name in ("emotions", "paths", "errors", "types", "files", "machine")),
    "fer_desktop.core.models",
    "fer_desktop.core.training",
}

HEAVY = {"torch", "timm", "albumentations"}
"""Packages that take seconds to load. No face of a package loads them; the modules that do are imported by
their own names."""


@dataclass(frozen=True)
class Import:
    """One import of a file. module: for ``from a import b`` both a and a.b. is_at_top: it runs on import."""

    module: str
    is_at_top: bool


def modules_of(package: str) -> list[Path]:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert len(paths) > 1, f"{package} was not found"
    return paths


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    """Every import of a file, anywhere in it."""
    return tuple(_imports_in(path))


def _imports_in(path: Path) -> Iterator[Import]:
    tree = parsed(path)
    top = set(tree.body)
    for node in ast.walk(tree):
        is_at_top = node in top
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, is_at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            yield Import(node.module, is_at_top)
            yield from (Import(f"{node.module}.{alias.name}", is_at_top) for alias in node.names)


def name_of(path: Path) -> str:
    """The dotted name of a module, a package for its ``__init__.py``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


OWN = {name_of(path): path for package in ("fer_desktop", "trainer") for path in modules_of(package)}
PACKAGES = {name for name, path in OWN.items() if path.name == "__init__.py"}


def package_of(module: str) -> str:
    """The package that a module is in; of a package, itself."""
    return module if module in PACKAGES else module.rpartition(".")[0]


def own_imports(path: Path) -> Iterator[Import]:
    """The imports of the project's own modules and packages, each as the module that it names."""
    for item in imports_of(path):
        if item.module in OWN:
            yield item


def is_in(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def offences(package: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {item.module}"
        for path in modules_of(package)
        for item in imports_of(path)
        if is_in(item.module, forbidden)
    ]


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """The names along a circle of a graph, empty without one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_core_knows_neither_qt_nor_the_window_nor_the_trainer() -> None:
    above = {"PySide6", "shiboken6", "fer_desktop.ui", "fer_desktop.cli", "trainer"}
    assert offences("fer_desktop/core", above) == []


def test_the_window_knows_neither_the_trainer_nor_torch_nor_the_command_line() -> None:
    forbidden = {"trainer", "torch", "torchvision", "timm", "fer_desktop.cli"}
    assert offences("fer_desktop/ui", forbidden) == []


def test_the_command_line_knows_neither_qt_nor_the_window() -> None:
    assert offences("fer_desktop/cli", {"PySide6", "shiboken6", "fer_desktop.ui", "trainer"}) == []


def test_the_trainer_uses_only_the_contract_of_the_core() -> None:
    used = {
        (path.name, item.module)
        for path in modules_of("trainer")
        for item in imports_of(path)
        if is_in(item.module, {"fer_desktop"}) and item.module not in {"fer_desktop", "fer_desktop.core"}
    }
    assert {(name, module) for name, module in used if not is_in(module, TRAINER_MAY_USE)} == set()
    assert used, "the trainer does use the contract"


def package_graph() -> dict[str, set[str]]:
    """Which package imports which. Every import counts, also one inside a function and one for types only.

    ``core`` holds the ground floor that the packages in it use, so a package never depends on its own parent.
    """
    graph: dict[str, set[str]] = {package: set() for package in PACKAGES}
    for name, path in OWN.items():
        package = package_of(name)
        others = {package_of(item.module) for item in own_imports(path)} - {package}
        graph[package] |= {other for other in others if not other.startswith(package + ".")}
    return graph


def test_no_circle_between_packages() -> None:
    graph = package_graph()
    assert circle_in(graph) == []
    assert graph["fer_desktop.core.analysis"] >= {"fer_desktop.core.pipeline", "fer_desktop.core.sinks"}


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    """All packages that a package needs, directly or through others."""
    return set().union(*({other} | reachable(graph, other) for other in graph[start]))


def drawn_arrows(document: str) -> set[tuple[str, str]]:
    """The arrows of a Mermaid flowchart, by the text of their nodes."""
    titles = dict(re.findall(r"(\w+)\[([\w.]+)\]", document))
    return {
        (titles[first], titles[second])
        for first, second in re.findall(r"(\w+)(?:\[[^\]]*\])? --> (\w+)", document)
    }


def test_the_picture_of_the_architecture_matches_the_imports() -> None:
    document = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = {"fer_desktop." + title for arrow in drawn_arrows(document) for title in arrow}
    graph = {name: others & shown for name, others in package_graph().items() if name in shown}
    direct = {
        (name.removeprefix("fer_desktop."), other.removeprefix("fer_desktop."))
        for name, others in graph.items()
        for other in others
        if not any(other in reachable(graph, between) for between in others)
    }
    assert drawn_arrows(document) == direct
    ground = {"fer_desktop", "fer_desktop.core", "fer_desktop.ui"}
    assert shown == {name for name in PACKAGES if name.startswith("fer_desktop")} - ground


def test_the_architecture_names_every_package_and_only_files_that_exist() -> None:
    document = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    families = {"fer_desktop", "fer_desktop.core", "fer_desktop.ui", "trainer"}
    for package in PACKAGES - families:
        assert f"| `{package.removeprefix('fer_desktop.')}` |" in document
    named = re.findall(r"`((?:fer_desktop|trainer)/[\w./]+)`", document)
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert named


def test_no_circle_between_modules() -> None:
    graph = {
        name: {item.module for item in own_imports(path) if item.module not in PACKAGES | {name}}
        for name, path in OWN.items()
    }
    assert circle_in(graph) == []


def test_a_circle_is_seen() -> None:
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert circle_in({"a": {"b"}, "b": set()}) == []


def exported_by(package: str) -> set[str]:
    """What a package's ``__init__.py`` lists in ``__all__``."""
    for node in parsed(OWN[package]).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def heavy_modules() -> set[str]:
    """The modules that load one of the heavy packages when they are imported."""
    needs = {name: {item.module for item in imports_of(path) if item.is_at_top} for name, path in OWN.items()}
    heavy = {name for name, modules in needs.items() if modules & HEAVY}
    while more := {name for name, modules in needs.items() if modules & heavy} - heavy:
        heavy |= more
    return heavy


def test_packages_are_used_through_their_face() -> None:
    """What runs on import comes from a package's face. An import inside a function or for types only may name
    the module, so that no more is loaded than is needed."""
    heavy = heavy_modules()
    assert "fer_desktop.core.models.network" in heavy
    assert heavy.isdisjoint(PACKAGES), "a face loads a heavy package"
    faces = {package: exported_by(package) for package in PACKAGES}
    passed_by = [
        f"{name} imports {item.module}"
        for name, path in OWN.items()
        for item in own_imports(path)
        if item.is_at_top
        and item.module not in PACKAGES | heavy
        and (target := package_of(item.module)) != package_of(name)
        and target not in {"fer_desktop", "fer_desktop.core", "trainer"}
        and item.module.removeprefix(target + ".") not in faces[target]
    ]
    assert passed_by == []


def test_each_face_says_what_its_package_is_for() -> None:
    for package in PACKAGES:
        assert ast.get_docstring(parsed(OWN[package])), package


SAME_THING_TWICE = {"Preset"}
"""The trainer describes its presets as JSON, and the window reads them: two classes of one thing."""


def test_no_name_of_a_class_stands_for_two_things() -> None:
    places: dict[str, list[str]] = {}
    for module, path in OWN.items():
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    assert {
        name: modules for name, modules in places.items() if len(modules) > 1 and name not in SAME_THING_TWICE
    } == {}


def test_no_name_of_a_window_module_stands_for_two_things() -> None:
    """In ``core`` the package gives a name its meaning (``sources.video``, ``sinks.video``). The window has
    too many modules for that."""
    names = [
        name.rpartition(".")[2] for name in OWN if is_in(name, {"fer_desktop.ui"}) and name not in PACKAGES
    ]
    assert sorted(names) == sorted(set(names))


def test_the_walk_sees_imports_inside_functions(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("import a.b\ndef f():\n    from c import d\n    import PySide6.QtCore\n")
    assert imports_of(source) == (
        Import("a.b", True),
        Import("c", False),
        Import("c.d", False),
        Import("PySide6.QtCore", False),
    )
    assert is_in("PySide6.QtCore", {"PySide6"})
    assert not is_in("torchmetrics", {"torch"})


def test_neither_the_core_nor_the_trainer_loads_qt() -> None:
    loaded = loaded_after("fer_desktop.core.pipeline", "trainer")
    assert {"fer_desktop", "trainer", "cv2"} <= loaded
    assert "PySide6" not in loaded


def test_the_pipeline_and_the_command_line_do_not_load_torch() -> None:
    loaded = loaded_after(
        "fer_desktop.core.pipeline", "fer_desktop.__main__", "fer_desktop.cli.analyse_command"
    )
    assert loaded.isdisjoint({"torch", "PySide6"})


def test_the_contract_with_the_trainer_loads_no_runtime() -> None:
    loaded = loaded_after("fer_desktop.core.models", "fer_desktop.core.training")
    assert loaded.isdisjoint({"torch", "onnxruntime", "PySide6", "scipy", "matplotlib"})


def test_the_window_loads_no_more_than_it_shows_at_first() -> None:
    loaded = loaded_after("fer_desktop.ui.window.application")
    assert loaded.isdisjoint({"torch", "matplotlib", "pyarrow", "distributed", "scipy"})


@pytest.mark.parametrize("module", ["fer_desktop.__main__", "fer_desktop.cli"])
def test_the_entry_loads_nothing_heavy_before_it_knows_the_command(module: str) -> None:
    assert loaded_after(module).isdisjoint({"numpy", "cv2", "av", "onnxruntime", "scipy", "PySide6", "torch"})
