"""Charts drawn with QPainter."""

from fer_desktop.ui.charts.bars import ClassBars
from fer_desktop.ui.charts.confusion_table import ConfusionTable
from fer_desktop.ui.charts.coverage import CoveragePlot
from fer_desktop.ui.charts.curves import Curve, CurvePlot
from fer_desktop.ui.charts.reliability import ReliabilityPlot
from fer_desktop.ui.charts.thumbnails import ThumbnailGrid

__all__ = [
    "ClassBars",
    "ConfusionTable",
    "CoveragePlot",
    "Curve",
    "CurvePlot",
    "ReliabilityPlot",
    "ThumbnailGrid",
]
