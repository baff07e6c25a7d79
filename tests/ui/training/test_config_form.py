from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QGroupBox
from pytestqt.qtbot import QtBot

from fer_desktop.ui.training.config_form import ConfigForm
from fer_desktop.ui.training.option_editors import NumberBox
from fer_desktop.ui.training.options import Options, OptionsError
from tests.ui.training.fake_trainer import OPTIONS


@pytest.fixture
def options() -> Options:
    return Options.parse(OPTIONS)


@pytest.fixture
def form(qtbot: QtBot, options: Options) -> ConfigForm:
    form = ConfigForm(options)
    qtbot.addWidget(form)
    form.set_preset(options.config(options.presets[0]))
    return form


def test_the_presets_lie_over_the_defaults(options: Options) -> None:
    quick, full = options.presets
    assert (options.config(quick)["epochs"], options.config(full)["epochs"]) == (2, 20)
    assert options.config(full)["learning_rate"] == 1e-4


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"fields": [], "groups": [], "presets": []},
        OPTIONS | {"fields": [{"kind": "int"}]},
        OPTIONS | {"fields": [{"name": "x", "kind": "complex", "default": 1}]},
        OPTIONS | {"presets": [{"id": "x"}]},
        OPTIONS | {"fields": 3},
    ],
)
def test_a_description_of_another_version_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(OptionsError):
        Options.parse(content)


def test_every_option_has_a_widget_with_range_unit_and_help(form: ConfigForm) -> None:
    assert list(form.rows) == ["name", "standardise", "augment", "epochs", "learning_rate", "device",
                               "checkpoint_minutes", "seed"]  # fmt: skip
    assert [box.title() for box in form.findChildren(QGroupBox)] == OPTIONS["groups"]
    widget = form.rows["epochs"].editor.widget
    assert (widget.minimum(), widget.maximum(), widget.suffix()) == (1, 10_000, " epochs")
    assert widget.toolTip() == "Passes over the training rows.\nAllowed: 1 to 10000 epochs."
    assert widget.whatsThis() == widget.toolTip()
    assert widget.accessibleName() == "Epochs"


def test_the_values_are_those_of_the_preset(form: ConfigForm, options: Options) -> None:
    assert form.config() == options.config(options.presets[0])
    assert form.changes() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 7), ("learning_rate", 3e-8), ("standardise", False), ("augment", "none"), ("name", "mine")],
)
def test_a_changed_value_is_marked_and_brought_back(
    qtbot: QtBot, form: ConfigForm, name: str, value: Any
) -> None:
    row = form.rows[name]
    before = row.editor.value()
    with qtbot.waitSignal(form.changed):
        form.rows[name].editor.set_value(value)
    assert form.changes() == {name: value}
    assert form.config()[name] == value
    assert row.label.font().bold()
    assert row.reset.isVisibleTo(form)
    assert str(before) in row.reset.toolTip()
    row.reset.click()
    assert form.changes() == {}
    assert not row.label.font().bold()
    assert not row.reset.isVisibleTo(form)


def test_another_preset_is_the_new_measure(qtbot: QtBot, form: ConfigForm, options: Options) -> None:
    form.rows["epochs"].editor.set_value(7)
    with qtbot.waitSignal(form.changed):
        form.set_preset(options.config(options.presets[1]))
    assert form.changes() == {}
    assert form.config()["epochs"] == 20


def test_no_value_leaves_its_range(form: ConfigForm) -> None:
    form.rows["epochs"].editor.set_value(0)
    form.rows["learning_rate"].editor.set_value(11.0)
    form.rows["seed"].editor.set_value(2**31)
    assert form.config()["epochs"] == 1
    assert form.config()["learning_rate"] == 10
    assert form.config()["seed"] == 2**31 - 1


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("1e-4 s", QValidator.State.Acceptable),
        ("0.5", QValidator.State.Acceptable),
        ("1e-", QValidator.State.Intermediate),
        ("", QValidator.State.Intermediate),
        ("20", QValidator.State.Intermediate),
        ("nan", QValidator.State.Intermediate),
        ("1,5", QValidator.State.Invalid),
        ("x", QValidator.State.Invalid),
    ],
)
def test_numbers_as_they_are_typed(qtbot: QtBot, typed: str, state: QValidator.State) -> None:
    box = NumberBox()
    qtbot.addWidget(box)
    box.setRange(1e-8, 10)
    box.setSuffix(" s")
    assert box.validate(typed, 0)[0] is state


@pytest.mark.parametrize(("typed", "value"), [("1e-4", 1e-4), ("20", 10.0), ("1e-", 1.0), ("-3", 1e-8)])
def test_what_was_typed_becomes_an_allowed_number(qtbot: QtBot, typed: str, value: float) -> None:
    box = NumberBox()
    qtbot.addWidget(box)
    box.setRange(1e-8, 10)
    box.setSuffix(" s")
    box.setValue(0.5)
    box.selectAll()
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == value
    assert box.text() == f"{value:g} s"


def test_the_wheel_scrolls_the_form_and_changes_nothing(form: ConfigForm) -> None:
    box = form.rows["epochs"].editor.widget
    wheel = QWheelEvent(
        QPointF(5, 5), box.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    box.wheelEvent(wheel)
    assert not wheel.isAccepted()
    assert form.changes() == {}
