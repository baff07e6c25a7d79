"""The mailboxes and meters between the threads of one opened source."""

from __future__ import annotations

import time

from fer_desktop.core.live.mailbox import Mailbox
from fer_desktop.core.live.meters import Clock, LatencyMeter, RateMeter, Stats
from fer_desktop.core.types import Frame, FrameResult


class LiveFeed:
    """The mailboxes and meters of one opened source.

    Every opened source has its own, so late frames of an earlier source are not shown.
    preview: the newest frame for the window. pending: the newest frame for the inference.
    results: the newest result for the window.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.preview: Mailbox[Frame] = Mailbox()
        self.pending: Mailbox[Frame] = Mailbox()
        self.results: Mailbox[FrameResult] = Mailbox()
        self.captured = RateMeter(clock)
        self.inferred = RateMeter(clock)
        self.displayed = RateMeter(clock)
        self.latency = LatencyMeter(clock)
        self._uncounted: int | None = None

    def start_counting_drops(self) -> None:
        """Counts dropped frames from now on; frames before the model is loaded do not count."""
        self._uncounted = self.pending.dropped

    def stats(self) -> Stats:
        latency_s = self.latency.median_s()
        return Stats(
            capture_fps=self.captured.rate(),
            inference_fps=self.inferred.rate(),
            display_fps=self.displayed.rate(),
            latency_ms=None if latency_s is None else latency_s * 1000,
            dropped=0 if self._uncounted is None else self.pending.dropped - self._uncounted,
        )
