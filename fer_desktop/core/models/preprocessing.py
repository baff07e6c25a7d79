"""The one preprocessing: from a face crop to the network's input, and from logits to probabilities.

The trainer validates with ``preprocess`` and the application runs it. No other code makes input of crops.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard
from fer_desktop.core.types import Box, Image

DEFAULT_TAU = 1.0


# Grey levels; a crop with less contrast than that is not stretched further, since it holds noise.
MIN_DEVIATION = np.float32(4)


def crop_face(image: Image, box: Box, margin: float = 0.0) -> Image:
    """Returns the square around a box with a margin, as (S, S, 3) or (S, S) uint8 like the picture.

    The square has the box's centre and longer side, enlarged by ``margin`` of it on each side. Beyond the
    picture, border pixels are repeated, so that the face keeps its place in the crop.
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
    """Returns a face crop, (H, W) grey or (H, W, 3) BGR uint8, as (input_size, input_size) grey uint8."""
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
    """Returns (N, S, S) grey uint8 as the network's input, (N, channels, S, S) float32."""
    planes = greys[:, None].astype(np.float32)
    if card.standardise:
        planes -= planes.mean(axis=(2, 3), keepdims=True)
        planes /= np.maximum(planes.std(axis=(2, 3), keepdims=True), MIN_DEVIATION)
    else:
        planes = planes * np.float32(1 / (255 * card.std)) - np.float32(card.mean / card.std)
    return planes if card.channels == 1 else np.repeat(planes, card.channels, axis=1)


def preprocess(crops: Sequence[Image], card: ModelCard) -> NDArray[np.float32]:
    """Returns face crops of any size, (H, W) grey or (H, W, 3) BGR uint8, as (N, channels, S, S) float32."""
    if not crops:
        return np.empty((0, *card.input_shape), dtype=np.float32)
    return normalise(np.stack([resize_crop(crop, card) for crop in crops]), card)


def probabilities(logits: NDArray[np.float32], card: ModelCard, tau: float = 0.0) -> NDArray[np.float32]:
    """Returns logits (N, 7) in the card's label order as probabilities (N, 7) in the order of EMOTIONS.

    Temperature scaling (Guo et al. 2017), then logit adjustment with strength tau >= 0 (Menon et al. 2021):
    softmax(logits / temperature - tau * log(class_prior)). tau 0 keeps the natural frequencies. tau 1
    judges as if all emotions were equally frequent.
    """
    prior = np.asarray(card.class_prior, dtype=np.float32)
    adjusted = logits / np.float32(card.temperature) - np.float32(tau) * np.log(prior)
    exponents = np.exp(adjusted - adjusted.max(axis=1, keepdims=True))
    order = [card.labels.index(name) for name in EMOTIONS]
    return (exponents / exponents.sum(axis=1, keepdims=True))[:, order]
