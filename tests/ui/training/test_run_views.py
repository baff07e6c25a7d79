from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from fer_desktop.core.training.messages import Epoch, RunStarted, Step
from fer_desktop.core.training.predictions import Predictions
from fer_desktop.core.training.run_folder import RunFolder
from fer_desktop.ui.training.run_panels import worst_captions
from tests.ui.training.fake_trainer import FIGURES, MATRIX
from tests.ui.training.run_pages import Make, started


def test_the_figures_are_shown_while_it_runs(qtbot: QtBot, make_run_page: Make) -> None:
    page = started(qtbot, make_run_page())
    words = "Epoch 1 of 2 · step 3 of 10 · 80 images/s · 1 min 30 s left · under 1 s of training"
    qtbot.waitUntil(lambda: page.strip.figures.text().startswith(words))
    assert page.strip.figures.text().endswith("best accuracy 60.0% (epoch 1)")
    assert page.strip.bar.value() == 300
    step, epoch = page.views.curves.loss.curves
    assert list(step.y) == [2.0, 1.0, 2 / 3]
    assert np.allclose(step.x, [0.2, 0.4, 0.6])
    assert (list(epoch.x), list(epoch.y)) == ([1.0], [1.5])
    page.views.setCurrentWidget(page.views.confusion)
    assert page.views.confusion.table.isVisible()
    assert "epoch 1" in page.views.confusion.text.text()
    page.views.setCurrentWidget(page.views.facts)
    facts = page.views.facts
    names = [facts.topLevelItem(index).text(0) for index in range(facts.topLevelItemCount())]
    assert names == ["Run", "Data", "Settings"]


def test_what_is_not_shown_is_not_drawn(qtbot: QtBot, make_run_page: Make) -> None:
    page = make_run_page()
    page.hide()
    started(qtbot, page)
    assert [len(curve.x) for curve in page.views.curves.loss.curves] == [0, 0]
    page.show()
    assert len(page.views.curves.loss.curves[0].x) == 3


def test_the_log_grows_and_is_copied(qtbot: QtBot, make_run_page: Make) -> None:
    page = started(qtbot, make_run_page())
    log = page.views.log
    qtbot.waitUntil(lambda: "reading the data" in log.view.toPlainText())
    log.copy.click()
    assert QGuiApplication.clipboard().text() == "INFO trainer: reading the data"


def predictions() -> Predictions:
    logits = np.zeros((2, 7), np.float32)
    logits[0, 3], logits[1, 0] = 5, 9
    return Predictions(
        logits=logits,
        labels=np.array([6, 2]),
        rows=np.array([4, 8]),
        thumbnails=np.zeros((2, 48, 48), np.uint8),
        names=(),
        temperature=1.0,
        prior=np.full(7, 1 / 7),
        model="",
        data="",
    )


def test_the_worst_examples_are_captioned(qtbot: QtBot, make_run_page: Make, run: RunFolder) -> None:
    predictions().save(run.worst_file)
    page = make_run_page()
    page.attach()
    page.views.setCurrentWidget(page.views.worst)
    qtbot.waitUntil(lambda: page.views.worst.grid.isVisible())
    captions = ["true: neutral, answer: happiness 96%", "true: fear, answer: anger 100%"]
    assert worst_captions(predictions()) == captions
    page.views.worst.show_problem("worst.npz: broken")
    assert page.views.worst.text.text() == "worst.npz: broken"


def test_a_refresh_of_a_long_run_is_quick(qtbot: QtBot, make_run_page: Make, run: RunFolder) -> None:
    page = make_run_page()
    page.history.add(RunStarted("", {"epochs": 20, "batch_size": 64}, {}, "", "cpu", 1, 20_000, 0))
    for step in range(1, 20_001):
        page.history.add(Step(step, step // 1000 + 1, 2.0 / step, 1e-3, 80.0, 90.0))
    for epoch in range(1, 21):
        figures = FIGURES | {"balanced": FIGURES, "confusion_matrix": MATRIX}
        page.history.add(Epoch(epoch, 1.0, figures, True, epoch * 1000))
    page._refresh()
    taken = []
    for _ in range(8):
        page.views.curves.expect()
        before = time.thread_time()
        page._look()
        QCoreApplication.processEvents()
        taken.append(time.thread_time() - before)
    assert len(page.views.curves.loss.curves[0].x) <= 4001
    assert min(taken) < 0.1, "it takes 10 ms on a quiet machine"
