from __future__ import annotations

import io

from fer_desktop.core.training.messages import Progress, parse_line
from trainer.progress import INTERVAL_S, ProgressLines


def test_first_and_last_are_told_and_few_between() -> None:
    stream, now = io.StringIO(), 0.0
    say = ProgressLines(stream, clock=lambda: now)
    for done in range(1, 11):
        now += INTERVAL_S / 4
        say("rows", done, 10)
    say("rows", 10, 10)  # once more at the end
    say("files", 1, 0)
    told = [parse_line(line) for line in stream.getvalue().splitlines()]
    assert told == [
        Progress("rows", 1, 10),
        Progress("rows", 5, 10),
        Progress("rows", 9, 10),
        Progress("rows", 10, 10),
        Progress("files", 1, 0),
    ]
