"""The form of an evaluation: model, rows and labels."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from fer_desktop.core.paths import Paths
from fer_desktop.ui.common import Banner, JobRunner, Message, fields, theme
from fer_desktop.ui.training.data_field import DataField
from fer_desktop.ui.training.model_field import ModelField

SPLITS = {
    "public": "Public test, for choosing between models",
    "private": "Private test, once per released model",
}
LABELS = {
    "": "the labels it was trained on",
    "votes": "the majority of FER+'s votes",
    "original": "FER2013's own labels",
}
PRIVATE = Message(
    "warning",
    "Use the private rows once for each released model.",
    "A figure is too high if the model was chosen by the same rows. Score each released model once, and "
    "record the figure whatever it is.",
)


class EvaluateForm(QWidget):
    """changed: any field."""

    changed = Signal()

    def __init__(self, paths: Paths, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ModelField(paths, jobs)
        self.data = DataField()
        self.split = fields.choices(SPLITS)
        self.labels = fields.choices(LABELS)
        self.warning = Banner()
        self.confirm = QCheckBox("This model is &released and has not been scored on the private rows yet")
        form = fields.form()
        fields.add_row(form, "&Model", self.model)
        judged_by = fields.label("&judged by", self.labels)
        fields.add_row(form, "&Rows of FER2013", self.split, judged_by, self.labels)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.data)
        layout.addLayout(form)
        layout.addWidget(self.warning)
        layout.addWidget(self.confirm)
        for signal in (self.model.changed, self.data.changed, self.split.currentIndexChanged):
            signal.connect(self._ask_again)
        self.confirm.toggled.connect(self.changed)
        self._ask_again()

    @property
    def is_ready(self) -> bool:
        return self.data.data is not None and (not self.is_private or self.confirm.isChecked())

    @property
    def is_private(self) -> bool:
        return bool(self.split.currentData() == "private")

    def arguments(self) -> list[str]:
        """Returns the command's arguments without its output. Resets the confirmation of the private rows."""
        labels = self.labels.currentData()
        arguments = ["evaluate", *self.data.arguments(), "--weights", str(self.model.model)]
        arguments += ["--split", self.split.currentData(), *(["--labels", labels] if labels else [])]
        self.confirm.setChecked(False)
        return arguments

    def _ask_again(self) -> None:
        self.confirm.setChecked(False)
        self.confirm.setVisible(self.is_private)
        self.warning.set_message(PRIVATE if self.is_private else None)
        self.changed.emit()
