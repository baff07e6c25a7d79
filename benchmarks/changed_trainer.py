"""The trainer with a change that is not worth an option of its own: for ablations only."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np
import torch
from timm.utils import ModelEmaV3

# First of all: the trainer's modules take build_model by name when they are imported.
from fer_desktop.core.models import network as networks

PARTS = {
    "erasing": ("CoarseDropout",),
    "blur": ("GaussianBlur", "MotionBlur"),
    "light": ("RandomBrightnessContrast", "RandomGamma", "MultiplicativeNoise"),
}


def set_stem_stride(stride: int) -> None:
    """Maps of twice the side in every layer where it is 1 and not 2."""
    build = networks.build_model

    def changed(*arguments: Any, **options: Any) -> torch.nn.Module:
        network = build(*arguments, **options)
        network.conv_stem.stride = (stride, stride)  # type: ignore[union-attr]
        return network

    networks.build_model = changed


def average_after(step: int) -> None:
    """Every step after this one counts alike (SWA, Izmailov et al. 2018), statistics of layers too."""
    from trainer.run import prepare

    def average(network: torch.nn.Module, **_: Any) -> ModelEmaV3:
        return ModelEmaV3(network, decay=1.0, update_after_step=step, use_warmup=True, warmup_power=1.0)

    prepare.ModelEmaV3 = average  # type: ignore[assignment, misc]


def adjust_logits() -> None:
    """The logit-adjusted loss (Menon et al. 2021, tau 1).

    It adds the log prior to what the network says while it learns. Kept on afterwards, that is the natural
    setting; taken off, the balanced one. So it is a classifier whose bias starts at the log prior.
    """
    from trainer.run import prepare

    card, load = prepare.initial_card, prepare.load_start_weights
    prior: list[float] = []

    def note_prior(*arguments: Any, **options: Any) -> Any:
        made = card(*arguments, **options)
        prior[:] = made.class_prior
        return made

    def start(network: torch.nn.Module, *arguments: Any, **options: Any) -> str:
        said = load(network, *arguments, **options)
        with torch.no_grad():
            bias = network.get_submodule(networks.classifier_name(network)).bias
            bias.copy_(torch.from_numpy(np.log(prior)))  # type: ignore[operator, union-attr]
        return said

    prepare.initial_card, prepare.load_start_weights = note_prior, start


def leave_out(part: str) -> None:
    """The webcam augmentation without one of its parts."""
    from trainer.learning import augment

    if part == "box":
        affine = augment._affine
        augment._affine = lambda scale, shift, *rest, **options: affine((1, 1), 0, *rest, **options)
        return
    recipe, left_out = augment._webcam, PARTS[part]

    def kept(change: Any) -> bool:
        inner = getattr(change, "transforms", [change])
        return not any(type(one).__name__ in left_out for one in inner)

    augment._webcam = lambda input_size: [change for change in recipe(input_size) if kept(change)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stem-stride", type=int)
    parser.add_argument("--average-after", type=int, metavar="STEP")
    parser.add_argument("--adjust-logits", action="store_true")
    parser.add_argument("--leave-out", choices=["box", *PARTS])
    parser.add_argument("trainer", nargs=argparse.REMAINDER, help="as for python -m trainer")
    options = parser.parse_args()
    if options.stem_stride is not None:
        set_stem_stride(options.stem_stride)
    if options.average_after is not None:
        average_after(options.average_after)
    if options.adjust_logits:
        adjust_logits()
    if options.leave_out is not None:
        leave_out(options.leave_out)
    from trainer.__main__ import main as train

    return train(options.trainer)


if __name__ == "__main__":
    sys.exit(main())
