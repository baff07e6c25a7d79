"""The program's log: everything goes to a rotating file, and each warning to stderr as one line."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

FILE_NAME = "fer-desktop.log"
LEVELS: tuple[str, ...] = ("debug", "info", "warning", "error")

_MAX_BYTES = 1_000_000
_BACKUPS = 3
_FILE_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


@contextmanager
def logging_to(folder: Path, level: str = "warning") -> Iterator[Path]:
    """Sends the log of all threads to stderr and to a file in ``folder``. Returns the path of the file.

    level: one of LEVELS, the lowest that stderr shows. The file gets "info" and above, or "debug".
    An error that nothing catches, in any thread, is logged with its traceback. On stderr it is one line.
    If the folder cannot be written, the log goes to stderr alone.
    """
    path = folder / FILE_NAME
    root = logging.getLogger()
    before = root.level, sys.excepthook, threading.excepthook
    handlers: list[logging.Handler] = []
    root.setLevel(logging.DEBUG if level == "debug" else logging.INFO)
    if sys.stderr is not None:
        handlers.append(_console(level))
    problem = None
    try:
        handlers.append(_file(path))
    except OSError as error:
        problem = error
    for handler in handlers:
        root.addHandler(handler)
    if problem is not None:
        log.warning("there is no log file: %s", problem)
    sys.excepthook = _UncaughtErrors(path).report
    threading.excepthook = _UncaughtErrors(path).report_of_thread
    try:
        yield path
    finally:
        root.level, sys.excepthook, threading.excepthook = before
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


class _OneLine(logging.Formatter):
    """Formats level and message in one line. Tracebacks are only in the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {record.getMessage()}".replace("\n", " ")


def _console(level: str) -> logging.Handler:
    console = logging.StreamHandler()
    console.setLevel(level.upper())
    console.setFormatter(_OneLine())
    return console


def _file(path: Path) -> logging.Handler:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8")
    file.setFormatter(logging.Formatter(_FILE_FORMAT))
    return file


class _UncaughtErrors:
    """Logs errors that nothing catches. Errors in Qt's slots and in threads end up here."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file

    def report(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            self._log("", kind, error, traceback)

    def report_of_thread(self, arguments: threading.ExceptHookArgs) -> None:
        kind, error = arguments.exc_type, arguments.exc_value or arguments.exc_type()
        if not issubclass(kind, SystemExit):
            name = arguments.thread.name if arguments.thread is not None else "a thread"
            self._log(f" in {name}", kind, error, arguments.exc_traceback)

    def _log(
        self, where: str, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        log.critical(
            "unexpected %s%s: %s (see %s)",
            kind.__name__,
            where,
            error,
            self._log_file,
            exc_info=(kind, error, traceback),
        )
