"""The messages of a run, on stdout and in the run's folder, and the lock of that folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from filelock import Timeout

from fer_desktop.core.errors import OutputError
from fer_desktop.core.training import Failed, RunError, RunFolder, RunInfo, RunMessage, RunStarted, to_line

logger = logging.getLogger(__name__)


@contextmanager
def working_on(run: RunFolder) -> Iterator[RunFolder]:
    """Locks a run, so that no other trainer works on it. Requests from before the start are discarded.

    Raises RunError when another trainer works on the run, or when its folder cannot be written.
    """
    try:
        lock = run.lock()
        lock.acquire()
    except Timeout:
        raise RunError(
            f"{run.path}: another trainer works on this run; stop it first, or choose another folder"
        ) from None
    except OSError as error:
        raise RunError(f"{run.path}: the run cannot be locked ({error.strerror or error})") from error
    try:
        run.take_word()
        yield run
    finally:
        lock.release()


class Recorder:
    """Passes messages on. A run goes on when nobody reads stdout, and when the file cannot be written."""

    def __init__(self, stream: TextIO | None) -> None:
        """stream: None in a process that does not report."""
        self._stream = stream
        self._run: RunFolder | None = None
        self._info: RunInfo | None = None
        self._has_failed = False

    def keep_in(self, run: RunFolder, info: RunInfo) -> None:
        """Also keeps messages in the run's folder from now on.

        info: becomes run.json when the run has started and there is none.
        """
        self._run, self._info = run, info

    def say(self, message: RunMessage) -> None:
        self._print(to_line(message))
        if self._run is not None and self._info is not None:
            self._keep(message, self._run, self._info)

    @contextmanager
    def telling_failures(self, in_words: Callable[[Exception], str]) -> Iterator[None]:
        """Reports an exception once, however many of these contexts it passes, and raises it again."""
        try:
            yield
        except Exception as error:
            if not self._has_failed:
                self._has_failed = True
                self.say(Failed(in_words(error)))
            raise

    def _print(self, line: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(line)
            self._stream.flush()
        except OSError:
            logger.warning("nobody reads the messages any more; the run goes on")
            _silence(self._stream)
            self._stream = None

    def _keep(self, message: RunMessage, run: RunFolder, info: RunInfo) -> None:
        try:
            if isinstance(message, RunStarted) and not run.info_file.exists():
                run.write_info(info)
            run.append([message])
        except (OSError, OutputError) as error:
            logger.warning("%s: a message could not be kept (%s)", run.path, error)


def _silence(stream: TextIO) -> None:
    """Otherwise the rest of the buffer would raise an error again when the interpreter ends."""
    with suppress(OSError, ValueError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, stream.fileno())
        os.close(sink)
