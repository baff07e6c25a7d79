"""Which file format results should have: what each costs, and what a kill leaves of it.

    python -m benchmarks.results_file                60 minutes at 30 fps with five people, as in the decision
    python -m benchmarks.results_file --minutes 2    a quick try

One commit for each second of material. Rewriting at each commit takes hours, so that it is done at MOMENTS
moments of the hour and the whole time is the sum of a straight line between them. After the table: a writing
process is killed (SIGKILL) at random moments, and what it had reported as written is looked for in the file.
Documented in docs/decisions/007-results-file.md.
"""

from __future__ import annotations

import argparse
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from benchmarks.results_formats import FORMATS, Format, RewrittenZip
from fer_desktop.core.results.faces import FaceTable

FPS = 30
PEOPLE = 5
MOMENTS = 7
KILLS = 5
READS = 5


@dataclass(frozen=True)
class Costs:
    """bytes: of the file. write_s: all commits. commit_ms: the longest one. load_s, rename_ms: medians."""

    bytes: int
    write_s: float
    commit_ms: float
    load_s: float
    rename_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--kill-writer", nargs=2, metavar=("FORMAT", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kill_writer:
        write_until_killed(*options.kill_writer)
    seconds = round(60 * options.minutes)
    print_costs(seconds)
    print_kills()


def print_costs(seconds: int) -> None:
    table = made_up(seconds)
    print(f"{table.frames} frames, {table.faces} faces, {seconds} commits\n")
    print("| format | MB | write s | longest commit ms | load s | rename ms |")
    print("| --- |" + " ---: |" * 5)
    first: Costs | None = None
    for name, format in FORMATS.items():
        costs = measure(format, table, seconds)
        first = first or costs
        cells = (
            f"{getattr(costs, item.name) / (1e6 if item.name == 'bytes' else 1):.3g}"
            f" ({getattr(costs, item.name) / getattr(first, item.name):.2g})"
            for item in fields(Costs)
        )
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print("\nIn brackets: as a multiple of the first row.\n")


def measure(format: type[Format], table: FaceTable, seconds: int) -> Costs:
    names = map("Person {}".format, itertools.count())  # SQLite writes nothing where nothing changes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"results{format.suffix}"
        if format is RewrittenZip:
            write_s, longest_s = rewriting_s(path, table, seconds)
        else:
            write_s, longest_s = writing_s(format(), path, table, seconds)
        faces = len(format.load(path)["frame"])
        assert faces == table.faces, f"{faces} faces came back of {table.faces}"
        return Costs(
            bytes=path.stat().st_size,
            write_s=write_s,
            commit_ms=1000 * longest_s,
            load_s=median_s(lambda: format.load(path)),
            rename_ms=1000 * median_s(lambda: format.rename(path, next(names))),
        )


def writing_s(writer: Format, path: Path, table: FaceTable, seconds: int) -> tuple[float, float]:
    """All the time that writing takes, and the longest commit."""
    writer.create(path)
    commits = [elapsed_s(lambda: writer.append(second_of(table, second))) for second in range(seconds)]  # noqa: B023
    return sum(commits) + elapsed_s(writer.close), max(commits)


def rewriting_s(path: Path, table: FaceTable, seconds: int) -> tuple[float, float]:
    """The same of a file that is written anew at each commit, from MOMENTS of them."""
    counts = np.unique(np.linspace(1, seconds, MOMENTS).round().astype(int))
    commits = []
    for count in counts.tolist():
        writer = RewrittenZip()
        writer.create(path)
        commits.append(elapsed_s(lambda: writer.append(part_of(table, 0, count * FPS))))  # noqa: B023
    whole = np.interp(np.arange(1, seconds + 1), counts, commits)
    return float(whole.sum()), max(commits)


def print_kills() -> None:
    print("| format | kills | file readable | frames lost of those reported as written |")
    print("| --- | ---: | ---: | ---: |")
    for name, format in FORMATS.items():
        readable, lost = 0, []
        for seed in range(KILLS):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"results{format.suffix}"
                reported = kill_writer(name, path, random.Random(seed))
                found = frames_in(format, path)
                readable += found is not None
                lost.append(reported - min(found or 0, reported))
        print(f"| {name} | {KILLS} | {readable} | {min(lost)} to {max(lost)} |", flush=True)


def kill_writer(name: str, path: Path, chance: random.Random) -> int:
    """Starts a process that writes, kills it at a random moment; the frames it has said are written."""
    command = [sys.executable, "-m", "benchmarks.results_file", "--kill-writer", name, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(chance.randint(2, 12))]
        time.sleep(chance.uniform(0, 0.03))
        process.kill()
        said += process.stdout.readlines()
        return int([line for line in said if line.endswith("\n")][-1])


def write_until_killed(name: str, path: str) -> None:
    writer, table = FORMATS[name](), made_up(20)
    writer.create(Path(path))
    for second in range(10**9):
        writer.append(second_of(table, second % 20))
        print((second + 1) * FPS, flush=True)


def frames_in(format: type[Format], path: Path) -> int | None:
    """None when nothing can be read."""
    try:
        return len(format.load(path)["frame"]) // PEOPLE
    except (OSError, ValueError):  # pyarrow's errors are ValueErrors
        return None


def made_up(seconds: int) -> FaceTable:
    """Five people who are always in the picture; boxes, scores and emotions wander."""
    generator = np.random.default_rng(0)
    frames = seconds * FPS
    faces = frames * PEOPLE
    wandering = generator.normal(0, 0.1, (frames, PEOPLE, 7)).cumsum(axis=0).reshape(faces, 7)
    exponents = np.exp(2 * np.sin(wandering) + generator.normal(0, 0.2, (faces, 7)))
    probabilities = (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32)
    smooth = np.exp(2 * np.sin(wandering))
    places = 300 + 200 * np.sin(generator.normal(0, 0.01, (frames, PEOPLE, 4)).cumsum(axis=0))
    return FaceTable(
        frame=np.arange(frames),
        pts_s=np.arange(frames) / FPS,
        size=np.full((frames, 2), (1280, 720), np.int32),
        first_face=np.arange(frames + 1) * PEOPLE,
        face_id=np.tile(np.arange(1, PEOPLE + 1, dtype=np.int32), frames),
        box=places.reshape(faces, 4).astype(np.float32),
        score=generator.uniform(0.8, 1, faces).astype(np.float32),
        label=probabilities.argmax(axis=1).astype(np.int8),
        probabilities=probabilities,
        smoothed=(smooth / smooth.sum(axis=1, keepdims=True)).astype(np.float32),
    )


def second_of(table: FaceTable, second: int) -> FaceTable:
    return part_of(table, second * FPS, (second + 1) * FPS)


def part_of(table: FaceTable, start: int, stop: int) -> FaceTable:
    """The frames from start on and before stop."""
    first = table.first_face[start : stop + 1]
    of_frames = {"frame", "pts_s", "size"}
    columns = {
        item.name: getattr(table, item.name)[start:stop]
        if item.name in of_frames
        else getattr(table, item.name)[first[0] : first[-1]]
        for item in fields(table)
        if item.name != "first_face"
    }
    return FaceTable(**columns, first_face=first - first[0])


def median_s(action: Callable[[], object]) -> float:
    return float(np.median([elapsed_s(action) for _ in range(READS)]))


def elapsed_s(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
