"""The choice of a model: installed, of a finished run, or any other card."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QWidget

from fer_desktop.core.models import list_models
from fer_desktop.core.paths import Paths
from fer_desktop.core.training import RunError, list_runs
from fer_desktop.ui.common import Job, JobRunner, fields

CARD_FILTER = "Model cards (*.json);;All files (*)"

Choices = list[tuple[str, Path]]
"""Title and card of each model."""


def find_choices(paths: Paths) -> Choices:
    """Returns the models that can be used. Reads many small files."""
    found = [
        (f"{model.name} (bundled)" if model.bundled else model.name, model.path)
        for model in list_models(paths)
        if model.card is not None
    ]
    for run in list_runs(paths.runs):
        card = run.card_file
        if card is not None:
            with suppress(RunError):
                found.append((f"{card.stem}, run {run.read_info().title or run.path.name}", card))
    return found


class ModelField(QWidget):
    """changed: another model was chosen."""

    changed = Signal()

    def __init__(self, paths: Paths, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._jobs = jobs
        self.box = QComboBox()
        self.box.setAccessibleName("Model")
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setMinimumContentsLength(16)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        layout = fields.row(self.box, fields.button("&Other…", self._browse))
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        self.box.currentIndexChanged.connect(self.changed)
        self.setFocusProxy(self.box)
        self._show([("", paths.default_model)])

    @property
    def model(self) -> Path:
        """The card of the chosen model."""
        card: Path = self.box.currentData()
        return card

    def refresh(self) -> None:
        """Lists the models again and keeps the choice."""

        def find(job: Job) -> Choices:
            return find_choices(self._paths)

        self._jobs.start(find, name="list the models", on_success=self._show, owner=self)

    def set_model(self, card: Path) -> None:
        """Chooses a card, which may be in any folder."""
        cards = [self.box.itemData(place) for place in range(self.box.count())]
        if card not in cards:
            self.box.addItem(card.stem, card)
            self.box.setItemData(self.box.count() - 1, str(card), Qt.ItemDataRole.ToolTipRole)
            cards.append(card)
        self.box.setCurrentIndex(cards.index(card))

    def _show(self, choices: Choices) -> None:
        chosen = self.box.currentData()
        self.box.blockSignals(True)
        self.box.clear()
        for text, card in choices:
            self.box.addItem(text or card.stem, card)
            self.box.setItemData(self.box.count() - 1, str(card), Qt.ItemDataRole.ToolTipRole)
        self.set_model(chosen or choices[0][1])
        self.box.blockSignals(False)

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Model card", str(self.model.parent), CARD_FILTER)
        if chosen:
            self.set_model(Path(chosen))
