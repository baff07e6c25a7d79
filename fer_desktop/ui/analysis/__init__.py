"""The tab of a recording (player, timeline, people, markers, export), and the queue of several files."""

from fer_desktop.ui.analysis.running import AnalysisRequest

__all__ = ["AnalysisRequest"]
