"""Files made from stored results: tables, figures, reports, annotations and annotated videos."""

from fer_desktop.core.exports.run import ExportError, export

__all__ = ["ExportError", "export"]
