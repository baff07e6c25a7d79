"""Every location on disk that the program reads or writes without being told a path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DEFAULT_MODEL = "fer7"


@dataclass(frozen=True, slots=True)
class Paths:
    """settings: the window's settings. logs: rotating log files. models: models the user added.
    runs: training runs. downloads: what was fetched and can be fetched again. assets: what ships with the
    program, read only."""

    settings: Path
    logs: Path
    models: Path
    runs: Path
    downloads: Path
    assets: Path

    @property
    def bundled_models(self) -> Path:
        return self.assets / "models"

    @property
    def default_model(self) -> Path:
        """The model card of the bundled model."""
        return self.bundled_models / f"{DEFAULT_MODEL}.json"

    @property
    def sample_picture(self) -> Path:
        """A picture with a face, to try the program without a camera."""
        return self.assets / "samples" / "astronaut.jpg"

    @property
    def icons(self) -> Path:
        return self.assets / "icons"


def default_paths() -> Paths:
    """The platform's usual places, or everything below $FER_DESKTOP_HOME when that is set."""
    home = os.environ.get("FER_DESKTOP_HOME")
    if home:
        config = data = logs = cache = Path(home)
    else:
        directories = platformdirs.PlatformDirs("fer-desktop", appauthor=False)
        config, data = directories.user_config_path, directories.user_data_path
        logs, cache = directories.user_log_path, directories.user_cache_path
    return Paths(
        settings=config / "settings.ini",
        logs=logs / "logs" if home else logs,
        models=data / "models",
        runs=data / "runs",
        downloads=cache / "downloads",
        assets=_assets(),
    )


def _assets() -> Path:
    installed = Path(__file__).parent.parent / "assets"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "assets"
