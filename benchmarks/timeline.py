"""Which way of drawing holds an hour of five people: PySide6's charts, pyqtgraph, or Qt's painter.

    python -m benchmarks.timeline
    python -m benchmarks.timeline --addons FOLDER

QtCharts is in PySide6-Addons, which the application does not need: install it with
``pip install --target FOLDER --no-deps PySide6-Addons==VERSION``, that of PySide6-Essentials here. Each way
runs in a process of its own, without a screen. Times are of the CPU, the median of several steps; memory is
the process's peak above what it had with the data alone. Writes a Markdown table.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import PySide6

from benchmarks.timeline_ways import WAYS, Way, made_up_analysis

ROUNDS = 9
AIMS = ("aim", "", "30", "30", "5", "")


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds, and MiB."""

    first: float
    zoom: float
    pan: float
    playhead: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--way", choices=list(WAYS), help="measures one in this process and prints JSON")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--addons", type=Path, help="folder with PySide6-Addons")
    arguments = parser.parse_args()
    if arguments.addons is not None:
        PySide6.__path__.append(str(arguments.addons / "PySide6"))
    if arguments.way is not None:
        print(json.dumps(asdict(measured(WAYS[arguments.way], 60 * arguments.minutes, arguments.people))))
        return
    rows = {}
    for name, way in WAYS.items():
        if any(importlib.util.find_spec(module) is None for module in way.needs):
            print(f"left out, needs {', '.join(way.needs)}: {name}", file=sys.stderr)
            continue
        command = [sys.executable, "-m", "benchmarks.timeline", "--way", name]
        command += ["--minutes", str(arguments.minutes), "--people", str(arguments.people)]
        command += [] if arguments.addons is None else ["--addons", str(arguments.addons)]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        rows[name] = Figures(**json.loads(done.stdout.splitlines()[-1]))
    print(table(rows))


def measured(way: Way, seconds: float, people: int) -> Figures:
    """Opens it, and zooms, pans and moves the playhead as a user would."""
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    application.setStyle("Fusion")
    stored = made_up_analysis(seconds, people)
    before = peak_mib()

    def taken(step: Callable[[], None]) -> float:
        start = time.process_time()
        step()
        application.processEvents()
        return 1000 * (time.process_time() - start)

    def opened() -> None:
        way.open(stored)
        way.widget.resize(1200, 600)
        way.widget.show()

    first = taken(opened)

    def shown(views: list[tuple[float, float]]) -> float:
        return statistics.median(taken(partial(way.show_range, *view)) for view in views)

    middle = seconds / 2
    zoom = shown([(middle * (1 - 0.8**number), middle * (1 + 0.8**number)) for number in range(1, ROUNDS)])
    pan = shown([(middle * number / 25, middle * (1 + number / 25)) for number in range(ROUNDS)])
    way.show_range(0.0, seconds)
    application.processEvents()
    playhead = statistics.median(
        taken(partial(way.move_playhead, seconds * (0.4 + number / 1000))) for number in range(ROUNDS)
    )
    return Figures(first, zoom, pan, playhead, memory=peak_mib() - before)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(rows: dict[str, Figures]) -> str:
    best = list(rows.values())[-1]
    lines = [
        "| | first picture ms | zoom ms | pan ms | playhead ms | memory MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, row in rows.items():
        cells = [
            f"{value:.1f} ({value / ours:.1f})" if ours > 0 else f"{value:.1f}"
            for value, ours in zip(asdict(row).values(), asdict(best).values(), strict=True)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append(f"| {' | '.join(AIMS)} |")
    return "\n".join([*lines, "", "In brackets: times what the last way takes."])


if __name__ == "__main__":
    main()
