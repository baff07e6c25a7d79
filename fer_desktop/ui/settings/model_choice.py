"""A combo box of the installed models."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox

from fer_desktop.core.models import list_models
from fer_desktop.core.paths import Paths


def show_models(box: QComboBox, paths: Paths, current: Path) -> None:
    """Fills the box with the models and selects the current one. The data of an entry is the card's path.

    A current model from another folder is added.
    """
    box.clear()
    for model in list_models(paths):
        text = f"{model.name} (bundled)" if model.bundled else model.name
        box.addItem(text if model.card else f"{text}, damaged", model.path)
    # findData compares Python objects by identity.
    known = [box.itemData(index) for index in range(box.count())]
    if current not in known:
        box.addItem(current.stem, current)
        known.append(current)
    box.setCurrentIndex(known.index(current))
