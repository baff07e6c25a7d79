"""All locations on disk that the program uses by itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DEFAULT_MODEL = "fer7"


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's files and folders.

    settings: the window's settings. logs: rotating log files. models: models that the user added.
    runs: training runs. downloads: files that can be fetched again. assets: files that come with the program,
    read only.
    """

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
        """A picture with a face. It serves to try the program without a camera."""
        return self.assets / "samples" / "astronaut.jpg"

    @property
    def icons(self) -> Path:
        return self.assets / "icons"


def default_paths() -> Paths:
    """Returns the platform's usual places, or places below $FER_DESKTOP_HOME if that is set."""
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
