"""The problems of a run in words."""

from __future__ import annotations

from dataclasses import dataclass

from fer_desktop.ui.training.run_process import RunOutcome

SLOW = "It may be reading the data or validating an epoch."
KILLED_LOSES = "If you end it now, the run keeps its last checkpoint."


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a run. can_kill: the user may end the trainer at once."""

    title: str
    text: str
    can_kill: bool = False


def slow_stop(*, can_kill: bool) -> Problem:
    text = f"{SLOW} {KILLED_LOSES}" if can_kill else SLOW
    return Problem("The trainer has not stopped yet", text, can_kill)


def failure(text: str, *, has_checkpoint: bool, title: str = "The run failed") -> Problem:
    """Returns the problem of a failed run. text: the trainer's message."""
    resume = (
        "Press Resume to continue from the last checkpoint."
        if has_checkpoint
        else "The run has no checkpoint yet. Press Resume to start it again."
    )
    return Problem(title, f"{text}\n{resume} For other data or settings, start a new run.")


def end_in_words(outcome: RunOutcome, title: str, *, has_checkpoint: bool) -> tuple[str, Problem | None]:
    """Returns the end of a run as a sentence, and its problem if any. title: of the run."""
    match outcome.kind:
        case "completed":
            return f"{title} is finished.", None
        case "stopped":
            return f"{title} is stopped and kept.", None
        case "killed":
            return f"{title} was ended. It can be resumed from its last checkpoint.", None
        case kind:
            what = "The run failed" if kind == "failed" else "The run was interrupted"
            problem = failure(outcome.text, has_checkpoint=has_checkpoint, title=what)
            return f"{what}: {title}. {outcome.text}", problem
