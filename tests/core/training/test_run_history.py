from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fer_desktop.core.training.messages import (
    Checkpoint,
    Continued,
    Epoch,
    Failed,
    Finished,
    Paused,
    RunMessage,
    RunStarted,
    Step,
    parse_line,
)
from fer_desktop.core.training.run_folder import on_the_way
from fer_desktop.core.training.run_history import MOST_POINTS, RunHistory
from fer_desktop.core.training.thinned import Thinned

CONFIG = {"epochs": 2, "batch_size": 10}
MATRIX = np.eye(7, dtype=int).tolist()


def started(resumed_at: int = 0, steps: int = 10) -> RunStarted:
    return RunStarted("/run", CONFIG, {}, "random", "cpu", 1, steps, resumed_at)


def step(number: int, loss: float = 1.0) -> Step:
    return Step(number, 1, loss, 1e-3, 20.0, 5.0)


def epoch(number: int, at: int, accuracy: Any = 0.5, best: bool = True) -> Epoch:
    figures = {"accuracy": accuracy, "macro_f1": 0.4, "balanced": {"accuracy": 0.45, "macro_recall": 0.6}}
    return Epoch(number, 1.5, {**figures, "confusion_matrix": MATRIX}, best, at)


def test_a_run_as_it_goes() -> None:
    history = RunHistory()
    assert (history.state(is_alive=True), history.fraction, history.confusion) == ("running", 0.0, None)
    history.add(started())
    for number in (1, 2, 4):
        history.add(step(number, loss=1 / number))
    history.add(epoch(1, 5))
    history.add(Checkpoint(5, "c"))
    assert history.steps.step.tolist() == [1, 2, 4]
    assert history.steps.loss.tolist() == [1, 0.5, 0.25]
    assert history.steps.trained_s.tolist() == [0.5, 1.0, 2.0]
    assert (history.step, history.total_steps, history.total_epochs) == (5, 10, 2)
    assert history.fraction == 0.5
    assert history.trained_s == 2.0
    (figures,) = history.epochs
    assert (figures.accuracy, figures.macro_f1, figures.balanced_macro_recall) == (0.5, 0.4, 0.6)
    assert math.isnan(figures.balanced_macro_f1)
    assert history.best_epoch is figures
    assert history.confusion is not None
    assert history.confusion.tolist() == MATRIX


@pytest.mark.parametrize(
    ("messages", "alive", "dead"),
    [
        ([], "running", "interrupted"),
        ([started(), step(1)], "running", "interrupted"),
        ([started(), Paused(1)], "paused", "interrupted"),
        ([started(), Paused(1), Checkpoint(1, "c")], "paused", "interrupted"),
        ([started(), Paused(1), Continued(1)], "running", "interrupted"),
        ([started(), Finished("stopped", 1, None, 2.0)], "running", "stopped"),
        ([started(), Finished("completed", 10, "card", 2.0)], "completed", "completed"),
        ([started(), Failed("nan")], "running", "failed"),
        ([started(), Failed("nan"), started()], "running", "interrupted"),
    ],
)
def test_states(messages: list[RunMessage], alive: str, dead: str) -> None:
    history = RunHistory.of(messages)
    assert (history.state(is_alive=True), history.state(is_alive=False)) == (alive, dead)


def test_the_end_of_a_run_belongs_to_its_start() -> None:
    history = RunHistory.of([started(), step(1), Finished("completed", 10, "card.json", 60.0)])
    assert (history.card, history.trained_s, history.fraction) == ("card.json", 60.0, 1.0)
    history.add(started(1))
    assert (history.card, history.end) == (None, None)
    history.add(Failed("nan"))
    assert history.failure == "nan"


def test_what_a_resume_undid_is_forgotten() -> None:
    messages = [started(), step(1), epoch(1, 2), step(3), epoch(2, 4), step(5), started(2), step(3, loss=7.0)]
    history = RunHistory.of(messages)
    assert history.steps.step.tolist() == [1, 3]
    assert history.steps.loss.tolist() == [1, 7]
    assert [figures.epoch for figures in history.epochs] == [1]
    assert history.step == 3
    again = RunHistory.of(on_the_way(messages))
    assert again.steps.loss.tolist() == history.steps.loss.tolist()
    assert [item.epoch for item in again.epochs] == [1]


