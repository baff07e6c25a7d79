"""The contract of the window and the trainer: messages, the run folder, predictions and figures."""

from fer_desktop.core.training import evaluation
from fer_desktop.core.training.collection import (
    CROP_MARGIN,
    Burst,
    BurstOptions,
    Crop,
    count_crops,
    largest_face,
    write_crops,
)
from fer_desktop.core.training.comparison import Comparison, ComparisonError, compare, in_words
from fer_desktop.core.training.evaluation import Coverage, Judged, coverage_curve, reliability
from fer_desktop.core.training.evaluation_files import BALANCED_TAU, write_report, write_table
from fer_desktop.core.training.inspection import Inspection, Pictures, read_pictures
from fer_desktop.core.training.messages import (
    Checkpoint,
    Continued,
    Epoch,
    Failed,
    Finished,
    MessageReader,
    Paused,
    Progress,
    RunMessage,
    RunStarted,
    Step,
    to_line,
)
from fer_desktop.core.training.predictions import NO_LABEL, Predictions
from fer_desktop.core.training.run_folder import RunError, RunFolder, RunInfo, Word, list_runs
from fer_desktop.core.training.run_history import EpochFigures, RunHistory
from fer_desktop.core.training.run_summary import RunsReader, RunSummary

__all__ = [
    "BALANCED_TAU",
    "CROP_MARGIN",
    "NO_LABEL",
    "Burst",
    "BurstOptions",
    "Checkpoint",
    "Comparison",
    "ComparisonError",
    "Continued",
    "Coverage",
    "Crop",
    "Epoch",
    "EpochFigures",
    "Failed",
    "Finished",
    "Inspection",
    "Judged",
    "MessageReader",
    "Paused",
    "Pictures",
    "Predictions",
    "Progress",
    "RunError",
    "RunFolder",
    "RunHistory",
    "RunInfo",
    "RunMessage",
    "RunStarted",
    "RunSummary",
    "RunsReader",
    "Step",
    "Word",
    "compare",
    "count_crops",
    "coverage_curve",
    "evaluation",
    "in_words",
    "largest_face",
    "list_runs",
    "read_pictures",
    "reliability",
    "to_line",
    "write_crops",
    "write_report",
    "write_table",
]
