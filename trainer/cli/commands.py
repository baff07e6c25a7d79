"""The commands of ``python -m trainer``. Results are JSON on stdout, the log is on stderr.

torch and what needs it are imported only by the commands that use them.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.paths import default_paths
from trainer.cli.arguments import given_options, parser, train_config

if TYPE_CHECKING:
    from fer_desktop.core.training.run_folder import RunFolder, RunInfo
    from trainer.config import TrainConfig
    from trainer.run import Recorder


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code.

    0: done, or stopped on request. 1: failed, with a line on stderr. 2: wrong arguments. 130: interrupted.
    """
    options = parser().parse_args(arguments)
    _log_to_stderr()
    commands = {
        "train": _train,
        "recipe": _recipe,
        "evaluate": _evaluate,
        "export": _export,
        "reference": _reference,
        "options": _options,
        "inspect": _inspect,
        "probe": _probe,
        "import": _import,
    }
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
        sys.stderr.write("interrupted; the last checkpoint is kept\n")
        return 130


def _leads() -> bool:
    """Returns whether this process reports errors. Under torchrun every process meets a wrong option."""
    return os.environ.get("RANK", "0") == "0"


def one_line(error: BaseException) -> str:
    """Returns the message of an error, or its type when it has none."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    # torch passes on an error of a worker process as a traceback that ends with "module.Type: message".
    return lines[-1].partition(": ")[2] if "DataLoader worker" in lines[0] and len(lines) > 1 else lines[0]


def _log_to_stderr() -> None:
    """The log has the steps of the trainer, and only the warnings of other packages."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("trainer").setLevel(logging.INFO if _leads() else logging.WARNING)


def _train(options: argparse.Namespace) -> int:
    if options.low_priority:
        from trainer.process import lower_priority

        lower_priority()
    from fer_desktop.core.training.run_folder import RunFolder
    from trainer.run import Recorder, working_on

    recorder = Recorder(sys.stdout if _leads() else None)
    with recorder.telling_failures(one_line):
        config = train_config(options)
        run = RunFolder(options.output or default_paths().runs / config.name)
        if not _leads():
            return _work(options, config, run, recorder)
        with working_on(run), recorder.telling_failures(one_line):  # before the lock is given back
            recorder.keep_in(run, _info(options, config))
            return _work(options, config, run, recorder)


def _work(options: argparse.Namespace, config: TrainConfig, run: RunFolder, recorder: Recorder) -> int:
    from trainer.process import RunControl, keep_freed_memory
    from trainer.run.train import train

    keep_freed_memory()
    heard = (sys.stdin, run) if _leads() else (None, None)
    with RunControl(*heard, ends_with_stream=options.stop_with_stdin) as control:
        for message in train(config, options.data, options.votes, run.path, control):
            recorder.say(message)
    return 0


def _info(options: argparse.Namespace, config: TrainConfig) -> RunInfo:
    from fer_desktop.core.training.run_folder import RunInfo

    return RunInfo(
        title=config.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        data=str(options.data.absolute()),
        votes=str(options.votes.absolute()) if options.votes else None,
        config=config.to_dict(),
    )


def _recipe(options: argparse.Namespace) -> int:
    from trainer.recipes import StageRuns, load_recipe, run_stages

    recipe = load_recipe(options.recipe)
    stages = recipe.needed_for(options.stages) if options.stages else recipe.stages
    changes = given_options(options)
    run_stages(stages, StageRuns(options.data, options.output, options.votes, changes, options.processes))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from trainer.evaluation.evaluate import evaluate
    from trainer.progress import ProgressLines

    if options.split == "private":
        sys.stderr.write(
            "The private rows are scored once for each released model; "
            "enter the result in docs/private-test.md.\n"
        )
    result = evaluate(
        options.data,
        options.weights,
        options.split,
        votes=options.votes,
        tau=options.tau,
        labels=options.labels,
        details_file=options.details,
        record=options.record,
        on_progress=ProgressLines(sys.stdout),
    )
    return _answer(result)


def _export(options: argparse.Namespace) -> int:
    from trainer.evaluation.predict import find_card
    from trainer.release.release import export_model

    path, deviation = export_model(find_card(options.weights), options.output)
    return _answer({"onnx": str(path), "largest_deviation": deviation})


def _reference(options: argparse.Namespace) -> int:
    from trainer.evaluation.predict import find_card
    from trainer.evaluation.reference import add_reference

    card_path = find_card(options.weights)
    reference = add_reference(card_path, options.data, options.votes)
    return _answer({"card": str(card_path), "neutral_reference": reference})


def _options(options: argparse.Namespace) -> int:
    from trainer.options import describe

    return _answer(describe())


def _inspect(options: argparse.Namespace) -> int:
    from trainer.data.inspection import inspect
    from trainer.progress import ProgressLines

    say = ProgressLines(sys.stdout)
    return _answer(inspect(options.data, options.votes, options.labels, options.pictures, say))


def _probe(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    config = train_config(options)
    from trainer.process import keep_freed_memory
    from trainer.progress import ProgressLines
    from trainer.run.probe import probe

    keep_freed_memory()
    say = ProgressLines(sys.stdout)
    return _answer(probe(config, options.data, options.votes, begun=begun, on_progress=say))


def _import(options: argparse.Namespace) -> int:
    from trainer.imports.import_weights import Given, import_weights
    from trainer.progress import ProgressLines

    values = {field.name: getattr(options, field.name) for field in dataclasses.fields(Given)}
    given = Given(**{name: value for name, value in values.items() if value is not None})
    return _answer(import_weights(options.weights, options.output, given, ProgressLines(sys.stdout)))


def _answer(content: dict[str, Any]) -> int:
    """Prints the result of a command as the last line."""
    sys.stdout.write(json.dumps(content) + "\n")
    return 0
