"""Stored results of an analysis: their tables, their file, who is who, markers, and every export of them."""
