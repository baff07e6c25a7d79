from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fer_desktop.core.models.network import build_model
from trainer.release.calibration import add_bias, fit_calibration, has_bias

BIAS = np.array([0.6, -0.4, 0.0, 0.3, -0.5, 0.2, -0.2])


def rows(
    temperature: float, bias: NDArray[np.float64], count: int = 20_000
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Logits, and labels drawn as softmax((logits + bias) / temperature) says."""
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, (count, 7))
    chances = np.exp((logits + bias) / temperature)
    chances /= chances.sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) > generator.random((count, 1))).argmax(axis=1)
    return logits.astype(np.float32), labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
@pytest.mark.parametrize("bias", [np.zeros(7), BIAS])
def test_temperature_and_bias_are_recovered(temperature: float, bias: NDArray[np.float64]) -> None:
    logits, labels = rows(temperature, bias)
    found = fit_calibration(logits, labels)
    assert found.temperature == pytest.approx(temperature, rel=0.05)
    assert found.bias - found.bias.mean() == pytest.approx(bias - bias.mean(), abs=0.15)
    assert found.prior == pytest.approx(np.bincount(labels, minlength=7) / len(labels), abs=1e-3)


def test_without_a_bias_only_the_temperature_is_fitted() -> None:
    found = fit_calibration(*rows(2.0, np.zeros(7)), with_bias=False)
    assert found.temperature == pytest.approx(2, rel=0.05)
    assert not found.bias.any()


def test_an_emotion_without_rows_stays_possible() -> None:
    logits, labels = rows(1.0, np.zeros(7), count=40)
    labels[labels == 1] = 0
    found = fit_calibration(logits, labels)
    assert min(found.prior) > 0
    assert np.abs(found.bias).max() < 4


def test_the_last_layer_takes_the_bias() -> None:
    network = build_model("test_efficientnet").eval()
    assert has_bias(network)
    inputs = torch.randn(2, 1, 32, 32)
    with torch.inference_mode():
        before = network(inputs)
        add_bias(network, BIAS)
        assert torch.allclose(network(inputs), before + torch.from_numpy(BIAS).float(), atol=1e-5)
