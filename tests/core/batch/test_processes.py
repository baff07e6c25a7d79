from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from fer_desktop.core.analysis.summary import AnalysisProgress
from fer_desktop.core.batch.processes import run_in_processes
from fer_desktop.core.batch.run import ItemOutcome, run_batch
from tests.support.batches import DEADLY, Bench, deadly, fake


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(autouse=True)
def no_process_survives() -> object:
    yield
    assert multiprocessing.active_children() == []


def test_two_processes_write_the_same_bytes_as_one(bench: Bench) -> None:
    run_batch(bench.items, bench.batch(), bench.pipeline())
    expected = [bench.csv(item.name) for item in bench.items]
    bench.output = bench.folder / "other"
    seen: list[int] = []
    progress: list[tuple[int, AnalysisProgress]] = []
    outcomes = run_in_processes(
        bench.items,
        bench.batch(),
        2,
        on_progress=lambda position, value: progress.append((position, value)),
        on_outcome=lambda position, outcome: seen.append(position),
    )
    assert [outcome.state for outcome in outcomes] == ["done"] * 3
    assert [bench.csv(item.name) for item in bench.items] == expected
    assert sorted(seen) == [0, 1, 2]
    assert {position for position, _ in progress} == {0, 1, 2}


def test_a_process_that_dies_costs_only_its_file(bench: Bench) -> None:
    bench.items.insert(1, bench.add("deadly", size=DEADLY))
    bench.items.append(bench.damaged("broken"))
    outcomes = run_in_processes(bench.items, bench.batch(), 2, build=deadly)
    assert [outcome.state for outcome in outcomes] == ["done", "failed", "done", "done", "failed"]
    assert outcomes[1].error == (
        f"{bench.items[1].input}: its process was ended by SIGKILL, perhaps because memory ran out"
    )
    again = run_in_processes(bench.items[1:2], bench.batch(), 2, build=fake)
    assert [outcome.state for outcome in again] == ["done"], "what it left is replaced"
    assert not [name for name in bench.names() if name.endswith(".part")]


def test_a_stop_reaches_the_processes(bench: Bench) -> None:
    bench.items = [bench.add(name, seconds=60, size=(32, 32)) for name in ("x", "y", "z")]
    running: set[int] = set()
    outcomes = run_in_processes(
        bench.items,
        bench.batch(),
        2,
        build=fake,
        on_progress=lambda position, _: running.add(position),
        should_stop=lambda: bool(running),
    )
    assert [outcome.state for outcome in outcomes] == ["stopped", "stopped", "waiting"]
    (first, *_) = running
    assert bench.csv(bench.items[first].name).count(b"\n") == outcomes[first].frames + 1
    assert not [name for name in bench.names() if name.endswith(".part")]


def test_an_interrupt_here_ends_them_at_once(bench: Bench) -> None:
    def interrupt(position: int, outcome: ItemOutcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_processes(bench.items, bench.batch(), 2, build=fake, on_outcome=interrupt)
