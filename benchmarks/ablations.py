"""Short training runs that differ from a common budget in one thing each, two at a time, and their table."""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

VARIANTS = Path(__file__).with_suffix(".json")
COLUMNS = {
    "accuracy %": "accuracy",
    "macro recall %": "macro_recall",
    "macro recall balanced %": "balanced_macro_recall",
    "accuracy balanced %": "balanced_accuracy",
    "own labels %": "fer2013_accuracy",
    "training loss": "train_loss",
}


def run(name: str, options: dict[str, Any], data: Path, folder: Path) -> dict[str, str] | None:
    """The last epoch's figures of a variant; trains it unless its folder has a finished run.

    options: the trainer's, and ``changed``, arguments of `changed_trainer`.
    """
    place = place_of(name, folder)
    place.mkdir(parents=True, exist_ok=True)
    config = place / "config.json"
    changed = options.pop("changed", [])
    config.write_text(json.dumps({**options, "name": "short"}), encoding="utf-8")
    if not (place / "short.json").exists():
        with (place / "log.txt").open("a", encoding="utf-8") as log:
            trainer = ["benchmarks.changed_trainer", *changed] if changed else ["trainer"]
            command = [sys.executable, "-m", *trainer, "train", "--data", str(data)]
            command += ["--config", str(config), "--output", str(place)]
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
            done = subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        if done.returncode != 0:
            sys.stderr.write(f"{name}: failed, see {place / 'log.txt'}\n")
            return None
    with (place / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))[-1]


def place_of(name: str, folder: Path) -> Path:
    return folder / re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def row(name: str, figures: dict[str, str] | None) -> str:
    if figures is None:
        return f"| {name} | failed |"
    *shares, loss = (float(figures[column]) for column in COLUMNS.values())
    return f"| {name} | {' | '.join(f'{100 * share:.1f}' for share in shares)} | {loss:.3f} |"


def add_only(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=list(names), help="these rows (default: all)"
    )


def chosen(variants: dict[str, Any], only: Sequence[str] | None) -> dict[str, Any]:
    """Those named, in their own order; all where none is."""
    return {name: change for name, change in variants.items() if only is None or name in only}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/fer2013"))
    parser.add_argument("--output", type=Path, default=Path("runs/ablations"))
    parser.add_argument("--lanes", type=int, default=2, help="runs at a time, each with one thread")
    content = json.loads(VARIANTS.read_text(encoding="utf-8"))
    add_only(parser, content["variants"])
    options = parser.parse_args()
    variants = chosen(content["variants"], options.only)
    print(f"| variant | {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * len(COLUMNS)}", flush=True)
    with ThreadPoolExecutor(options.lanes) as lanes:
        results = lanes.map(
            lambda item: run(item[0], {**content["budget"], **item[1]}, options.data, options.output),
            variants.items(),
        )
        for name, figures in zip(variants, results, strict=True):
            print(row(name, figures), flush=True)


if __name__ == "__main__":
    main()
