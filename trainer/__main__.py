"""Command line: ``python -m trainer train|evaluate|export``. JSON on stdout, log on stderr."""

from __future__ import annotations

import os

# Two busy processes on few cores: spinning OpenMP threads slow both down many times over.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from typing import TextIO

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.paths import default_paths
from trainer.arguments import parser, train_config


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done or stopped on request, 1 failed with a line on stderr, 2 wrong arguments."""
    options = parser().parse_args(arguments)
    _log_to_stderr()
    commands = {"train": _train, "evaluate": _evaluate, "export": _export}
    try:
        return commands[options.command](options)
    except FerDesktopError as error:
        if _leads():
            sys.stderr.write(f"error: {one_line(error)}\n")
        return 1
    except (OSError, MemoryError, RuntimeError) as error:
        sys.stderr.write(f"error: {one_line(error)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what the last checkpoint holds is kept\n")
        return 130


def _leads() -> bool:
    """Of several processes that torchrun started, all meet a wrong option, and one is to say so."""
    return os.environ.get("RANK", "0") == "0"


def one_line(error: BaseException) -> str:
    """What a person reads: the message, or the kind of error where there is none."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    # torch hands on what a worker process raised as a traceback that ends with "module.Kind: message".
    return lines[-1].partition(": ")[2] if "DataLoader worker" in lines[0] and len(lines) > 1 else lines[0]


def _log_to_stderr() -> None:
    """Our own steps, and only the warnings of others."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("trainer").setLevel(logging.INFO if _leads() else logging.WARNING)


def _train(options: argparse.Namespace) -> int:
    from fer_desktop.core.training.messages import Failed, to_line
    from trainer.stopping import StopRequest

    messages = sys.stdout if _leads() else None
    try:
        config = train_config(options)
        from trainer.memory import keep_freed_memory
        from trainer.train import train

        keep_freed_memory()
        folder = options.output or default_paths().runs / config.name
        with StopRequest(sys.stdin if _leads() else None) as stop:
            for message in train(config, options.data, options.votes, folder, stop):
                _say(to_line(message), messages)
    except Exception as error:
        _say(to_line(Failed(one_line(error))), messages)
        raise
    return 0


def _say(line: str, stream: TextIO | None) -> None:
    """None: a process beside the one that reports."""
    if stream is not None:
        stream.write(line)
        stream.flush()


def _evaluate(options: argparse.Namespace) -> int:
    from trainer.evaluate import evaluate

    if options.split == "private":
        sys.stderr.write(
            "The private rows are for a released model, once; enter it in docs/private-test.md.\n"
        )
    result = evaluate(
        options.data,
        options.weights,
        options.split,
        votes=options.votes,
        tau=options.tau,
        labels=options.labels,
    )
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def _export(options: argparse.Namespace) -> int:
    from trainer.predict import find_card
    from trainer.release import export_model

    path, deviation = export_model(find_card(options.weights), options.output)
    sys.stdout.write(json.dumps({"onnx": str(path), "largest_deviation": deviation}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
