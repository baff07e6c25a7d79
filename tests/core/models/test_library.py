from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data

from fer_desktop.core.classification.classifier import create_classifier
from fer_desktop.core.detection.cascade import CascadeDetector
from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.models.library import find_model, list_models
from fer_desktop.core.models.preprocessing import crop_face
from fer_desktop.core.paths import Paths, default_paths
from tests.support.models import write_tiny_model


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(
        settings=tmp_path / "settings.ini",
        logs=tmp_path / "logs",
        models=tmp_path / "models",
        runs=tmp_path / "runs",
        downloads=tmp_path / "downloads",
        assets=tmp_path / "assets",
    )


def test_the_bundled_models_come_before_the_users(paths: Paths) -> None:
    write_tiny_model(paths.models, "mine")
    write_tiny_model(paths.models / "folder", "nested")
    write_tiny_model(paths.bundled_models, "shipped")
    models = list_models(paths)
    assert [(model.name, model.bundled) for model in models] == [
        ("shipped", True),
        ("mine", False),
        ("nested", False),
    ]
    assert all(model.card is not None and model.problem is None for model in models)


def test_the_bundled_models_know_a_smile() -> None:
    """On scikit-image's astronaut, in the dim too."""
    models = list_models(default_paths())
    assert [model.name for model in models if model.bundled] == ["fer7", "fer7-original"]
    picture = np.ascontiguousarray(skimage.data.astronaut()[:, :, ::-1])
    (face,) = CascadeDetector(min_face=0.12).detect(picture)
    for model in models:
        classifier = create_classifier(model.path, device="cpu")
        rows = classifier.classify([crop_face(light, face.box) for light in (picture, picture // 4)])
        assert list(rows.argmax(axis=1)) == [EMOTIONS.index("happiness")] * 2
        assert rows.max(axis=1).min() > 0.5


def test_a_damaged_card_is_listed_with_its_problem(paths: Paths) -> None:
    paths.models.mkdir()
    (paths.models / "broken.json").write_text("{")
    (model,) = list_models(paths)
    assert model.card is None
    assert "broken.json: the model card cannot be read" in str(model.problem)


def test_without_folders_there_are_no_models(paths: Paths) -> None:
    assert list_models(paths) == ()


def test_a_model_is_found_by_name_or_path(paths: Paths, tmp_path: Path) -> None:
    shipped = write_tiny_model(paths.bundled_models, "same")
    assert find_model("same", paths) == shipped
    mine = write_tiny_model(paths.models, "same")
    assert find_model("same", paths) == mine
    elsewhere = write_tiny_model(tmp_path / "elsewhere", "other")
    assert find_model(str(elsewhere), paths) == elsewhere
    assert find_model("other", paths) is None
