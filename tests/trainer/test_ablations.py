import json

import pytest
import torch

from benchmarks import changed_trainer
from benchmarks.ablations import VARIANTS
from trainer.config import TrainConfig
from trainer.learning import augment
from trainer.run import prepare

CONTENT = json.loads(VARIANTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CONTENT["variants"])
def test_the_trainer_takes_the_options_of_every_variant(name: str) -> None:
    options = {**CONTENT["budget"], **CONTENT["variants"][name]}
    options.pop("changed", None)
    TrainConfig.from_dict(options)


def recipe() -> str:
    return repr(augment._webcam(64))


@pytest.mark.parametrize(
    ("part", "gone"),
    [
        ("erasing", ["CoarseDropout"]),
        ("blur", ["GaussianBlur", "MotionBlur"]),
        ("light", ["RandomBrightnessContrast", "RandomGamma", "MultiplicativeNoise"]),
    ],
)
def test_a_part_of_the_augmentation_is_left_out(
    part: str, gone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(augment, "_webcam", augment._webcam)
    before = recipe()
    changed_trainer.leave_out(part)
    after = recipe()
    names = {"HorizontalFlip", "Affine", "GaussNoise", "ImageCompression", *gone}
    assert {name for name in names if name in before} == names
    assert {name for name in names if name in after} == names - set(gone)


def test_without_shift_and_scale_a_head_still_tilts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "_affine", augment._affine)
    changed_trainer.leave_out("box")
    near = augment._webcam(64)[1].transforms[0]
    assert near.scale == {"x": (1, 1), "y": (1, 1)}
    assert near.translate_percent == {"x": (0, 0), "y": (0, 0)}
    assert near.rotate == (-18, 18)


def test_swa_counts_every_step_after_the_given_one_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "ModelEmaV3", prepare.ModelEmaV3)
    changed_trainer.average_after(2)
    network = torch.nn.Linear(1, 1)
    average = prepare.ModelEmaV3(network)
    for step, value in enumerate([9.0, 9.0, 9.0, 1.0, 2.0, 6.0]):
        torch.nn.init.constant_(network.weight, value)
        average.update(network, step=step)
    assert average.module.weight.item() == pytest.approx(3.0)
