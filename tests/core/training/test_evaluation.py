from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training import evaluation
from fer_desktop.core.training.evaluation import Judged
from fer_desktop.core.training.evaluation_files import TABLE_COLUMNS, figures, write_report, write_table
from fer_desktop.core.training.predictions import NO_LABEL
from tests.support.predictions import make_predictions
from tests.ui.fakes import CARD
from trainer.data.samples import Samples
from trainer.evaluation import metrics


@pytest.fixture(params=[0.0, 1.0])
def tau(request: pytest.FixtureRequest) -> float:
    return float(request.param)


def test_the_figures_are_those_of_the_trainer(tau: float) -> None:
    predictions = make_predictions(3000)
    labels, count = predictions.labels, len(predictions.labels)
    samples = Samples(predictions.thumbnails, np.zeros((count, 7), np.float32), labels, labels, "folders")
    prior = tuple(predictions.prior.tolist())
    card = dataclasses.replace(CARD, temperature=predictions.temperature, class_prior=prior)
    said = metrics.split_figures(predictions.logits, samples, card, tau)

    found = figures(predictions, tau)
    assert found["rows"] == samples.labelled.sum() == 2990
    assert found["per_class_recall"] == pytest.approx(said.pop("per_class_recall"))
    assert {name: found[name] for name in said} == pytest.approx(said, abs=1e-6)
    assert "expected_calibration_error" in said


def test_the_confusion_matrix_is_that_of_the_trainer(tau: float) -> None:
    predictions = make_predictions()
    labelled = predictions.labels != NO_LABEL
    predicted = predictions.probabilities(tau)[labelled].argmax(axis=1)
    expected = metrics.confusion_matrix(predicted, predictions.labels[labelled])
    assert figures(predictions, tau)["confusion_matrix"] == expected.tolist()


def test_an_emotion_that_does_not_occur_counts_in_no_mean() -> None:
    predictions = make_predictions()
    only = np.where(predictions.labels == EMOTIONS.index("fear"), NO_LABEL, predictions.labels)
    top = evaluation.headline(Judged.of(dataclasses.replace(predictions, labels=only), 0.0))
    assert np.isnan(top.recall[EMOTIONS.index("fear")])
    assert top.macro_recall == pytest.approx(np.nanmean(top.recall))
    assert "fear" not in figures(dataclasses.replace(predictions, labels=only), 0.0)["per_class_recall"]


@pytest.mark.parametrize(("right", "rows"), [(0, 10), (10, 10), (7, 12), (861, 1000), (2990, 3589)])
def test_the_interval_is_that_of_wilson(right: int, rows: int) -> None:
    share, spread = right / rows, 1.959963984540054**2 / rows
    centre = (share + spread / 2) / (1 + spread)
    half = float(np.sqrt(share * (1 - share) * spread + spread**2 / 4)) / (1 + spread)
    assert evaluation.wilson_interval(right, rows) == pytest.approx((centre - half, centre + half), abs=1e-12)


def test_without_rows_nothing_is_known() -> None:
    nothing = dataclasses.replace(make_predictions(7, unlabelled=0), labels=np.full(7, NO_LABEL))
    judged = Judged.of(nothing, 0.0)
    top = evaluation.headline(judged)
    assert (top.rows, top.accuracy, top.interval) == (0, 0.0, (0.0, 1.0))
    assert evaluation.reliability(judged).expected_calibration_error == 0.0
    curve = evaluation.coverage_curve(judged, np.array([0.0, 1.0]))
    assert curve.coverage.tolist() == [0, 0]
    assert np.isnan(curve.accuracy).all()


def test_the_bins_hold_every_row_once(tau: float) -> None:
    judged = Judged.of(make_predictions(), tau)
    bins = evaluation.reliability(judged, bins=10)
    assert bins.counts.sum() == len(judged.rows)
    for place in np.flatnonzero(bins.counts):
        assert place / 10 - 1e-6 <= bins.confidence[place] <= (place + 1) / 10 + 1e-6
    assert (bins.accuracy * bins.counts).sum() == pytest.approx(judged.correct.sum())


def judged_of(confidence: np.ndarray, right: np.ndarray) -> Judged:
    return Judged(np.arange(len(right)), right.astype(np.int64), np.ones(len(right), np.int64), confidence)


def test_chance_explains_nine_of_ten_errors_of_a_calibrated_model() -> None:
    generator = np.random.default_rng(7)
    confidence = generator.beta(4, 1, 2000)
    drawn = [
        evaluation.reliability(judged_of(confidence, generator.random(2000) < confidence)) for _ in range(400)
    ]
    low, high = drawn[0].error_by_chance
    within = np.mean([low <= bins.expected_calibration_error <= high for bins in drawn])
    assert within == pytest.approx(0.9, abs=0.06)
    assert drawn[1].error_by_chance == (low, high)
    few = evaluation.reliability(judged_of(confidence[:200], np.ones(200)))
    assert high < few.error_by_chance[0]


@pytest.mark.parametrize("count", [0, 50])
def test_chance_does_nothing_to_certainty_or_to_no_rows(count: int) -> None:
    assert evaluation.reliability(judged_of(np.ones(count), np.ones(count))).error_by_chance == (0, 0)


def test_the_coverage_curve_counts_what_is_answered() -> None:
    judged = Judged.of(make_predictions(), 0.0)
    exactly = float(np.sort(judged.confidence)[3])
    thresholds = np.array([0.0, exactly, 0.5, 1.0])
    curve = evaluation.coverage_curve(judged, thresholds)
    for threshold, coverage, accuracy in zip(thresholds, curve.coverage, curve.accuracy, strict=True):
        answered = judged.confidence >= threshold
        assert coverage == pytest.approx(answered.mean())
        if answered.any():
            assert accuracy == pytest.approx(judged.correct[answered].mean())
    assert curve.coverage[1] == pytest.approx(1 - 3 / len(judged.rows))


def test_behind_a_cell_are_its_rows_the_most_confident_first(tau: float) -> None:
    predictions = make_predictions()
    judged = Judged.of(predictions, tau)
    matrix, shares = judged.confusion(), predictions.probabilities(tau)
    assert matrix.sum() == 130
    for true in range(7):
        for predicted in range(7):
            places = judged.behind(true, predicted)
            assert len(places) == matrix[true, predicted]
            assert (predictions.labels[places] == true).all()
            assert (shares[places].argmax(axis=1) == predicted).all()
            assert (np.diff(shares[places].max(axis=1)) <= 0).all()


def test_the_report_holds_both_settings_and_what_the_trainer_said(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", make_predictions(), {"data": "faces"})
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["natural"]["tau"], report["balanced"]["tau"]) == (0.0, 1.0)
    assert report["natural"] != report["balanced"]
    assert report["trainer"] == {"data": "faces"}


def test_the_table_has_a_line_for_each_row(tmp_path: Path) -> None:
    predictions = make_predictions(named=True)
    write_table(tmp_path / "rows.csv", predictions)
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == TABLE_COLUMNS
    assert len(lines) == 140
    assert (lines[0]["label"], lines[0]["file"]) == ("", "test/anger/0.png")
    assert lines[20]["label"] == EMOTIONS[predictions.labels[20]]
    assert sum(float(lines[20][f"p_{name}"]) for name in EMOTIONS) == pytest.approx(1, abs=1e-5)
    assert lines[20]["predicted"] == EMOTIONS[predictions.logits[20].argmax()]
