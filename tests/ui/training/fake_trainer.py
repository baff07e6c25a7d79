"""Speaks like `python -m trainer`, without a network to train. The first argument says how it behaves.

run: starts, says a few steps and an epoch, then does what it is told. Each other behaviour is that with one
difference. With a checkpoint in the folder it goes on from there.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from fer_desktop.core.training.messages import (
    Checkpoint,
    Continued,
    Epoch,
    Failed,
    Finished,
    Paused,
    Progress,
    RunMessage,
    RunStarted,
    Step,
    to_line,
)
from fer_desktop.core.training.run_folder import RunFolder

STEPS = 10
LONGEST_S = 60.0
"""It outlives a test that fails by no more."""
MATRIX = [[9 if row == column else 1 for column in range(7)] for row in range(7)]
FIGURES = {"accuracy": 0.6, "macro_recall": 0.5, "macro_f1": 0.55}
OPTIONS = {
    "fields": [
        {"name": "name", "kind": "str", "default": "fer7", "group": "Model", "help": "name of the model"},
        {"name": "epochs", "kind": "int", "default": 20, "low": 1, "high": 10000, "unit": "epochs",
         "help": "passes over the training rows", "group": "Schedule"},
        {"name": "learning_rate", "kind": "float", "default": 0.0015, "low": 1e-8, "high": 10, "unit": "",
         "help": "peak learning rate", "group": "Schedule"},
        {"name": "standardise", "kind": "bool", "default": True, "group": "Input", "help": "same light"},
        {"name": "augment", "kind": "choice", "default": "plain", "choices": ["none", "plain"],
         "group": "Input", "help": "augmentation of training pictures"},
        {"name": "device", "kind": "choice", "default": "auto", "choices": ["auto", "cpu", "cuda"],
         "group": "Machine", "help": "where to train"},
        {"name": "checkpoint_minutes", "kind": "float", "default": 3.0, "low": 0, "high": 1440, "unit": "min",
         "group": "Machine", "help": "a checkpoint at least this often"},
        {"name": "seed", "kind": "int", "default": 0, "low": 0, "high": 2**31, "unit": "",
         "group": "Machine", "help": "seed of everything random"},
    ],
    "groups": ["Model", "Input", "Schedule", "Machine"],
    "presets": [
        {"id": "quick-check", "title": "Quick check", "text": "Two epochs.", "config": {"epochs": 2}},
        {"id": "full-run", "title": "Full run", "text": "All of it.", "config": {"learning_rate": 1e-4}},
    ],
}  # fmt: skip
PROBE = {
    "device": "cpu", "rows": 28000, "steps_per_epoch": 219, "step_s": 1.5, "epoch_s": 330.0,
    "total_s": 8100.0, "validation_s": 20.0, "peak_bytes": 3 << 30, "images_per_s": 85.0, "start_s": 12.0,
}  # fmt: skip


class Run:
    """As the trainer: every message goes to stdout and into the folder."""

    def __init__(self, folder: Path, behaviour: str, ends_with_stdin: bool) -> None:
        self.run = RunFolder(folder)
        self.behaviour = behaviour
        self.ends_with_stdin = ends_with_stdin
        self.step = int(self.run.checkpoint_file.read_text()) if self.run.checkpoint_file.exists() else 0

    def say(self, *messages: RunMessage) -> None:
        self.run.append(messages)
        sys.stdout.write("".join(map(to_line, messages)))
        sys.stdout.flush()

    def go(self) -> int:
        config = json.loads((self.run.path / "config.json").read_text())
        sys.stderr.write("INFO trainer: reading the data\n")
        self.say(RunStarted(str(self.run.path), config, {"rows": 28}, "random", "cpu", 7, STEPS, self.step))
        before = {
            "garbage": b"\xff\xfe\0 print of a library\n{}\n[1]\n" + b'{"type": "step"}\n',
            "huge": b"x" * (5 << 20) + b"\n",
            "partial": b'{"type": "st',
        }.get(self.behaviour, b"")
        sys.stdout.buffer.write(before)
        sys.stdout.flush()
        if self.behaviour == "partial":
            os.kill(os.getpid(), signal.SIGKILL)
        for _ in range(3):
            self.take_step()
        self.say(Epoch(1, 1.5, FIGURES | {"balanced": FIGURES, "confusion_matrix": MATRIX}, True, self.step))
        self.keep()
        match self.behaviour:
            case "crash":
                sys.stderr.write("error: the memory is full\n")
                sys.stderr.flush()
                os._exit(3)
            case "fail":
                self.say(Failed("the loss is nan at step 4"))
                return 1
            case "complete":
                self.step = STEPS
                card = self.run.path / "fer7.json"
                card.write_text("{}")
                self.say(Finished("completed", self.step, str(card), 60.0))
                return 0
        return self.obey()

    def obey(self) -> int:
        for word in self.words():
            if word == "pause":
                self.say(Paused(self.step))
            elif word == "continue":
                self.say(Continued(self.step))
                self.take_step()
            elif word == "stop" and self.behaviour != "hang":
                self.keep()
                self.say(Finished("stopped", self.step, None, 60.0))
                return 0
        return 0

    def words(self):  # type: ignore[no-untyped-def]
        if self.ends_with_stdin:
            yield from (line.strip() for line in sys.stdin)
            yield "stop"
        given_up = time.monotonic() + LONGEST_S
        while time.monotonic() < given_up:
            if (word := self.run.take_word()) is not None:
                yield word
            time.sleep(0.01)

    def take_step(self) -> None:
        self.step += 1
        self.say(Step(self.step, 1, 2.0 / self.step, 1e-3, 80.0, 90.0))

    def keep(self) -> None:
        self.run.checkpoint_file.write_text(str(self.step))
        self.say(Checkpoint(self.step, str(self.run.checkpoint_file)))


def main(behaviour: str, command: str, *options: str) -> int:
    if behaviour == "error":
        sys.stderr.write("error: the trainer has no torch\n")
        return 1
    if command == "options":
        sys.stdout.write(json.dumps(OPTIONS) + "\n")
        return 0
    if command == "probe":
        sys.stdout.write(to_line(Progress("steps", 1, 5)))
        sys.stdout.flush()
        if behaviour == "hang":
            threading.Event().wait()
        sys.stdout.write(json.dumps(PROBE) + "\n")
        return 0
    folder = Path(options[options.index("--output") + 1])
    run = Run(folder, behaviour, "--stop-with-stdin" in options)
    with run.run.lock():
        run.run.take_word()
        return run.go()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
