"""A program in the place of the trainer's short commands, which says what a test wants."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fer_desktop.core.training.messages import Progress, to_line

_PROGRAM = """
import json, pathlib, shutil, sys, time
plan = json.loads(pathlib.Path(sys.argv[1]).read_text())
arguments = sys.argv[2:]
pathlib.Path(plan["asked"]).write_text(json.dumps(arguments))
for option, (source, name) in plan["copies"].items():
    shutil.copy(source, pathlib.Path(arguments[arguments.index(option) + 1]) / name)
sys.stdout.write(plan["said"])
sys.stdout.flush()
while plan["hangs"]:
    time.sleep(1)
sys.stderr.write(plan["error"])
sys.exit(1 if plan["error"] else 0)
"""


class PlannedTrainer:
    """program: for TrainerCommand. What it does is the last of ``answers``, ``refuses`` and ``hangs``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._plan = folder / "plan.json"
        self._asked = folder / "asked.json"
        script = folder / "trainer.py"
        script.write_text(_PROGRAM)
        self.program = (sys.executable, ("-S", str(script), str(self._plan)))
        self.refuses("not told yet")

    def answers(self, result: dict[str, Any], **copies: tuple[Path, str]) -> None:
        """copies: for an option such as ``pictures`` a file, copied to NAME in the folder that is named
        after the option, or to the file that is named there if NAME is empty."""
        said = to_line(Progress("reading pictures", 1, 2)) + json.dumps(result) + "\n"
        self._write(said=said, copies=copies)

    def refuses(self, text: str) -> None:
        self._write(error=f"INFO trainer: a word before\nerror: {text}\n")

    def hangs(self) -> None:
        """After a progress message, until it is killed."""
        self._write(said=to_line(Progress("reading pictures", 300, 1000)), hangs=True)

    @property
    def asked(self) -> list[str]:
        """The arguments of the last time."""
        return list(map(str, json.loads(self._asked.read_text())))

    def option(self, name: str) -> str | None:
        asked = self.asked
        return asked[asked.index(name) + 1] if name in asked else None

    def _write(self, **plan: Any) -> None:
        plan = {"said": "", "error": "", "hangs": False, "copies": {}} | plan
        plan["copies"] = {f"--{name}": (str(file), to) for name, (file, to) in plan["copies"].items()}
        self._plan.write_text(json.dumps(plan | {"asked": str(self._asked)}))
