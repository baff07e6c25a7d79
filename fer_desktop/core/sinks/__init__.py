"""Where results go: tables, annotated videos and annotated pictures behind one protocol, ``Sink``."""

from fer_desktop.core.sinks.base import Sink
from fer_desktop.core.sinks.images import PictureSink
from fer_desktop.core.sinks.tables import CSV_COLUMNS, csv_sink, jsonl_sink
from fer_desktop.core.sinks.video import VideoSink

__all__ = ["CSV_COLUMNS", "PictureSink", "Sink", "VideoSink", "csv_sink", "jsonl_sink"]
