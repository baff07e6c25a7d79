"""The page that evaluates a model on a data set and shows its mistakes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog

from fer_desktop.core.training import Judged, Predictions, evaluation, write_report, write_table
from fer_desktop.ui.common import ActionButtons, Job
from fer_desktop.ui.training.evaluate_form import EvaluateForm
from fer_desktop.ui.training.evaluation_view import EvaluationView
from fer_desktop.ui.training.trainer_page import TrainerPage

EMPTY = (
    "Choose a model and a labelled data set that the model was not trained on. The page shows the figures "
    "with their uncertainty, the mistakes as pictures, and the effect of a threshold for uncertain faces."
)


class EvaluatePage(TrainerPage):
    """threshold_requested(float): the live view is to call faces below it uncertain."""

    threshold_requested = Signal(float)

    def _build(self) -> None:
        self._details = Path()
        self._said: dict[str, Any] = {}
        self.is_running = False
        self.form = EvaluateForm(self._paths, self._jobs)
        self.evaluate = self._action("&Evaluate", self._start)
        self.save_report = self._action("Save the &figures…", self._save_report)
        self.save_table = self._action("Save the &table of rows…", self._save_table)
        self.choose_file = self._action("Choose a file…", self.form.data.browse_file)
        self.choose_folder = self._action("Choose a folder…", self.form.data.browse_folder)
        self.buttons = ActionButtons()
        self.buttons.set_actions((self.evaluate, self.save_report, self.save_table))
        self.strip = self._make_strip(self._on_result, self._on_failed, self._on_cancelled)
        self.view = EvaluationView()
        self.pages.addWidget(self.view)
        self._add_above(self.form, self.buttons, self.strip)
        self.form.changed.connect(self._enable)
        self.view.threshold_requested.connect(self._take_threshold)
        self.form.data.set_data(self._settings.training_data, self._settings.training_votes)
        self._say("analyse", "Nothing evaluated yet", EMPTY, self.choose_file, self.choose_folder)
        self._enable()

    def set_model(self, card: Path) -> None:
        self.form.model.set_model(card)

    def begin_shutdown(self) -> list[threading.Thread]:
        """Ends the evaluation. The job runner ends reads and writes."""
        self.strip.end()
        return []

    # An evaluation.

    def _start(self) -> None:
        self._settings.training_data = self.form.data.data
        self._settings.training_votes = self.form.data.votes
        self.is_running = True
        self._details = self.strip.make_folder() / "details.npz"
        words = [*self.form.arguments(), "--details", str(self._details)]
        self.strip.start(words, "Starting the evaluation…")
        self._say("analyse", "The model is being evaluated", "The time depends on the number of rows.")
        self._enable()

    def _on_result(self, said: dict[str, Any]) -> None:
        details = self._details

        def read(job: Job) -> Predictions:
            predictions = Predictions.load(details)
            evaluation.headline(Judged.of(predictions, 0.0))  # loads SciPy, a second, off the GUI thread
            return predictions

        self._jobs.start(
            read,
            name="read the evaluation",
            on_success=lambda predictions: self._show(predictions, said),
            on_error=lambda error: self._on_failed(str(error)),
            owner=self,
        )

    def _show(self, predictions: Predictions, said: dict[str, Any]) -> None:
        self._said = said
        self.view.show_evaluation(predictions, said)
        self.pages.setCurrentWidget(self.view)
        self._end()

    def _on_failed(self, text: str) -> None:
        self.view.predictions = None
        self._say("warning", "The model could not be evaluated", text, self.evaluate)
        self._end()

    def _on_cancelled(self) -> None:
        if self.view.predictions is not None:
            self.pages.setCurrentWidget(self.view)
        else:
            self._say("info", "The evaluation was cancelled", EMPTY, self.evaluate)
        self._end()

    def _end(self) -> None:
        self.is_running = False
        self.strip.clean_up()
        self._enable()

    # Its result.

    def _take_threshold(self, threshold: float) -> None:
        self.threshold_requested.emit(threshold)
        self.said.emit(f"The live view calls a face uncertain below {threshold:.0%}.", None)

    def _save_report(self) -> None:
        predictions, said = self.view.predictions, self._said
        assert predictions is not None
        self._save("Figures of the evaluation", "json", lambda path: write_report(path, predictions, said))

    def _save_table(self) -> None:
        predictions = self.view.predictions
        assert predictions is not None
        self._save("Table of rows", "csv", lambda path: write_table(path, predictions))

    def _save(self, title: str, suffix: str, write: Callable[[Path], None]) -> None:
        name = f"{self._said.get('model', 'model')}-evaluation.{suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, f"{suffix.upper()} (*.{suffix})")
        if not chosen:
            return
        path = Path(chosen)
        self._jobs.start(
            lambda job: write(path),
            name=f"write {path.name}",
            on_success=lambda _: self.said.emit(f"Saved as {path}.", path.parent),
            on_error=lambda error: self.said.emit(str(error), None),
            owner=self,
        )

    def _enable(self) -> None:
        self.form.setEnabled(not self.is_running)
        self.evaluate.setEnabled(not self.is_running and self.form.is_ready)
        for action in (self.save_report, self.save_table):
            action.setEnabled(not self.is_running and self.view.predictions is not None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.form.model.refresh()
