"""Analyses one source from beginning to end and writes its results."""

from fer_desktop.core.analysis.loop import IncompleteAnalysisError
from fer_desktop.core.analysis.monitor import AnalysisMonitor
from fer_desktop.core.analysis.options import DEFAULT_OPTIONS, AnalysisOptions, Destination, default_name
from fer_desktop.core.analysis.record import Earlier, recording_facts
from fer_desktop.core.analysis.report import settings_facts, versions
from fer_desktop.core.analysis.run import run_analysis
from fer_desktop.core.analysis.summary import AnalysisProgress, AnalysisSummary

__all__ = [
    "DEFAULT_OPTIONS",
    "AnalysisMonitor",
    "AnalysisOptions",
    "AnalysisProgress",
    "AnalysisSummary",
    "Destination",
    "Earlier",
    "IncompleteAnalysisError",
    "default_name",
    "recording_facts",
    "run_analysis",
    "settings_facts",
    "versions",
]
