"""Many analyses: one after the other, in several processes, or on a Dask cluster."""

from fer_desktop.core.batch.inputs import expand_folders, unique_names
from fer_desktop.core.batch.run import Batch, BatchItem, ItemOutcome, analyse_item, run_batch
from fer_desktop.core.batch.table import as_text, check_table, write_table

__all__ = [
    "Batch",
    "BatchItem",
    "ItemOutcome",
    "analyse_item",
    "as_text",
    "check_table",
    "expand_folders",
    "run_batch",
    "unique_names",
    "write_table",
]
