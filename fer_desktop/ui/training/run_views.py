"""The views of a run. Only the visible one is updated."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from fer_desktop.core.training import Predictions, RunFolder, RunHistory, RunInfo
from fer_desktop.ui.common import JobRunner
from fer_desktop.ui.training.run_curves import CurvesPanel
from fer_desktop.ui.training.run_panels import ConfusionPanel, FactsPanel, LogPanel, WorstPanel


class RunViews(QTabWidget):
    def __init__(self, run: RunFolder, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._jobs = jobs
        self._expects_worst = True
        self.curves = CurvesPanel()
        self.confusion = ConfusionPanel()
        self.worst = WorstPanel()
        self.facts = FactsPanel()
        self.log = LogPanel()
        self.setDocumentMode(True)
        self.addTab(self.curves, "Curves")
        self.addTab(self.confusion, "Confusions")
        self.addTab(self.worst, "Worst examples")
        self.addTab(self.facts, "Data and settings")
        self.addTab(self.log, "Log")

    @property
    def is_behind(self) -> bool:
        return self.currentWidget() is self.curves and self.curves.is_behind

    def show_run(self, info: RunInfo | None, history: RunHistory, *, at_once: bool = True) -> None:
        """Updates the visible view. at_once: draws all plots, else one, for frequent calls."""
        shown = self.currentWidget()
        if shown is self.curves:
            self.curves.show_all(history) if at_once else self.curves.show_next(history)
        elif shown is self.confusion:
            self.confusion.show_history(history)
        elif shown is self.facts:
            self.facts.show_facts(info, history)
        elif shown is self.worst and self._expects_worst:
            self._read_worst()

    def show_log(self) -> None:
        self.setCurrentWidget(self.log)

    def expect_worst(self) -> None:
        """Marks the worst examples as outdated. They are read when they are shown."""
        self._expects_worst = True

    def _read_worst(self) -> None:
        self._expects_worst = False
        if self._run.worst_file.exists():
            self._jobs.start(
                lambda job: Predictions.load(self._run.worst_file),
                name="reading the worst examples",
                on_success=self.worst.show_predictions,
                on_error=lambda error: self.worst.show_problem(str(error)),
                owner=self,
            )
