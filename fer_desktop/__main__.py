"""The program's entry: ``fer-desktop``, ``fer-desktop-gui`` and ``python -m fer_desktop``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from fer_desktop.cli import parse_arguments
from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.logs import logging_to
from fer_desktop.core.paths import Paths, default_paths

log = logging.getLogger(__name__)

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: 0 done, 1 failed with a line on stderr, 130 interrupted.

    arguments: without the program's name; None takes those of the process. Raises SystemExit after --help
    and for wrong arguments.
    """
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # its lines on stderr repeat what our errors say
    try:
        options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    paths = default_paths()
    with logging_to(paths.logs, options.log_level) as log_file:
        try:
            return _run(options, paths)
        except FerDesktopError as error:
            log.error("%s", error)
            return 1
        except KeyboardInterrupt:
            log.error("interrupted")
            return INTERRUPTED
        except Exception as error:
            if isinstance(error.__cause__, KeyboardInterrupt):  # Ctrl-C while a native module was imported
                log.error("interrupted")
                return INTERRUPTED
            log.critical("unexpected %s: %s (see %s)", type(error).__name__, error, log_file, exc_info=True)
            return 1


def main_window() -> int:
    """The entry for icons on the desktop: the window without a console."""
    return main(["window", *sys.argv[1:]])


def _run(options: argparse.Namespace, paths: Paths) -> int:
    """Imports what the command needs and runs it."""
    if options.command == "window":
        from fer_desktop.preflight import check_window_system, load_torch_before_qt

        load_torch_before_qt(options.device)
        check_window_system()
        from fer_desktop.ui.window.application import run

        return run(options)
    from fer_desktop.cli import commands

    return commands.run(options, paths)


if __name__ == "__main__":
    sys.exit(main())
