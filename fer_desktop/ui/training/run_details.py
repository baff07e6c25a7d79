"""The details of one run below the list of runs."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QScrollArea, QTabWidget, QWidget

from fer_desktop.core.training import RunSummary
from fer_desktop.ui.training.run_curves import CurvesPanel
from fer_desktop.ui.training.run_figures import RunFigures
from fer_desktop.ui.training.run_panels import FactsPanel

NO_CARD = "The model card is written when the run is finished."


class RunDetails(QTabWidget):
    """Curves, figures, settings and model card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.curves = CurvesPanel()
        self.figures = RunFigures()
        self.facts = FactsPanel()
        self.card = QPlainTextEdit()
        self.card.setReadOnly(True)
        self.card.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.card.setAccessibleName("Model card")
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.figures)
        for widget, title in (
            (self.curves, "Curves"),
            (scroll, "Figures"),
            (self.facts, "Data and settings"),
            (self.card, "Model card"),
        ):
            self.addTab(widget, title)

    def show_run(self, summary: RunSummary, card: str) -> None:
        """Shows a run. card: the text of its model card, empty without one."""
        self.curves.show_all(summary.history)
        self.figures.show_history(summary.history)
        self.facts.show_facts(summary.info, summary.history)
        text = card or NO_CARD
        if text != self.card.toPlainText():
            self.card.setPlainText(text)
