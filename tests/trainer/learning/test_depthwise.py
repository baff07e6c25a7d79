"""The quick weight gradient against torch's own."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from fer_desktop.core.models.network import build_model
from trainer.learning.depthwise import DepthwiseConv2d, DepthwiseConvolution, use_quick_gradients


@pytest.mark.parametrize("kernel", [(3, 3), (5, 5), (3, 5)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (1, 2)])
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_those_of_finite_differences(
    kernel: tuple[int, int], stride: tuple[int, int], bias: bool
) -> None:
    generator = torch.Generator().manual_seed(0)

    def values(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator, requires_grad=True)

    padding = (kernel[0] // 2, kernel[1] // 2)
    inputs = (values(2, 3, 6, 5), values(3, 1, *kernel), values(3) if bias else None, stride, padding)
    assert torch.autograd.gradcheck(DepthwiseConvolution.apply, inputs)


@pytest.mark.parametrize("side", [1, 2, 3, 8, 9])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_layer_equals_the_stock_one(side: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.learning.depthwise.torch.get_num_threads", lambda: threads)
    torch.manual_seed(side)
    stock = nn.Conv2d(24, 24, 5, 2, 2, groups=24)
    quick = DepthwiseConv2d.of(copy.deepcopy(stock))
    results = []
    for layer in (stock, quick):
        inputs = torch.randn(5, 24, side, side, generator=torch.Generator().manual_seed(1)).requires_grad_()
        layer(inputs.contiguous(memory_format=torch.channels_last)).square().sum().backward()
        assert layer.bias is not None
        results.append((inputs.grad, layer.weight.grad, layer.bias.grad))
    for expected, found in zip(*results, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_a_whole_network_keeps_names_weights_and_gradients() -> None:
    stock = build_model("efficientnet_b0")
    quick = copy.deepcopy(stock)
    assert use_quick_gradients(quick) == 16
    assert list(quick.state_dict()) == list(stock.state_dict())
    inputs = torch.randn(4, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    for network in (stock, quick):
        network.train()
        torch.manual_seed(0)
        network(inputs).logsumexp(dim=1).sum().backward()
    for (name, expected), found in zip(stock.named_parameters(), quick.parameters(), strict=True):
        assert expected.grad is not None, name
        scale = expected.grad.abs().max().item()
        torch.testing.assert_close(found.grad, expected.grad, rtol=1e-3, atol=1e-3 * scale + 1e-6, msg=name)


def test_other_layers_stay() -> None:
    network = nn.Sequential(
        nn.Conv2d(4, 4, 3), nn.Conv2d(4, 8, 3, groups=4), nn.Conv2d(4, 4, 3, groups=4, dilation=2),
        nn.Conv2d(4, 4, 3, groups=4, padding="same"), nn.Conv2d(1, 1, 3),
    )  # fmt: skip
    assert use_quick_gradients(network) == 0
