from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.emotions import EMOTIONS
from trainer.evaluation.metrics import class_figures, confusion_matrix, expected_calibration_error


def one_hot(labels: list[int], confidence: float = 1.0) -> np.ndarray:
    rows = np.full((len(labels), 7), (1 - confidence) / 6, dtype=np.float32)
    rows[np.arange(len(labels)), labels] = confidence
    return rows


def test_confusion_matrix_has_truth_in_rows() -> None:
    matrix = confusion_matrix(np.array([1, 1, 2]), np.array([0, 1, 1]))
    assert matrix[0, 1] == matrix[1, 1] == matrix[1, 2] == 1
    assert matrix.sum() == 3


def test_class_figures_by_hand() -> None:
    figures = class_figures(one_hot([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    assert figures["accuracy"] == 0.75
    assert figures["per_class_recall"] == {"anger": pytest.approx(2 / 3), "disgust": 1.0}
    assert figures["macro_recall"] == pytest.approx((2 / 3 + 1) / 2)
    assert figures["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60))
def test_class_figures_agree_with_counting(pairs: list[tuple[int, int]]) -> None:
    """Row by row, by the definitions, without a confusion matrix."""
    said, true = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    figures = class_figures(one_hot(said, 0.9), np.array(true))
    present = sorted(set(true))
    hits = {index: sum(pair == (index, index) for pair in pairs) for index in present}
    recalls = [hits[index] / true.count(index) for index in present]
    precisions = [hits[index] / max(said.count(index), 1) for index in present]
    f1 = [2 * p * r / (p + r) if p + r else 0 for p, r in zip(precisions, recalls, strict=True)]
    assert figures["accuracy"] == pytest.approx(sum(hits.values()) / len(pairs))
    assert list(figures["per_class_recall"].values()) == pytest.approx(recalls)
    assert list(figures["per_class_recall"]) == [EMOTIONS[index] for index in present]
    assert figures["macro_recall"] == pytest.approx(np.mean(recalls))
    assert figures["macro_f1"] == pytest.approx(np.mean(f1))


def test_calibration_error_is_the_gap() -> None:
    labels = np.array([0] * 6 + [1] * 4)
    assert expected_calibration_error(one_hot([0] * 10, 0.6), labels) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(one_hot([0] * 10, 0.9), labels) == pytest.approx(0.3, abs=1e-6)
