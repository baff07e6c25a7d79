"""Augmentation of training pictures with Albumentations, and batches that need no state to repeat."""

from __future__ import annotations

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2
import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from fer_desktop.core.models import ModelCard, normalise, resize_crop
from trainer.config import TrainConfig
from trainer.samples import Samples


def training_augmentation(kind: str, input_size: int) -> A.Compose | None:
    """For (S, S) grey uint8 pictures after ``resize_crop``; kind: one of ``TrainConfig.augment``.

    plain: what a camera and a face box vary: pose and framing, light, sharpness, noise, occlusion.
    webcam: further: tilted heads, boxes off by a fifth, poor light, compression, a third of the face hidden.
    rand: two of many changes at random (RandAugment, Cubuk et al. 2020).
    """
    recipes = {"none": None, "plain": _plain, "webcam": _webcam, "rand": _rand}
    recipe = recipes[kind]
    return None if recipe is None else A.Compose(recipe(input_size))


def _affine(
    scale: tuple[float, float], shift: float, angle: float, p: float, border: int = cv2.BORDER_CONSTANT
) -> A.Affine:
    return A.Affine(
        scale=scale,
        translate_percent=(-shift, shift),
        rotate=(-angle, angle),
        shear=(-6, 6),
        border_mode=border,
        fill=0,
        p=p,
    )


def _hole(size: tuple[float, float], p: float) -> A.CoarseDropout:
    """Random erasing (Zhong et al. 2020)."""
    return A.CoarseDropout(
        num_holes_range=(1, 1),
        hole_height_range=size,
        hole_width_range=size,
        fill="random_uniform",
        p=p,
    )


def _plain(input_size: int) -> list[A.BasicTransform | A.BaseCompose]:
    return [
        A.HorizontalFlip(p=0.5),
        _affine((0.8, 1.15), 0.08, 18, p=0.9),
        A.RandomBrightnessContrast(brightness_limit=0.25, contrast_limit=0.3, p=0.6),
        A.RandomGamma(gamma_limit=(60, 160), p=0.3),
        A.OneOf([A.GaussianBlur(blur_limit=(3, 5)), A.MotionBlur(blur_limit=(3, 5))], p=0.15),
        A.GaussNoise(std_range=(0.01, 0.06), p=0.15),
        _hole((0.15, 0.4), p=0.3),
    ]


