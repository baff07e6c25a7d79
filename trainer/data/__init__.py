"""Pictures with labels: reads data sets, splits them, finds duplicates, and chooses the training rows.

Loads no torch. `trainer.data.inspection` describes a data set before a run.
"""

from trainer.data.datasets import load_dataset, training_rows
from trainer.data.duplicates import find_duplicates
from trainer.data.pictures import THUMBNAIL_SIDE, thumbnail
from trainer.data.samples import (
    NO_LABEL,
    DataError,
    DataSet,
    Samples,
    SplitName,
    count_by_emotion,
    digest,
)

__all__ = [
    "NO_LABEL",
    "THUMBNAIL_SIDE",
    "DataError",
    "DataSet",
    "Samples",
    "SplitName",
    "count_by_emotion",
    "digest",
    "find_duplicates",
    "load_dataset",
    "thumbnail",
    "training_rows",
]
