"""Errors with a message for the user: what failed, where, and what to do."""

from __future__ import annotations


class FerDesktopError(Exception):
    """Base of every error whose text is shown as it is, without a traceback."""


class SourceError(FerDesktopError):
    """A camera, video or picture cannot be opened or read."""


class CameraUnavailableError(SourceError):
    """A camera is absent, busy, forbidden or was unplugged; trying again later may help."""


class ModelError(FerDesktopError):
    """A model file or its card is missing, damaged or does not fit."""


class DetectorError(FerDesktopError):
    """A face detector or its model file is missing or damaged."""


class OutputError(FerDesktopError):
    """A result file cannot be written."""


class ResultsExistError(OutputError):
    """A result file exists and may not be replaced."""
