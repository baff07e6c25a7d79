"""Augmentation of training pictures with Albumentations."""

from __future__ import annotations

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2


def training_augmentation(kind: str, input_size: int) -> A.Compose | None:
    """Returns the random changes of pictures (S, S) grey uint8 after ``resize_crop``.

    kind: one of ``TrainConfig.augment``.
    plain: changes by a camera and a face box: pose, framing, light, sharpness, noise, occlusion.
    webcam: stronger ones: tilted heads, boxes off by a fifth, poor light, compression, a third of the face
    hidden. rand: two of many changes at random (RandAugment, Cubuk et al. 2020).
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
