from __future__ import annotations

import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.card import ModelCard
from trainer.config import TrainConfig
from trainer.data.samples import Samples
from trainer.learning.augment import training_augmentation
from trainer.learning.batches import TrainingBatches, mix

CARD = ModelCard("c", "none", 32, 1, None, 0.5, 0.5, 0.0, EMOTIONS, (1 / 7,) * 7, 1.0)


def samples_of(labels: list[int]) -> Samples:
    """Pictures as bright as their number, so that one can tell which row a batch drew."""
    rows = np.array(labels)
    images = np.arange(len(rows), dtype=np.uint8)[:, None, None] * np.ones((1, 32, 32), np.uint8)
    return Samples(images, np.eye(7, dtype=np.float32)[rows], rows, rows, "fer2013")


@pytest.mark.parametrize("kind", ["plain", "webcam", "rand"])
@pytest.mark.parametrize("size", [32, 96])
def test_every_kind_changes_pictures_and_keeps_their_form(kind: str, size: int) -> None:
    augmentation = training_augmentation(kind, size)
    assert augmentation is not None
    picture = np.random.default_rng(0).integers(0, 256, (size, size), dtype=np.uint8)
    changed = [augmentation(image=picture)["image"] for _ in range(30)]
    assert {(image.shape, image.dtype) for image in changed} == {((size, size), np.dtype(np.uint8))}
    assert sum(not np.array_equal(image, picture) for image in changed) > 20


def test_none_leaves_pictures_alone() -> None:
    assert training_augmentation("none", 32) is None


def test_cutmix_gives_each_label_the_share_of_its_pixels() -> None:
    inputs = np.repeat(np.arange(8, dtype=np.float32)[:, None, None, None], 16 * 16, axis=1)
    inputs = inputs.reshape(8, 1, 16, 16)
    targets = np.eye(8, 7, dtype=np.float32)
    for seed in range(20):
        mixed, shares = mix(inputs, targets, np.random.default_rng(seed), mixup=0, cutmix=1.0)
        for row in range(7):
            assert (mixed[row] == row).mean() == pytest.approx(shares[row, row], abs=1e-6)


def test_mixup_blends_pictures_and_labels_alike() -> None:
    inputs = np.eye(6, dtype=np.float32).reshape(6, 1, 2, 3)
    targets = np.eye(6, 7, dtype=np.float32)
    mixed, shares = mix(inputs, targets, np.random.default_rng(1), mixup=1.0, cutmix=0)
    assert np.array_equal(mixed.reshape(6, 6), shares[:, :6])
    assert shares.sum(axis=1) == pytest.approx(1)


def test_balanced_drawing_evens_out_and_the_prior_says_so() -> None:
    samples = samples_of([3] * 180 + [1] * 20)
    assert samples.balanced_sampling(0) is None
    assert samples.prior()[3] == pytest.approx(0.9, abs=1e-3)
    sampling = samples.balanced_sampling(1.0)
    assert sampling is not None
    assert samples.prior(sampling)[3] == pytest.approx(0.5, abs=1e-3)
    config = TrainConfig(batch_size=200, augment="none")
    drawn = TrainingBatches(samples, CARD, config, 0, sampling=sampling)[0][1].sum(axis=0)
    assert 70 < drawn[1] < 130


def test_processes_share_a_batch_without_overlap() -> None:
    samples = samples_of([0] * 64)
    config = TrainConfig(batch_size=16, augment="none")

    def values(rank: int, processes: int) -> set[float]:
        batches = TrainingBatches(samples, CARD, config, 0, rank=rank, processes=processes)
        assert len(batches) == 4
        return {float(value) for value in batches[1][0][:, 0, 0, 0]}

    first, second = values(0, 2), values(1, 2)
    assert len(first) == len(second) == 8
    assert first | second == values(0, 1)
