"""Errors with a message for the user: what failed, where, and what to do."""

from __future__ import annotations


class FerDesktopError(Exception):
    """The base of every error whose text the user sees as it is, without a traceback."""


class SourceError(FerDesktopError):
    """A camera, video or picture cannot be opened or read."""


class CameraUnavailableError(SourceError):
    """A camera is absent, busy, forbidden or was unplugged. Another try may work later."""


class ModelError(FerDesktopError):
    """A model file or its card is missing, damaged or does not fit."""


class DetectorError(FerDesktopError):
    """A face detector or its model file is missing or damaged."""


class OutputError(FerDesktopError):
    """A result file cannot be written."""


class ResultsExistError(OutputError):
    """A result file exists and may not be replaced."""