def _webcam(input_size: int) -> list[A.BasicTransform | A.BaseCompose]:
    blur = (3, 2 * (input_size // 20) + 1)
    near, far = (
        _affine(scale, shift, angle, p, cv2.BORDER_REPLICATE)
        for scale, shift, angle, p in (((0.8, 1.15), 0.08, 18, 0.75), ((0.75, 1.3), 0.15, 32, 0.25))
    )
    return [
        A.HorizontalFlip(p=0.5),
        A.OneOf([near, far], p=0.92),
        _hole((0.2, 0.6), p=0.35),
        A.RandomBrightnessContrast(brightness_limit=0.3, contrast_limit=0.4, p=0.6),
        A.RandomGamma(gamma_limit=(50, 200), p=0.3),
        A.OneOf([A.GaussianBlur(blur_limit=blur), A.MotionBlur(blur_limit=blur)], p=0.2),
        A.MultiplicativeNoise(multiplier=(0.1, 0.6), p=0.12),  # little light
        A.GaussNoise(std_range=(0.01, 0.12), p=0.2),
        A.ImageCompression(quality_range=(15, 80), p=0.15),
    ]


def _rand(input_size: int) -> list[A.BasicTransform | A.BaseCompose]:
    changes = [
        A.Affine(rotate=(-25, 25), p=1),
        A.Affine(shear=(-15, 15), p=1),
        A.Affine(translate_percent=(-0.12, 0.12), p=1),
        A.Affine(scale=(0.75, 1.25), p=1),
        A.RandomBrightnessContrast(brightness_limit=0.35, contrast_limit=0, p=1),
        A.RandomBrightnessContrast(brightness_limit=0, contrast_limit=0.4, p=1),
        A.RandomGamma(gamma_limit=(50, 200), p=1),
        A.Sharpen(alpha=(0.2, 0.6), p=1),
        A.GaussianBlur(blur_limit=(3, 5), p=1),
        A.Equalize(p=1),
        A.Posterize(num_bits=(3, 6), p=1),
        A.Solarize(threshold_range=(0.6, 0.9), p=1),
    ]
    return [A.HorizontalFlip(p=0.5), A.SomeOf(changes, n=2, p=0.9), _hole((0.15, 0.4), p=0.3)]


class TrainingBatches(Dataset[tuple[NDArray[np.float32], NDArray[np.float32]]]):
    """Whole batches by number, the same for the same seed, epoch, number and rank in whatever process.

    So the order and the augmentation of a resumed run equal those of one that was never stopped. Each item
    is (inputs (B, C, S, S) float32, targets (B, 7) float32). The last, smaller batch is left out unless it is
    the only one. sampling: (N,) probabilities to draw the rows, by default each once. Of several processes
    each gets its own rows of a batch.
    """

    def __init__(
        self,
        samples: Samples,
        card: ModelCard,
        config: TrainConfig,
        epoch: int,
        *,
        sampling: NDArray[np.float64] | None = None,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        self._samples, self._card, self._config, self._epoch = samples, card, config, epoch
        self._batch_size = min(config.batch_size, len(samples) // processes * processes)
        self._rank, self._processes = rank, processes
        self._augmentation = training_augmentation(config.augment, card.input_size)
        generator = np.random.default_rng([config.seed, epoch])
        if sampling is None:
            self._order = generator.permutation(len(samples))
        else:
            self._order = generator.choice(len(samples), len(samples), p=sampling)

    def __len__(self) -> int:
        return len(self._samples) // self._batch_size

    def __getitem__(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        own = [self._rank] if self._processes > 1 else []
        generator = np.random.default_rng([self._config.seed, self._epoch, number, *own])
        rows = self._order[number * self._batch_size : (number + 1) * self._batch_size]
        rows = rows[self._rank :: self._processes]
        pictures = [resize_crop(self._samples.images[int(row)], self._card) for row in rows]
        if self._augmentation is not None:
            self._augmentation.set_random_seed(int(generator.integers(2**31)))
            pictures = [self._augmentation(image=picture)["image"] for picture in pictures]
        inputs, targets = normalise(np.stack(pictures), self._card), self._samples.targets[rows]
        return mix(inputs, targets, generator, mixup=self._config.mixup, cutmix=self._config.cutmix)


def mix(
    inputs: NDArray[np.float32],
    targets: NDArray[np.float32],
    generator: np.random.Generator,
    *,
    mixup: float,
    cutmix: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each row of a batch with another one: mixup (Zhang et al. 2018) or CutMix (Yun et al. 2019).

    mixup, cutmix: their alphas, 0 for off; with both on, a batch gets one of them with equal chance.
    """
    kinds = [alpha for alpha in (mixup, cutmix) if alpha > 0]
    if not kinds:
        return inputs, targets
    cuts = cutmix > 0 and (mixup == 0 or generator.random() < 0.5)
    alpha = cutmix if cuts else mixup
    share = np.float32(generator.beta(alpha, alpha))
    partner = generator.permutation(len(inputs))
    if cuts:
        side = inputs.shape[-1]
        half = side * np.sqrt(1 - share) / 2
        y, x = generator.uniform(0, side, 2)
        top, bottom, left, right = (
            int(np.clip(round(edge), 0, side)) for edge in (y - half, y + half, x - half, x + half)
        )
        mixed = inputs.copy()
        mixed[..., top:bottom, left:right] = inputs[partner][..., top:bottom, left:right]
        inputs, share = mixed, np.float32(1 - (bottom - top) * (right - left) / side**2)
    else:
        inputs = share * inputs + (1 - share) * inputs[partner]
    return inputs, share * targets + (1 - share) * targets[partner]
