from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.ui.training.requirements_page import MODULES, RequirementsPage, missing

ROOT = Path(__file__).resolve().parents[3]


def installer(code: str) -> tuple[str, tuple[str, ...]]:
    return sys.executable, ("-c", code)


@pytest.mark.development
def test_the_modules_are_those_of_the_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = {re.split(r"[<>=]", item)[0] for item in (*extras["torch"], *extras["train"])} - {
        "fer-desktop[torch]"
    }
    owners = packages_distributions()
    assert {name for module in MODULES for name in owners[module]} == named


def test_what_is_there_is_not_missing() -> None:
    assert missing(("json", "no_such_module", "email")) == ("no_such_module",)


def test_installs_when_asked_and_says_so(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "needed_for_training.py"
    code = f"open({str(module)!r}, 'w'); print('Collecting needed', flush=True)"
    page = RequirementsPage(("needed_for_training",), program=installer(code))
    qtbot.addWidget(page)
    assert "needed_for_training" in page.page.message.text
    with qtbot.waitSignal(page.installed):
        page.page.buttons[0].click()
        assert page.page.message.title == "Installing…"
    assert page.log.toPlainText().strip() == "Collecting needed"


@pytest.mark.parametrize("code", ["print('no network'); raise SystemExit(1)", "print('no network')"])
def test_an_installation_that_fails_can_be_tried_again(qtbot: QtBot, code: str) -> None:
    page = RequirementsPage(("no_such_module",), program=installer(code))
    qtbot.addWidget(page)
    page.install.trigger()
    qtbot.waitUntil(lambda: page.page.message.title == "The packages were not installed")
    assert page.log.toPlainText().strip() == "no network"
    assert page.page.message.actions == (page.install,)


def test_without_pip_it_says_so(qtbot: QtBot) -> None:
    page = RequirementsPage(("no_such_module",), program=("/no/such/python", ()))
    qtbot.addWidget(page)
    page.install.trigger()
    qtbot.waitUntil(lambda: page.page.message.title == "The packages were not installed")
    assert page.log.toPlainText()


def test_it_can_be_cancelled_and_closed(qtbot: QtBot) -> None:
    slow = installer("import time; print('started', flush=True); time.sleep(60)")
    page = RequirementsPage(("no_such_module",), program=slow)
    qtbot.addWidget(page)
    page.install.trigger()
    qtbot.waitUntil(lambda: page.log.toPlainText().strip() == "started")
    page.cancel.trigger()
    qtbot.waitUntil(lambda: page.page.message.title == "The packages were not installed")
    page.install.trigger()
    assert page.begin_shutdown() == []
