"""The results file (.ferx) and what is in it: faces, people, markers, and the facts of the analysis."""

from fer_desktop.core.results.faces import UNCERTAIN_INDEX, FaceTable
from fer_desktop.core.results.file import SUFFIX, ResultFile
from fer_desktop.core.results.markers import Marker, in_order
from fer_desktop.core.results.people import People, Person
from fer_desktop.core.results.recording_identity import fingerprint, is_same
from fer_desktop.core.results.sink import ResultSink
from fer_desktop.core.results.stored import StoredAnalysis

__all__ = [
    "SUFFIX",
    "UNCERTAIN_INDEX",
    "FaceTable",
    "Marker",
    "People",
    "Person",
    "ResultFile",
    "ResultSink",
    "StoredAnalysis",
    "fingerprint",
    "in_order",
    "is_same",
]
