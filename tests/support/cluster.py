"""Run as a script with its own network: a batch on a local Dask cluster of two workers, as JSON on stdout.

Arguments: the folder of inputs, that of results, the model card, and one of "whole", "kill", "stop".
With "kill" a worker is killed while it has a file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from distributed import Client, LocalCluster

from fer_desktop.core.batch.dask import run_on_cluster
from fer_desktop.core.batch.run import Batch, BatchItem, ItemOutcome
from fer_desktop.core.pipeline.settings import PipelineSettings
from tests.support.batches import SLOWLY


def kill_a_worker(cluster: LocalCluster, output: Path) -> None:
    """The one that has the first file whose results have begun to be written, before they are complete."""
    with Client(cluster, set_as_default=False) as client:
        pids = client.run(os.getpid)
        while not (begun := sorted(output.glob("*.ferx"))):
            pass
        running = client.processing()
        worker = next(address for address in pids if running.get(address))
        sys.stderr.write(f"killing {worker} while {begun[0].name} is written\n")
        os.kill(pids[worker], signal.SIGKILL)


def main(folder: Path, output: Path, card: Path, how: str) -> None:
    items = [BatchItem(path, path.stem) for path in sorted(folder.iterdir())]
    batch = Batch(output, PipelineSettings(card, device="cpu", **SLOWLY))
    ended: list[int] = []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, protocol="tcp://"
    ) as cluster:
        killer = threading.Thread(target=kill_a_worker, args=(cluster, output))
        if how == "kill":
            killer.start()

        def on_outcome(position: int, outcome: ItemOutcome) -> None:
            ended.append(position)

        outcomes = run_on_cluster(
            items,
            batch,
            cluster.scheduler_address,
            on_outcome=on_outcome,
            should_stop=lambda: how == "stop" and any(output.glob("*.ferx")),
        )
        if how == "kill":
            killer.join()
    states = [outcome.state for outcome in outcomes]
    errors = [outcome.error for outcome in outcomes]
    sys.stdout.write(json.dumps({"states": states, "errors": errors, "ended": ended}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), sys.argv[4])
