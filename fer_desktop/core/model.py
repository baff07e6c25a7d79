"""The model contract: the card that travels with the weights, and the one preprocessing.

The trainer validates with `preprocess`, the application runs it; nothing else turns crops into input.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.errors import ModelError
from fer_desktop.core.files import whole_file
from fer_desktop.core.types import Box, Image

CARD_FORMAT = 1
FORMER_PRIOR = "training_prior"
"""The name of ``class_prior`` in cards that were written before it had its own."""
DEFAULT_TAU = 1.0
# Grey levels; a crop with less contrast than that is not stretched further, since it holds noise.
MIN_DEVIATION = np.float32(4)
WeightsKind = Literal["onnx", "safetensors"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What one has to know to run and to judge a model; stored as JSON beside its weights.

    input_size: side of the square input in pixels. channels: 1, or 3 times the same grey plane.
    native_size: side of the training pictures; larger crops are first reduced to it, so that they look
        like what the network learned from. None: straight to input_size.
    mean, std: of the grey values scaled to 0..1.
    standardise: instead, each crop's grey values are given mean 0 and deviation 1, so that its light and
        contrast do not matter.
    crop_margin: how far the crop reaches beyond the face box on each side, as a fraction of its side.
    labels: the order of the network's outputs, a permutation of the seven emotions.
    class_prior: the share of each label in the rows on which the natural probabilities are calibrated, in
        the order of ``labels``, sum 1: the validation rows. Before the calibration it is that of the training
        targets; an imported model has equal shares. Older cards call it ``training_prior``.
    temperature: logits are divided by it; fitted on the validation split (Guo et al. 2017).
    neutral_reference: what the model says of a neutral face: the geometric mean of its natural probabilities
        over the neutral validation rows, in the order of ``labels``, sum 1. None: not known.
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
        """Name and the first digits of the hash of its weights."""
        entry = self.files.get("safetensors") or self.files.get("onnx")
        return f"{self.name}, SHA-256 {entry['sha256'][:12]}…" if entry else self.name

    @classmethod
    def load(cls, path: Path) -> ModelCard:
        """Reads a card. Raises ModelError that names the file and what differs."""
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
        fields = {item.name: item for item in dataclasses.fields(cls)}
        unknown, missing = _differences(content, fields)
        if unknown or missing:
            raise ModelError(
                f"{path}: the model card does not fit this program"
                + (f"; unknown: {', '.join(unknown)}" if unknown else "")
                + (f"; missing: {', '.join(missing)}" if missing else "")
            )
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
        """Writes the card as JSON, whole or not at all. Raises OutputError."""
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")

    def weights_file(self, card_path: Path, kind: WeightsKind, *, verify: bool = True) -> Path:
        """The path of one kind of weights. Raises ModelError when absent or not the file of the card."""
        entry = self.files.get(kind)
        if entry is None:
            present = ", ".join(self.files) or "none"
            raise ModelError(f"{card_path}: the model has no {kind} weights (it has: {present})")
        path = card_path.with_name(entry["name"])
        if not path.is_file():
            raise ModelError(f"{path}: the weights of model '{self.name}' are missing")
        if verify and (found := sha256(path)) != entry["sha256"]:
            raise ModelError(
                f"{path}: the file is damaged or belongs to another model "
                f"(SHA-256 {found[:12]}…, the card says {entry['sha256'][:12]}…)"
            )
        return path


def _are_shares(values: Sequence[float], count: int) -> bool:
    return len(values) == count and min(values) > 0 and abs(sum(values) - 1) < 1e-3


def _differences(content: dict[str, Any], fields: dict[str, Any]) -> tuple[list[str], list[str]]:
    required = {
        name
        for name, item in fields.items()
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    }
    return sorted(content.keys() - fields.keys()), sorted(required - content.keys())


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def crop_face(image: Image, box: Box, margin: float = 0.0) -> Image:
    """The square around a box with a margin, as (S, S, 3) or (S, S) uint8 like the picture.

    The square has the box's centre and longer side, enlarged by ``margin`` of it on each side. Where it
    leaves the picture, the border pixels are repeated, so that the face keeps its place in the crop.
    """
    side = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
    centre_x, centre_y = box.centre
    left, top = round(centre_x - side / 2), round(centre_y - side / 2)
    height, width = image.shape[:2]
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    if left >= 0 and top >= 0 and left + side <= width and top + side <= height:
        return image[top : top + side, left : left + side]
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    return image[rows[:, None], columns]


def resize_crop(crop: Image, card: ModelCard) -> Image:
    """One face crop, (H, W) grey or (H, W, 3) BGR uint8, as (input_size, input_size) grey uint8."""
    grey = crop if crop.ndim == 2 else np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if card.native_size is not None and min(grey.shape) > card.native_size:
        grey = _resize(grey, card.native_size)
    return _resize(grey, card.input_size)


def _resize(grey: Image, size: int) -> Image:
    if grey.shape == (size, size):
        return grey
    shrinks = min(grey.shape) > size
    resized = cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return resized.astype(np.uint8, copy=False)


def normalise(greys: NDArray[np.uint8], card: ModelCard) -> NDArray[np.float32]:
    """(N, S, S) grey uint8 as the network's input, (N, channels, S, S) float32."""
    planes = greys[:, None].astype(np.float32)
    if card.standardise:
        planes -= planes.mean(axis=(2, 3), keepdims=True)
        planes /= np.maximum(planes.std(axis=(2, 3), keepdims=True), MIN_DEVIATION)
    else:
        planes = planes * np.float32(1 / (255 * card.std)) - np.float32(card.mean / card.std)
    return planes if card.channels == 1 else np.repeat(planes, card.channels, axis=1)


def preprocess(crops: Sequence[Image], card: ModelCard) -> NDArray[np.float32]:
    """Face crops of any size, (H, W) grey or (H, W, 3) BGR uint8, as (N, channels, S, S) float32."""
    if not crops:
        return np.empty((0, *card.input_shape), dtype=np.float32)
    return normalise(np.stack([resize_crop(crop, card) for crop in crops]), card)


def probabilities(logits: NDArray[np.float32], card: ModelCard, tau: float = 0.0) -> NDArray[np.float32]:
    """Logits (N, 7) in the card's label order as probabilities (N, 7) in the order of EMOTIONS.

    Temperature scaling (Guo et al. 2017), then logit adjustment with strength tau >= 0 (Menon et al. 2021):
    softmax(logits / temperature - tau * log(class_prior)). tau 0 leaves the natural frequencies, tau 1
    judges as if all emotions were equally frequent.
    """
    prior = np.asarray(card.class_prior, dtype=np.float32)
    adjusted = logits / np.float32(card.temperature) - np.float32(tau) * np.log(prior)
    exponents = np.exp(adjusted - adjusted.max(axis=1, keepdims=True))
    order = [card.labels.index(name) for name in EMOTIONS]
    return (exponents / exponents.sum(axis=1, keepdims=True))[:, order]
