"""A model's predictions for the rows of a data set. The trainer writes them and the window reads them."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.errors import FerDesktopError
from fer_desktop.core.files import whole_file

NO_LABEL = -1
FORMAT = 1


class PredictionsError(FerDesktopError):
    """The file cannot be read."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """A model's predictions for N rows.

    logits: (N, 7) float32 in the order of EMOTIONS. labels: (N,) int64 true emotions, or NO_LABEL.
    rows: (N,) int64 places in the split. names: N file names, or none for rows of a CSV file.
    thumbnails: (N, T, T) uint8 grey, or (0, 0, 0).
    temperature, prior: from the card; prior is (7,) in the order of EMOTIONS.
    model: its identity. data: a digest of the split, equal for the same rows in the same order.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]
    thumbnails: NDArray[np.uint8]
    names: tuple[str, ...]
    temperature: float
    prior: NDArray[np.float64]
    model: str
    data: str

    def save(self, path: Path) -> None:
        """Writes a compressed NPZ file, completely or not at all. Raises OutputError."""
        content: dict[str, Any] = {
            "logits": self.logits,
            "labels": self.labels,
            "rows": self.rows,
            "thumbnails": self.thumbnails,
            "names": np.array(self.names, dtype=np.str_),
            "temperature": np.float64(self.temperature),
            "prior": self.prior,
            "model": np.str_(self.model),
            "data": np.str_(self.data),
            "format": np.int64(FORMAT),
        }
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **content)

    @classmethod
    def load(cls, path: Path) -> Predictions:
        """Reads predictions. Raises PredictionsError, which names the file."""
        try:
            with np.load(path, allow_pickle=False) as content:
                if int(content["format"]) != FORMAT:
                    raise PredictionsError(
                        f"{path}: format is {int(content['format'])}, this program reads {FORMAT}"
                    )
                return cls(
                    logits=content["logits"],
                    labels=content["labels"],
                    rows=content["rows"],
                    thumbnails=content["thumbnails"],
                    names=tuple(map(str, content["names"])),
                    temperature=float(content["temperature"]),
                    prior=content["prior"],
                    model=str(content["model"]),
                    data=str(content["data"]),
                )
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise PredictionsError(f"{path}: the predictions cannot be read ({error})") from error

    def probabilities(self, tau: float = 0.0) -> NDArray[np.float32]:
        """Returns probabilities (N, 7), like `fer_desktop.core.models.probabilities` of the same card."""
        adjusted = self.logits / np.float32(self.temperature) - np.float32(tau) * np.log(self.prior)
        exponents = np.exp(adjusted - adjusted.max(axis=1, keepdims=True))
        rows: NDArray[np.float32] = (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32)
        return rows
