"""What augmentation costs picture by picture, on whole batches, and next to a step of training."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from benchmarks.training_speed import OURS, measure
from fer_desktop.core.types import Image
from trainer.learning.augment import training_augmentation

SIDES = (48, 64, 112)


def _chosen(rows: int, p: float) -> torch.Tensor:
    return torch.rand(rows) < p


def _between(rows: int, low: float, high: float) -> torch.Tensor:
    return torch.empty(rows).uniform_(low, high)


def augment_batch(pictures: torch.Tensor) -> torch.Tensor:
    """The trainer's ``plain`` augmentation on (B, 1, S, S) float32, 0 to 255, all pictures at once."""
    rows, _, side, _ = pictures.shape
    mirrored = torch.where(_chosen(rows, 0.5), -1.0, 1.0)
    matrices = _affine(rows, mirrored, _chosen(rows, 0.9))
    grid = F.affine_grid(matrices, list(pictures.shape), align_corners=False)
    pictures = F.grid_sample(pictures, grid, align_corners=False)
    changed = _chosen(rows, 0.6)
    contrast = torch.where(changed, _between(rows, 0.7, 1.3), 1.0).view(-1, 1, 1, 1)
    light = torch.where(changed, _between(rows, -64, 64), 0.0).view(-1, 1, 1, 1)
    pictures = (pictures * contrast + light).clamp_(0, 255)
    some = _chosen(rows, 0.3).nonzero()[:, 0]
    gamma = _between(len(some), 0.6, 1.6).view(-1, 1, 1, 1)
    pictures[some] = 255 * (pictures[some] / 255) ** gamma
    some = _chosen(rows, 0.15).nonzero()[:, 0]
    pictures[some] = F.avg_pool2d(pictures[some], 3, stride=1, padding=1, count_include_pad=False)
    some = _chosen(rows, 0.15).nonzero()[:, 0]
    deviation = _between(len(some), 2.5, 15).view(-1, 1, 1, 1)
    pictures[some] += deviation * torch.randn(len(some), 1, side, side)
    hole = _span(rows, side).unsqueeze(2) & _span(rows, side).unsqueeze(1) & _chosen(rows, 0.3).view(-1, 1, 1)
    filling = _between(rows, 0, 255).view(-1, 1, 1, 1)
    pictures = torch.where(hole.unsqueeze(1), filling, pictures)
    return pictures.clamp_(0, 255)


def _span(rows: int, side: int) -> torch.Tensor:
    """(B, S) bool: a run of 0.15 to 0.4 of the side somewhere on it."""
    length = _between(rows, 0.15 * side, 0.4 * side)
    start = torch.rand(rows) * (side - length)
    place = torch.arange(side).expand(rows, side)
    return (place >= start.unsqueeze(1)) & (place < (start + length).unsqueeze(1))


def _affine(rows: int, mirrored: torch.Tensor, moved: torch.Tensor) -> torch.Tensor:
    """(B, 2, 3): where each output pixel comes from."""
    angle = torch.where(moved, _between(rows, -18, 18), 0.0) * math.pi / 180
    scale = torch.where(moved, 1 / _between(rows, 0.8, 1.15), 1.0)
    shear = torch.where(moved, _between(rows, -6, 6), 0.0) * math.pi / 180
    shift = torch.where(moved, _between(2 * rows, -0.16, 0.16).view(2, rows), 0.0)
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    across = torch.stack([mirrored * cos, mirrored * (cos * torch.tan(shear) - sin), shift[0]], dim=1)
    down = torch.stack([sin, sin * torch.tan(shear) + cos, shift[1]], dim=1)
    return torch.stack([across, down], dim=1)


def one_by_one(pictures: list[Image], kind: str) -> Callable[[], Any]:
    augmentation = training_augmentation(kind, len(pictures[0]))
    assert augmentation is not None
    return lambda: np.stack([augmentation(image=picture)["image"] for picture in pictures])


def whole(pictures: list[Image]) -> Callable[[], Any]:
    return lambda: augment_batch(torch.from_numpy(np.stack(pictures))[:, None].float())


def milliseconds(work: Callable[[], Any], pictures: int, seconds: float) -> float:
    """A picture."""
    work()
    rounds, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
        rounds += 1
    return 1000 * (time.perf_counter() - start) / rounds / pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", default="efficientnet_b0")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=4, help="measured for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{options.architecture}, batches of {options.batch_size}, 1 thread, ms a picture\n")
    print("| side | plain, one by one | webcam, one by one | plain, whole batches | training step |")
    print(f"| ---: |{' ---: |' * 4}")
    for side in SIDES:
        generator = np.random.default_rng(0)
        pictures = list(generator.integers(0, 256, (options.batch_size, side, side), dtype=np.uint8))
        ways = [one_by_one(pictures, "plain"), one_by_one(pictures, "webcam"), whole(pictures)]
        times = [milliseconds(way, len(pictures), options.seconds) for way in ways]
        times.append(1000 / measure(OURS, argparse.Namespace(**vars(options), input_size=side)))
        print(f"| {side} px | {' | '.join(f'{value:.2f}' for value in times)} |", flush=True)


if __name__ == "__main__":
    main()
