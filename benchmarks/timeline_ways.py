"""The ways of drawing an analysis over time that benchmarks/timeline.py compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import ALL, EMOTIONS
from fer_desktop.core.results.faces import UNCERTAIN_INDEX, FaceTable
from fer_desktop.core.results.people import People
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.ui.analysis.lane_columns import columns_of
from fer_desktop.ui.analysis.lane_track import Track, tracks_of

FPS = 30.0
COLUMNS = 1000
"""The charts are about so many pixels wide."""


class Way(Protocol):
    """needs: modules. widget: once it is open."""

    needs: tuple[str, ...]
    widget: Any

    def open(self, stored: StoredAnalysis) -> None: ...
    def show_range(self, start_s: float, end_s: float) -> None: ...
    def move_playhead(self, pts_s: float) -> None: ...


def made_up_analysis(seconds: float, people: int) -> StoredAnalysis:
    """Everybody is in every frame; emotions come and go within seconds, with noise from frame to frame."""
    random = np.random.default_rng(0)
    frames = int(seconds * FPS)
    pts_s = np.arange(frames) / FPS
    knots = np.arange(0, seconds + 4, 4)
    shares = np.empty((frames, people, len(EMOTIONS)), np.float32)
    for person in range(people):
        logits = [np.interp(pts_s, knots, random.normal(0, 2, len(knots))) for _ in EMOTIONS]
        values = np.exp(np.stack(logits, axis=1) + random.normal(0, 0.3, (frames, len(EMOTIONS))))
        shares[:, person] = values / values.sum(axis=1, keepdims=True)
    faces = frames * people
    shares = shares.reshape(faces, -1)
    label = np.where(shares.max(axis=1) < 0.4, UNCERTAIN_INDEX, shares.argmax(axis=1)).astype(np.int8)
    table = FaceTable(
        frame=np.arange(frames),
        pts_s=pts_s,
        size=np.full((frames, 2), 480, np.int32),
        first_face=np.arange(frames + 1) * people,
        face_id=np.tile(np.arange(1, people + 1, dtype=np.int32), frames),
        box=np.zeros((faces, 4), np.float32),
        score=np.ones(faces, np.float32),
        label=label,
        probabilities=shares,
        smoothed=shares,
    )
    facts = {"source": {"name": "made up", "duration_s": seconds}}
    return StoredAnalysis(Path("made-up.ferx"), facts, table, People().with_faces(range(1, people + 1)))


class _Curves:
    """What the two libraries share: a chart for each person. by_view: 2 points a curve and column in view."""

    def __init__(self, by_view: bool) -> None:
        self._by_view = by_view
        self._end_s = 0.0
        self._tracks: list[Track] = []

    def _take(self, stored: StoredAnalysis) -> None:
        self._tracks = list(tracks_of(stored, {}).values())
        self._end_s = stored.end_s

    def _points(self, start_s: float, end_s: float) -> Iterator[list[tuple[NDArray[Any], NDArray[Any]]]]:
        """For each person the seven curves: all points, or the lowest and highest of each column."""
        for track in self._tracks:
            if not self._by_view:
                yield [(track.times, shares) for shares in track.shares(True).astype(float)]
                continue
            edges = np.linspace(start_s, end_s, COLUMNS + 1)
            columns = columns_of(track, edges, smoothed=True)
            shares = np.stack([columns.low, columns.high], axis=2).reshape(len(EMOTIONS), -1)
            times = np.repeat((edges[:-1] + edges[1:]) / 2, 2)
            yield [(times, curve) for curve in shares]


class PyQtGraph(_Curves):
    needs = ("pyqtgraph",)

    def __init__(self, by_view: bool, width: int = 1) -> None:
        super().__init__(by_view)
        self._width = width

    def open(self, stored: StoredAnalysis) -> None:
        import pyqtgraph

        self._take(stored)
        self.widget = pyqtgraph.GraphicsLayoutWidget()
        self._plots, self._curves, self._lines = [], [], []
        for row, curves in enumerate(self._points(0.0, self._end_s)):
            plot = self.widget.addPlot(row=row, col=0)
            plot.setYRange(0, 1)
            if not self._by_view:
                plot.setDownsampling(auto=True, mode="peak")
                plot.setClipToView(True)
            plot.setXRange(0, self._end_s, padding=0)
            self._curves.append(
                [
                    plot.plot(
                        times,
                        shares,
                        pen=pyqtgraph.mkPen(emotion.colour, width=self._width),
                        connect="finite",
                    )
                    for (times, shares), emotion in zip(curves, ALL, strict=True)
                ]
            )
            self._lines.append(plot.addLine(x=0))
            self._plots.append(plot)

    def show_range(self, start_s: float, end_s: float) -> None:
        if self._by_view:
            for items, curves in zip(self._curves, self._points(start_s, end_s), strict=True):
                for item, (times, shares) in zip(items, curves, strict=True):
                    item.setData(times, shares)
        for plot in self._plots:
            plot.setXRange(start_s, end_s, padding=0)

    def move_playhead(self, pts_s: float) -> None:
        for line in self._lines:
            line.setValue(pts_s)


class QtCharts(_Curves):
    needs = ("PySide6.QtCharts",)

    def open(self, stored: StoredAnalysis) -> None:
        import PySide6.QtOpenGLWidgets  # noqa: F401 - its library is not found from the folder of the addons
        from PySide6.QtCharts import QChart, QChartView, QLineSeries, QValueAxis
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QColor, QPen
        from PySide6.QtWidgets import QVBoxLayout, QWidget

        self._take(stored)
        self.widget = QWidget()
        layout = QVBoxLayout(self.widget)
        self._curves, self._axes, self._lines = [], [], []
        for curves in self._points(0.0, self._end_s):
            chart, across, up = QChart(), QValueAxis(), QValueAxis()
            chart.addAxis(across, Qt.AlignmentFlag.AlignBottom)
            chart.addAxis(up, Qt.AlignmentFlag.AlignLeft)
            chart.legend().hide()
            up.setRange(0, 1)
            across.setRange(0, self._end_s)
            items = []
            for index, emotion in enumerate((*ALL, None)):
                series = QLineSeries()
                series.setPen(QPen(QColor(emotion.colour if emotion else "black"), 1))
                if emotion:
                    series.replaceNp(*curves[index])
                chart.addSeries(series)
                series.attachAxis(across)
                series.attachAxis(up)
                items.append(series)
            self._curves.append(items[:-1])
            self._lines.append(items[-1])
            self._axes.append(across)
            layout.addWidget(QChartView(chart))

    def show_range(self, start_s: float, end_s: float) -> None:
        if self._by_view:
            for items, curves in zip(self._curves, self._points(start_s, end_s), strict=True):
                for item, (times, shares) in zip(items, curves, strict=True):
                    item.replaceNp(times, shares)
        for axis in self._axes:
            axis.setRange(start_s, end_s)

    def move_playhead(self, pts_s: float) -> None:
        for line in self._lines:
            line.replaceNp(np.array([pts_s, pts_s]), np.array([0.0, 1.0]))


class Painted:
    needs = ()

    def open(self, stored: StoredAnalysis) -> None:
        from fer_desktop.ui.analysis.timeline import AnalysisTimeline

        self.widget = AnalysisTimeline()
        self.widget.set_analysis(stored)

    def show_range(self, start_s: float, end_s: float) -> None:
        axis = self.widget.axis
        self.widget.zoom((end_s - start_s) / axis.span_s)
        self.widget.pan(start_s - axis.start_s)

    def move_playhead(self, pts_s: float) -> None:
        self.widget.set_playhead(pts_s)


WAYS: dict[str, Way] = {
    "QtCharts, all points": QtCharts(by_view=False),
    "QtCharts, points by view": QtCharts(by_view=True),
    "pyqtgraph, its own downsampling": PyQtGraph(by_view=False),
    "pyqtgraph, points by view": PyQtGraph(by_view=True),
    "the same, lines of 2 pixels": PyQtGraph(by_view=True, width=2),
    "own lanes, columns by view": Painted(),
}
