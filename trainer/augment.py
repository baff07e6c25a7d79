"""Augmentation of training pictures with Albumentations, and batches that need no state to repeat."""

from __future__ import annotations

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from fer_desktop.core.model import ModelCard, normalise, resize_crop
from trainer.samples import Samples


def training_augmentation(input_size: int) -> A.Compose:
    """For (S, S) grey uint8 pictures after ``resize_crop``: what a camera and a face box vary.

    Pose and framing (a cascade's box is off by some ten percent), light, sharpness, noise, occlusion.
    """
    hole = (0.15, 0.4)
    return A.Compose(
        [
            A.HorizontalFlip(p=0.5),
            A.Affine(
                scale=(0.8, 1.15),
                translate_percent=(-0.08, 0.08),
                rotate=(-18, 18),
                shear=(-6, 6),
                border_mode=0,
                fill=0,
                p=0.9,
            ),
            A.RandomBrightnessContrast(brightness_limit=0.25, contrast_limit=0.3, p=0.6),
            A.RandomGamma(gamma_limit=(60, 160), p=0.3),
            A.OneOf([A.GaussianBlur(blur_limit=(3, 5)), A.MotionBlur(blur_limit=(3, 5))], p=0.15),
            A.GaussNoise(std_range=(0.01, 0.06), p=0.15),
            A.CoarseDropout(
                num_holes_range=(1, 1),
                hole_height_range=hole,
                hole_width_range=hole,
                fill="random_uniform",
                p=0.3,
            ),
        ]
    )


class TrainingBatches(Dataset[tuple[NDArray[np.float32], NDArray[np.float32]]]):
    """Whole batches by number, the same for the same seed, epoch and number in whatever process.

    So the order and the augmentation of a resumed run equal those of one that was never stopped. Each item
    is (inputs (B, C, S, S) float32, targets (B, 7) float32). The last, smaller batch is left out unless it is
    the only one.
    """

    def __init__(
        self,
        samples: Samples,
        card: ModelCard,
        batch_size: int,
        seed: int,
        epoch: int,
        *,
        augment: bool,
        mixup: float,
    ) -> None:
        self._samples, self._card, self._batch_size = samples, card, min(batch_size, len(samples))
        self._seed, self._epoch, self._mixup = seed, epoch, mixup
        self._augmentation = training_augmentation(card.input_size) if augment else None
        self._order = np.random.default_rng([seed, epoch]).permutation(len(samples))

    def __len__(self) -> int:
        return len(self._samples) // self._batch_size

    def __getitem__(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        generator = np.random.default_rng([self._seed, self._epoch, number])
        rows = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        pictures = [resize_crop(self._samples.images[int(row)], self._card) for row in rows]
        if self._augmentation is not None:
            self._augmentation.set_random_seed(int(generator.integers(2**31)))
            pictures = [self._augmentation(image=picture)["image"] for picture in pictures]
        inputs, targets = normalise(np.stack(pictures), self._card), self._samples.targets[rows]
        if self._mixup > 0:
            share = np.float32(generator.beta(self._mixup, self._mixup))
            partner = generator.permutation(len(rows))
            inputs = share * inputs + (1 - share) * inputs[partner]
            targets = share * targets + (1 - share) * targets[partner]
        return inputs, targets
