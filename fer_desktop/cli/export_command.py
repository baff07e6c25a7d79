"""``fer-desktop export``: makes files from one results file after the other."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from fer_desktop.cli.analyse_command import StopSignal, unique_names
from fer_desktop.core.errors import FerDesktopError, ResultsExistError
from fer_desktop.core.exports import ExportError, export
from fer_desktop.core.results import StoredAnalysis

log = logging.getLogger(__name__)


def run_export(options: argparse.Namespace) -> int:
    """Exports every input; returns the exit code. If one fails, the others go on."""
    failed = False
    stop = StopSignal()
    with stop.installed():
        for input, name in zip(options.inputs, unique_names(options.inputs), strict=True):
            if stop():
                break
            try:
                with _progress_bar(name) as on_progress:
                    written = export(
                        StoredAnalysis.load(input),
                        options.output,
                        options.kinds,
                        name=name,
                        blur=options.blur,
                        overwrite=options.overwrite,
                        on_progress=on_progress,
                        should_stop=stop,
                    )
            except ExportError as error:
                failed = True
                for line in str(error).splitlines():
                    log.error("%s", line)
                _report(input, error.written)
            except ResultsExistError as error:
                failed = True
                log.error("%s with --overwrite", error)
            except FerDesktopError as error:
                failed = True
                log.error("%s", error)
            else:
                _report(input, written)
    if stop.number is not None:
        return 128 + stop.number
    return 1 if failed else 0


@contextmanager
def _progress_bar(title: str) -> Iterator[Callable[[float], None] | None]:
    """A function that moves a progress bar; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    tqdm.monitor_interval = 0  # its thread is for bars that are updated rarely, and would outlive this one
    layout = "{desc}: {percentage:3.0f} %|{bar}| [{elapsed} < {remaining}]"
    with tqdm(total=1.0, desc=title, bar_format=layout, leave=False) as bar:
        yield lambda fraction: bar.update(fraction - bar.n) and None


def _report(input: Path, written: Iterable[Path]) -> None:
    names = ", ".join(str(path) for path in written)
    sys.stdout.write(f"{input}: written: {names or 'nothing'}\n")
    sys.stdout.flush()
