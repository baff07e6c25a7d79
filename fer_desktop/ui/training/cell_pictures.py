"""The pictures behind a cell of the confusion matrix."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fer_desktop.core import emotions
from fer_desktop.core.training import Judged, Predictions
from fer_desktop.ui.charts import ThumbnailGrid
from fer_desktop.ui.common import paragraph, percentage, theme
from fer_desktop.ui.training.labels import count_of

MOST = 200
"""The largest number of pictures of a cell. The most confident ones are shown."""


class CellPictures(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = paragraph("")
        self.grid = ThumbnailGrid()
        self.grid.setAccessibleName("Pictures behind the cell")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.title)
        layout.addWidget(self.grid, 1)

    def show_cell(self, predictions: Predictions, judged: Judged, true: int, predicted: int) -> None:
        """Shows the pictures of a cell. true, predicted: indices in EMOTIONS."""
        places = judged.behind(true, predicted)
        self.title.setText(_title(true, predicted, len(places)))
        shown = places[:MOST] if len(predictions.thumbnails) else places[:0]
        confidence = dict(zip(judged.rows.tolist(), judged.confidence.tolist(), strict=True))
        self.grid.set_pictures(
            [predictions.thumbnails[place] for place in shown],
            [f"{_name(predictions, place)}, {percentage(confidence[place])}" for place in shown.tolist()],
        )


def _title(true: int, predicted: int, count: int) -> str:
    names = emotions.ALL[true].title, emotions.ALL[predicted].title.lower()
    what = f"{names[0]} taken for {names[1]}" if true != predicted else f"{names[0]}, recognised"
    if not count:
        return f"{what}: no pictures"
    order = "the most confident first"
    return f"{what}: {count_of(count, 'picture')}, {f'{MOST} of them, ' if count > MOST else ''}{order}"


def _name(predictions: Predictions, place: int) -> str:
    if predictions.names:
        return predictions.names[place].replace("\\", "/").rpartition("/")[2]
    return f"row {predictions.rows[place]}"
