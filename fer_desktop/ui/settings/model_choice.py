"""The models that there are, in a combo box."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox

from fer_desktop.core.models import list_models
from fer_desktop.core.paths import Paths


def show_models(box: QComboBox, paths: Paths, current: Path) -> None:
    """Fills the box with the models, the path of the card as the data of each, and chooses the current one.

    A current model that is in no folder of models is there, too.
    """
    box.clear()
    for model in list_models(paths):
        text = f"{model.name} (bundled)" if model.bundled else model.name
        box.addItem(text if model.card else f"{text}, damaged", model.path)
    # Not findData, which compares Python objects by identity.
    known = [box.itemData(index) for index in range(box.count())]
    if current not in known:
        box.addItem(current.stem, current)
        known.append(current)
    box.setCurrentIndex(known.index(current))
