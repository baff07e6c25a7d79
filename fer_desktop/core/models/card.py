"""The model card, which travels with the weights.

It holds everything that the program must know to run a model. The trainer writes it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.files import whole_file

CARD_FORMAT = 1
FORMER_PRIOR = "training_prior"
"""The name of ``class_prior`` in cards that were written before it had its own."""
WeightsKind = Literal["onnx", "safetensors"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything that is needed to run and to judge a model. It is stored as JSON beside its weights.

    input_size: side of the square input in pixels. channels: 1, or 3 times the same grey plane.
    native_size: side of the training pictures. Larger crops are first reduced to it, so that they look
        like what the network learned from. None: straight to input_size.
    mean, std: of the grey values scaled to 0..1.
    standardise: each crop's grey values get mean 0 and deviation 1 instead. Light and contrast of the crop
        then do not matter.
    crop_margin: how far the crop reaches beyond the face box on each side, as a fraction of its side.
    labels: the order of the network's outputs, a permutation of the seven emotions.
    class_prior: the share of each label in the rows on which the natural probabilities are calibrated, in
        the order of ``labels``, sum 1: the validation rows. Before the calibration it is that of the training
        targets; an imported model has equal shares. Older cards call it ``training_prior``.
    temperature: divisor of the logits, fitted on the validation split (Guo et al. 2017).
    neutral_reference: the geometric mean of the natural probabilities over the neutral validation rows, in
        the order of ``labels``, sum 1. None: not known.
    files: for each kind of weights, its file name beside the card and its SHA-256.
    """

    name: str
    architecture: str
    input_size: int
    channels: int
    native_size: int | None
    mean: float
    std: float
    crop_margin: float
    labels: tuple[str, ...]
    class_prior: tuple[float, ...]
    temperature: float
    standardise: bool = False
    neutral_reference: tuple[float, ...] | None = None
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    trainer_version: str = ""
    format: int = CARD_FORMAT

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ModelError(f"model card of '{self.name}': {problem}")

    def _problems(self) -> list[str]:
        problems = []
        if self.format != CARD_FORMAT:
            problems.append(f"format is {self.format}, this program reads {CARD_FORMAT}")
        if sorted(self.labels) != sorted(EMOTIONS):
            problems.append(f"labels are {', '.join(self.labels)}; needed are {', '.join(EMOTIONS)}")
        if len(self.class_prior) != len(self.labels) or min(self.class_prior, default=0) <= 0:
            problems.append("class_prior needs one positive share per label")
        if self.neutral_reference is not None and not _are_shares(self.neutral_reference, len(self.labels)):
            problems.append("neutral_reference needs one positive share per label, with sum 1, or null")
        if self.channels not in (1, 3):
            problems.append(f"channels is {self.channels}, allowed are 1 and 3")
        if not 16 <= self.input_size <= 1024:
            problems.append(f"input_size is {self.input_size}, allowed are 16 to 1024")
        if self.native_size is not None and not 16 <= self.native_size <= 1024:
            problems.append(f"native_size is {self.native_size}, allowed are 16 to 1024 or null")
        if not self.std > 0:
            problems.append(f"std is {self.std}, it must be positive")
        if not self.temperature > 0:
            problems.append(f"temperature is {self.temperature}, it must be positive")
        if not 0 <= self.crop_margin <= 1:
            problems.append(f"crop_margin is {self.crop_margin}, allowed are 0 to 1")
        return problems

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(channels, input_size, input_size)."""
        return self.channels, self.input_size, self.input_size

    @property
    def identity(self) -> str:
        """The model's name and the first digits of the hash of its weights."""
        entry = self.files.get("safetensors") or self.files.get("onnx")
        return f"{self.name}, SHA-256 {entry['sha256'][:12]}…" if entry else self.name

    @classmethod
    def load(cls, path: Path) -> ModelCard:
        """Reads a card. Raises ModelError, which names the file and the difference."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ModelError(f"{path}: there is no such model card") from None
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ModelError(f"{path}: the model card cannot be read ({error})") from error
        if not isinstance(content, dict):
            raise ModelError(f"{path}: a model card is a JSON object, this is a {type(content).__name__}")
        if FORMER_PRIOR in content and "class_prior" not in content:
            content["class_prior"] = content.pop(FORMER_PRIOR)
        if differences := _differences(content):
            raise ModelError("; ".join([f"{path}: the model card does not fit this program", *differences]))
        try:
            for name in ("labels", "class_prior", "neutral_reference"):
                if content.get(name) is not None:
                    content[name] = tuple(content[name])
            return cls(**content)
        except TypeError as error:
            raise ModelError(f"{path}: a value in the model card has the wrong type ({error})") from error
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None

    def save(self, path: Path) -> None:
        """Writes the card as JSON, completely or not at all. Raises OutputError."""
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")

    def weights_file(self, card_path: Path, kind: WeightsKind) -> Path:
        """Returns the path of one kind of weights. Raises ModelError if the file is absent or not the
        card's."""
        entry = self.files.get(kind)
        if entry is None:
            present = ", ".join(self.files) or "none"
            raise ModelError(f"{card_path}: the model has no {kind} weights (it has: {present})")
        path = card_path.with_name(entry["name"])
        if not path.is_file():
            raise ModelError(f"{path}: the weights of model '{self.name}' are missing")
        if (found := sha256(path)) != entry["sha256"]:
            raise ModelError(
                f"{path}: the file is damaged or belongs to another model "
                f"(SHA-256 {found[:12]}…, the card says {entry['sha256'][:12]}…)"
            )
        return path


def _are_shares(values: Sequence[float], count: int) -> bool:
    return len(values) == count and min(values) > 0 and abs(sum(values) - 1) < 1e-3


def _differences(content: dict[str, Any]) -> list[str]:
    """Returns the unknown and the missing fields of a card's JSON object, in words."""
    fields = {item.name: item for item in dataclasses.fields(ModelCard)}
    required = {
        name
        for name, item in fields.items()
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    }
    names = {"unknown": content.keys() - fields.keys(), "missing": required - content.keys()}
    return [f"{kind}: {', '.join(sorted(found))}" for kind, found in names.items() if found]


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
