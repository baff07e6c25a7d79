"""What is shown of the selected runs: one run in detail, or two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QWidget

from fer_desktop.core.training import Comparison, ComparisonError, Predictions, RunSummary, compare
from fer_desktop.ui.common import JobRunner, Message, MessagePage
from fer_desktop.ui.training.compare_view import CompareView
from fer_desktop.ui.training.run_details import RunDetails

TAUS = (0.0, 1.0)
NONE_SELECTED = Message("info", "Select a run", "Select two runs to compare them.")
MANY_SELECTED = Message("info", "Select a run", "Select one or two runs.")


class SelectedRuns(QStackedWidget):
    """Shows the details of one run or a comparison of two. Reads what it needs in the background."""

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._shown: list[object] | None = None
        self._selected: Sequence[RunSummary] = ()
        self.hint = MessagePage()
        self.details = RunDetails()
        self.comparison = CompareView()
        for page in (self.hint, self.details, self.comparison):
            self.addWidget(page)
        self._say(NONE_SELECTED)

    def show_runs(self, selected: Sequence[RunSummary]) -> None:
        """Shows these runs. Does nothing if they have not changed, so that the reader's place is kept."""
        self._selected = selected
        state = run_states(selected)
        if state == self._shown:
            return
        self._shown = state
        match selected:
            case [run] if run.problem:
                self._say(Message("warning", "The run cannot be read", run.problem))
            case [run]:
                self._read_details(run)
            case [newer, older]:
                self._compare(older, newer)  # a difference then says what the newer run changed
            case _:
                self._say(MANY_SELECTED if selected else NONE_SELECTED)

    def _say(self, message: Message) -> None:
        self.hint.set_message(message)
        self.setCurrentWidget(self.hint)

    def _shows(self, *runs: RunSummary) -> bool:
        """Whether these runs are still the selected ones."""
        return {item.run.path for item in self._selected} == {item.run.path for item in runs}

    def _read_details(self, run: RunSummary) -> None:
        def show(card: str) -> None:
            if self._shows(run):
                self.details.show_run(run, card)
                self.setCurrentWidget(self.details)

        self._jobs.start(
            lambda job: _card_text(run.card), name="reading a model card", on_success=show, owner=self
        )

    def _compare(self, older: RunSummary, newer: RunSummary) -> None:
        def read() -> list[Comparison]:
            rows = _predictions(older), _predictions(newer)
            return [compare(*rows, tau) for tau in TAUS]

        def show(comparisons: list[Comparison], problem: str = "") -> None:
            if self._shows(older, newer):
                self.comparison.show_runs(older, newer, comparisons, problem)
                self.setCurrentWidget(self.comparison)

        self._jobs.start(
            lambda job: read(),
            name="comparing runs",
            on_success=show,
            on_error=lambda error: show([], str(error)),
            owner=self,
        )


def run_states(runs: Sequence[RunSummary]) -> list[object]:
    """Returns a value that stays equal until something about the runs changes."""
    return [
        (item.run.path, item.info, id(item.history), item.state, item.card, item.problem) for item in runs
    ]


def _predictions(summary: RunSummary) -> Predictions:
    if not summary.run.validation_file.exists():
        raise ComparisonError(
            f"{summary.title} has not finished an epoch. It has no predictions of the validation rows yet."
        )
    return Predictions.load(summary.run.validation_file)


def _card_text(card: Path | None) -> str:
    """Returns the text of a model card, or why it cannot be read."""
    if card is None:
        return ""
    try:
        return card.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return f"{card}: the model card cannot be read ({error})"
