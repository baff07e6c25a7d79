"""Batches of augmented training pictures, which need no state to repeat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from fer_desktop.core.models import ModelCard, normalise, resize_crop
from trainer.config import TrainConfig
from trainer.data import Samples
from trainer.learning.augment import training_augmentation


class TrainingBatches(Dataset[tuple[NDArray[np.float32], NDArray[np.float32]]]):
    """Whole batches by number. A batch depends on nothing but the seed, the epoch, the number and the rank.

    So a resumed run sees the same batches as one that was never stopped. An item is inputs (B, C, S, S)
    float32 and targets (B, 7) float32. The last, smaller batch is left out unless it is the only one.

    sampling: (N,) probabilities to draw the rows; None: each row once. rank, processes: each of several
    processes gets its own rows of a batch.
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
    """Mixes each row of a batch with another one, by mixup (Zhang et al. 2018) or CutMix (Yun et al. 2019).

    inputs: (B, C, S, S). targets: (B, 7). mixup, cutmix: their alphas, 0 for off. With both, a batch gets one
    of them with equal chance.
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
