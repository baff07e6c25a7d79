from __future__ import annotations

import dataclasses

import pytest

from fer_desktop.core.types import Box, Face
from fer_desktop.ui.personal.calibration_session import (
    AT_THE_EDGE,
    CHANGING,
    COUNTDOWN_S,
    DURATION_S,
    MAX_STEP_S,
    MOVING,
    NO_FACE,
    NO_PICTURE,
    SEVERAL_FACES,
    CalibrationSession,
    Stage,
)
from tests.support.sources import FakeClock
from tests.ui.desk import result
from tests.ui.personal.conftest import CARD, resting_face

STEP_S = 0.1


class Sitter:
    """Someone in front of the camera, ten pictures a second."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.session = CalibrationSession(self.clock)

    def show(self, *faces: Face, seconds: float = STEP_S, tau: float = 0.0) -> str | None:
        """Returns the hint at the end."""
        for _ in range(round(seconds / STEP_S)):
            self.clock.advance(STEP_S)
            self.session.note(result(*faces, pts_s=self.clock.now), CARD, tau)
        return self.session.hint


@pytest.fixture
def sitter() -> Sitter:
    sitter = Sitter()
    sitter.show(resting_face(), seconds=COUNTDOWN_S)
    assert sitter.session.stage is Stage.MEASURING
    return sitter


def test_the_countdown_measures_nothing() -> None:
    sitter = Sitter()
    sitter.show(resting_face(), seconds=COUNTDOWN_S - STEP_S)
    assert sitter.session.stage is Stage.COUNTDOWN
    assert sitter.session.measured_s == 0


def test_thirty_seconds_of_a_face_at_rest_are_measured(sitter: Sitter) -> None:
    sitter.show(resting_face(), seconds=DURATION_S - 1)
    assert sitter.session.stage is Stage.MEASURING
    assert sitter.session.hint is None
    sitter.show(resting_face(), seconds=1.2)
    assert sitter.session.stage is Stage.DONE
    face = sitter.session.observed()
    assert face.frames == pytest.approx(DURATION_S / STEP_S, abs=3)
    assert face.shares == pytest.approx(resting_face().probabilities)


BESIDE = dataclasses.replace(resting_face(2), box=Box(44, 4, 12, 12))


@pytest.mark.parametrize(
    ("faces", "hint"),
    [
        ((), NO_FACE),
        ((resting_face(), BESIDE), SEVERAL_FACES),
        ((resting_face(box=Box(0, 14, 20, 20)),), AT_THE_EDGE),
        ((resting_face(box=Box(26, 14, 20, 20)),), MOVING),
        ((resting_face(happiness=0.9),), CHANGING),
    ],
)
def test_the_clock_stands_still_and_says_why(sitter: Sitter, faces: tuple[Face, ...], hint: str) -> None:
    sitter.show(resting_face(), seconds=2)
    measured_s = sitter.session.measured_s
    assert measured_s == pytest.approx(2, abs=2 * STEP_S)
    assert sitter.show(*faces) == hint
    assert sitter.session.measured_s == measured_s
    sitter.show(resting_face(), seconds=3)
    assert sitter.session.hint is None
    assert measured_s + 1.5 < sitter.session.measured_s < measured_s + 3
    smiles = sitter.session.observed().shares
    assert smiles == pytest.approx(resting_face().probabilities)


def test_time_without_pictures_does_not_count(sitter: Sitter) -> None:
    sitter.show(resting_face(), seconds=1)
    measured_s = sitter.session.measured_s
    sitter.clock.advance(60)
    assert sitter.session.hint == NO_PICTURE
    sitter.show(resting_face())
    assert sitter.session.measured_s <= measured_s + MAX_STEP_S
    assert sitter.session.hint is None


def test_a_camera_that_sends_nothing_is_noticed_after_the_countdown() -> None:
    sitter = Sitter()
    sitter.clock.advance(COUNTDOWN_S)
    assert sitter.session.hint is None
    sitter.clock.advance(2)
    assert sitter.session.hint == NO_PICTURE


def test_the_balance_of_the_live_view_does_not_matter() -> None:
    shares = []
    for tau in (0.0, 1.0):
        sitter = Sitter()
        weights = [share**tau for share in CARD.class_prior]
        face = resting_face()
        tilted = [value / weight for value, weight in zip(face.probabilities, weights, strict=True)]
        values = tuple(value / sum(tilted) for value in tilted)
        sitter.show(dataclasses.replace(face, probabilities=values), seconds=10, tau=tau)
        shares.append(sitter.session.observed().shares)
    assert shares[0] == pytest.approx(shares[1])
