"""Depthwise convolutions with a quick weight gradient on the CPU.

For the weight gradient of a depthwise layer with a 5x5 kernel, or on maps of 1x1 and 2x2, oneDNN takes ten to
sixty times as long as for the forward pass (``python -m benchmarks.training_speed`` measures it). The
gradient is a sum of products over rows of channels. A small kernel compiled by Numba computes it at the speed
of memory.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.autograd.function import once_differentiable

# oneDNN is as quick for smaller kernels on larger maps.
QUICK_KERNEL, QUICK_SIDE = 5, 2
_CHANNELS_LAST = (0, 2, 3, 1)


def use_quick_gradients(network: nn.Module) -> int:
    """Replaces the network's depthwise layers in place, and returns their number. Names and weights stay."""
    layers = [
        (name, module)
        for name, module in network.named_modules()
        if type(module) is nn.Conv2d and _is_plain_depthwise(module)
    ]
    for name, module in layers:
        parent, _, child = name.rpartition(".")
        setattr(network.get_submodule(parent), child, DepthwiseConv2d.of(module))
    return len(layers)


def _is_plain_depthwise(module: nn.Conv2d) -> bool:
    return (
        module.groups == module.in_channels == module.out_channels > 1
        and module.dilation == (1, 1)
        and module.padding_mode == "zeros"
        and isinstance(module.padding, tuple)
    )


class DepthwiseConv2d(nn.Conv2d):
    """A depthwise ``nn.Conv2d`` whose gradient goes through `DepthwiseConvolution` on the CPU."""

    @classmethod
    def of(cls, module: nn.Conv2d) -> DepthwiseConv2d:
        """Returns the same layer with the same parameters."""
        layer = cls(
            module.in_channels,
            module.out_channels,
            module.kernel_size,  # type: ignore[arg-type]
            module.stride,  # type: ignore[arg-type]
            module.padding,  # type: ignore[arg-type]
            groups=module.groups,
            bias=module.bias is not None,
            device="meta",
        )
        layer.weight, layer.bias = module.weight, module.bias
        return layer.train(module.training)

    def _conv_forward(
        self, input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        if input.device.type != "cpu" or torch.is_autocast_enabled("cpu") or not self._is_slow(input):
            return super()._conv_forward(input, weight, bias)
        output: torch.Tensor = DepthwiseConvolution.apply(input, weight, bias, self.stride, self.padding)
        return output

    def _is_slow(self, input: torch.Tensor) -> bool:
        """Returns whether oneDNN's own weight gradient is slower."""
        side = max(input.shape[2:]) // max(self.stride)
        return max(self.kernel_size) >= QUICK_KERNEL or side <= QUICK_SIDE


class DepthwiseConvolution(torch.autograd.Function):
    """Input (N, C, H, W) and weight (C, 1, K, L) give (N, C, Ho, Wo), float32 or float64, zero-padded."""

    @staticmethod
    def forward(
        ctx: Any,
        input: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        stride: tuple[int, int],
        padding: tuple[int, int],
    ) -> torch.Tensor:
        ctx.save_for_backward(input, weight)
        ctx.stride, ctx.padding = stride, padding
        return torch.conv2d(input, weight, bias, stride, padding, 1, len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        input, weight = ctx.saved_tensors
        of_input = of_weight = of_bias = None
        if ctx.needs_input_grad[0]:
            of_input = torch.ops.aten.convolution_backward(
                gradient, input, weight, None, ctx.stride, ctx.padding, (1, 1), False, (0, 0),
                len(weight), (True, False, False),
            )[0]  # fmt: skip
        if ctx.needs_input_grad[1]:
            of_weight = torch.empty_like(
                weight
            )  # DistributedDataParallel needs the weight's own memory layout
            of_weight.copy_(weight_gradient(input, gradient, weight.shape, ctx.stride, ctx.padding))
        if ctx.needs_input_grad[2]:
            of_bias = gradient.sum(dim=(0, 2, 3))
        return of_input, of_weight, of_bias, None, None


def weight_gradient(
    input: torch.Tensor,
    gradient: torch.Tensor,
    shape: torch.Size,
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> torch.Tensor:
    """Returns the gradient (C, 1, K, L) of a depthwise layer's weight.

    input: (N, C, H, W). gradient: (N, C, Ho, Wo), the gradient of the output.
    """
    rows, gradients = (
        np.ascontiguousarray(tensor.detach().permute(_CHANNELS_LAST).numpy()) for tensor in (input, gradient)
    )
    threads = min(torch.get_num_threads(), len(rows))
    sums = np.zeros((threads, *shape[2:], shape[0]), dtype=rows.dtype)
    bounds = np.linspace(0, len(rows), threads + 1).astype(int)

    def add(part: int) -> None:
        chosen = slice(bounds[part], bounds[part + 1])
        _add_products(rows[chosen], gradients[chosen], *stride, *padding, sums[part])

    if threads == 1:
        add(0)
    else:
        list(_pool(threads).map(add, range(threads)))
    return torch.from_numpy(sums.sum(axis=0)).permute(2, 0, 1).unsqueeze(1)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="weight-gradient")


@numba.njit(fastmath=True, nogil=True, cache=True, error_model="numpy")
def _add_products(
    rows: NDArray[Any],
    gradients: NDArray[Any],
    stride_y: int,
    stride_x: int,
    padding_y: int,
    padding_x: int,
    sums: NDArray[Any],
) -> None:
    """Adds to sums[k, l] the products of rows (N, H, W, C) and gradients (N, Ho, Wo, C) at (k, l)."""
    count, height, width, channels = rows.shape
    for n in range(count):
        for y in range(gradients.shape[1]):
            top = y * stride_y - padding_y
            for k in range(max(0, -top), min(sums.shape[0], height - top)):
                for x in range(gradients.shape[2]):
                    left = x * stride_x - padding_x
                    gradient = gradients[n, y, x]
                    for m in range(max(0, -left), min(sums.shape[1], width - left)):
                        row, total = rows[n, top + k, left + m], sums[k, m]
                        # With views of whole rows the compiler knows their layout and vectorises.
                        for c in range(channels):
                            total[c] += row[c] * gradient[c]
