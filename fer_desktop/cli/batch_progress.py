"""The progress bar of a batch on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from tqdm import tqdm

from fer_desktop.core.analysis import AnalysisProgress

LAYOUT = "{desc}: {percentage:3.0f} %|{bar}| {postfix[0]} [{elapsed} < {remaining}]"


class BatchProgress:
    """Shows one bar for all inputs, with the time left. Shows nothing when stderr is no terminal."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._running: dict[int, float] = {}
        self._ended = 0
        self._bar: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            tqdm.monitor_interval = 0  # its thread is for bars that are updated rarely, and outlives this one
            self._bar = tqdm(
                total=len(self._names), desc=self._title(0), bar_format=LAYOUT, postfix=[""], leave=False
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, position: int, progress: AnalysisProgress) -> None:
        """Shows the progress of the input at a position."""
        if self._bar is None:
            return
        if position not in self._running:
            self._bar.set_description(self._title(position), refresh=False)
        self._running[position] = progress.fraction or 0.0
        rate = progress.frames_read / progress.elapsed_s if progress.elapsed_s else 0.0
        self._bar.postfix[0] = f"{progress.pts_s:.1f} s, {rate:.0f} frames/s"
        self._update()

    @contextmanager
    def ending(self, position: int) -> Iterator[None]:
        """Hides the bar while a line about a finished input is written."""
        if self._bar is not None:
            self._bar.clear()
        yield
        self._running.pop(position, None)
        self._ended += 1
        if self._bar is not None:
            self._update()

    def _update(self) -> None:
        self._bar.update(self._ended + sum(self._running.values()) - self._bar.n)

    def _title(self, position: int) -> str:
        count = len(self._names)
        return self._names[position] if count == 1 else f"{position + 1}/{count} {self._names[position]}"
