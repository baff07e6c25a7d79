from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fer_desktop.core.batch.dask import ClusterError, analyse_on_worker, run_on_cluster
from fer_desktop.core.batch.run import BatchItem, run_batch
from tests.support.batches import SLOWLY, Bench

pytestmark = [pytest.mark.slow, pytest.mark.development]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_cluster_of_two_workers(bench: Bench, how: str) -> None:
    """In a process of its own, since the tests' network is blocked. See tests/support/cluster.py."""
    inputs = bench.folder / "recordings"
    inputs.mkdir()
    items = [bench.add_slow("a"), bench.add_slow("b"), bench.add("c"), bench.add("d")]
    items = [BatchItem(item.input.rename(inputs / item.input.name), item.name) for item in items]
    command = [sys.executable, "-m", "tests.support.cluster", inputs, bench.output, bench.settings.model, how]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=100, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert not [name for name in bench.names() if name.endswith(".part")]
    if how == "stop":
        assert "stopped" in result["states"]
        assert set(result["states"]) <= {"done", "stopped", "waiting"}
        return
    assert "killing" in done.stderr
    assert result["states"] == ["done"] * 4, done.stderr
    assert sorted(result["ended"]) == [0, 1, 2, 3], "each once"
    clustered = [bench.csv(name) for name in "abcd"]
    bench.output = bench.folder / "here"
    bench.settings = dataclasses.replace(bench.settings, **SLOWLY)
    run_batch(items, bench.batch(), bench.pipeline())
    assert clustered == [bench.csv(name) for name in "abcd"]


def test_a_scheduler_that_does_not_answer_is_told_soon(bench: Bench) -> None:
    command = ["-m", "fer_desktop", "analyse", bench.items[0].input, "-o", bench.output, "--device", "cpu"]
    command += ["--model", bench.settings.model, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"]
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: tcp://127.0.0.1:1: no Dask scheduler answers there; check ")
    assert len(done.stderr.splitlines()) == 1
    assert not bench.output.exists()


def test_without_the_package_it_says_what_to_install(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'fer-desktop\[cluster\]'"):
        run_on_cluster(bench.items, bench.batch(), "tcp://127.0.0.1:8786")


class FakeClient:
    """A cluster of one worker. sees: which paths are there. error: of the worker."""

    def __init__(
        self, sees: Callable[[Path], bool] = Path.exists, *, workers: int = 1, error: Exception | None = None
    ) -> None:
        self._sees = sees
        self._workers = workers
        self._error = error

    def __enter__(self) -> FakeClient:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def nthreads(self) -> dict[str, int]:
        return {f"tcp://{number}": 1 for number in range(self._workers)}

    def run(self, function: Any, paths: list[Path]) -> dict[str, list[Path]]:
        if self._error is not None:
            raise self._error
        return {"tcp://0": [path for path in paths if not self._sees(path)]}


@pytest.mark.parametrize(
    ("client", "message"),
    [
        (FakeClient(lambda path: path.suffix != ".mp4"), r"a\.mp4: the worker tcp://0 does not see it"),
        (FakeClient(lambda path: path.suffix != ".part"), r"results: the worker tcp://0 does not see it"),
        (FakeClient(lambda path: path.suffix != ".json"), r"tiny\.json: the worker tcp://0 does not see it"),
        (FakeClient(workers=0), "tcp://s: the Dask cluster has no workers"),
        (FakeClient(error=ModuleNotFoundError("No module named 'fer_desktop'")), "is not installed on the w"),
    ],
)
def test_a_cluster_that_cannot_do_it_is_told_before_anything_is_begun(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, client: FakeClient, message: str
) -> None:
    monkeypatch.setattr("fer_desktop.core.batch.dask._connected", lambda scheduler, timeout_s: client)
    with pytest.raises(ClusterError, match=message):
        run_on_cluster(bench.items, bench.batch(), "tcp://s")
    assert bench.names() == []


def test_a_task_does_not_begin_when_the_batch_was_stopped(bench: Bench) -> None:
    gone = bench.folder / "gone"
    assert analyse_on_worker(bench.items[0], bench.batch(), gone).state == "waiting"
    assert not bench.output.exists()


def test_a_model_that_a_worker_cannot_load_is_an_outcome(bench: Bench) -> None:
    bench.settings.model.with_suffix(".onnx").unlink()
    outcome = analyse_on_worker(bench.items[0], bench.batch(), bench.folder)
    assert outcome.state == "failed"
    assert "tiny.onnx" in (outcome.error or "")
