"""Settings for pipelines whose detector and classifier a test gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fer_desktop.core.pipeline.settings import PipelineSettings


def settings(**changes: Any) -> PipelineSettings:
    """The defaults with these changes; the model's card does not exist."""
    return PipelineSettings(Path("model.json"), **changes)