def test_an_epoch_that_was_validated_once_more_counts_once() -> None:
    """Its checkpoint is from before the validation, at the same step."""
    history = RunHistory.of([started(), epoch(1, 5), started(5), epoch(1, 5), epoch(2, 10)])
    assert [figures.epoch for figures in history.epochs] == [1, 2]


def test_a_long_run_takes_no_more_memory_and_keeps_its_mean() -> None:
    history = RunHistory.of([started(steps=50_000)])
    for number in range(1, 50_001):
        history.add(step(number, loss=number))
    steps = history.steps
    assert MOST_POINTS / 2 <= len(steps.step) <= MOST_POINTS + 1
    assert np.all(np.diff(steps.step) > 0)
    assert steps.loss.mean() == pytest.approx(25_000, rel=0.001)
    assert history.step == 50_000
    assert history.trained_s == pytest.approx(50_000 * 10 / 20)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 17, 100, 1000])
def test_thinned_rows_are_means_of_all_that_was_added(count: int) -> None:
    thinned = Thinned(columns=1, most=8)
    for number in range(count):
        thinned.add((number,))
    rows = thinned.rows()
    assert len(rows) <= 9
    gaps = np.diff(rows[:-1, 0])
    assert np.all(gaps == gaps[:1])
    thinned.cut(rows[2, 0] if len(rows) > 2 else 0)
    assert len(thinned.rows()) == min(3, len(rows))


def test_figures_that_are_no_numbers_are_left_out() -> None:
    history = RunHistory.of([started(), step(1, loss=math.nan), step(2)])
    history.add(Epoch(1, math.inf, {"accuracy": "high", "confusion_matrix": [[1, 2], [3]]}, True))
    history.add(Epoch(2, 1.0, {"accuracy": None, "balanced": 3, "confusion_matrix": [[-1] * 7] * 7}, True))
    assert history.steps.step.tolist() == [2]
    assert all(math.isnan(figures.accuracy) for figures in history.epochs)
    assert history.confusion is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
NUMBERS = st.integers() | st.integers(-3, 20) | st.just(10**400)
FLOATS = st.floats() | NUMBERS
FIGURES = st.dictionaries(st.sampled_from(["accuracy", "balanced", "confusion_matrix", "macro_f1"]), VALUES)
MESSAGES = st.one_of(
    st.builds(
        RunStarted,
        st.just(""),
        st.dictionaries(st.sampled_from(["epochs", "batch_size"]), VALUES | NUMBERS),
        st.just({}),
        st.just(""),
        st.just(""),
        NUMBERS,
        NUMBERS,
        NUMBERS,
    ),
    st.builds(Step, NUMBERS, NUMBERS, FLOATS, FLOATS, FLOATS, FLOATS),
    st.builds(Epoch, NUMBERS, FLOATS, FIGURES, st.booleans(), NUMBERS),
    st.builds(Checkpoint, NUMBERS, st.just("")),
    st.builds(Finished, st.sampled_from(["completed", "stopped"]), NUMBERS, st.none(), FLOATS),
)


NOTHING_ABOVE_ZERO: list[RunMessage] = [
    RunStarted("", {}, {}, "", "", 0, 1, -1),
    Epoch(0, 0.0, {}, False, -1),
    Step(-1, 0, 0.0, 0.0, 0.0, 0.0),
]


@given(st.lists(MESSAGES, max_size=12))
@example(NOTHING_ABOVE_ZERO)
def test_no_message_however_strange_stops_it(messages: list[RunMessage]) -> None:
    history = RunHistory.of(messages)
    assert 0 <= history.fraction <= 1
    assert history.total_epochs >= 0
    assert np.isfinite(history.steps.loss).all()
    history.state(is_alive=False)
    _ = (history.trained_s, history.step, history.best_epoch, history.confusion)


def test_numbers_beyond_floats_can_arrive() -> None:
    line = f'{{"type": "checkpoint", "step": 1{"0" * 400}, "path": ""}}'
    assert isinstance(parse_line(line), Checkpoint)
