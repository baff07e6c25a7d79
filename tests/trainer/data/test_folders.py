from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS, index_of
from tests.support.fer2013 import picture
from trainer.data.datasets import load_dataset, training_rows
from trainer.data.samples import DataError


def write_class(folder: Path, emotion: int, count: int, *, seed: int = 0, colour: bool = False) -> None:
    folder.mkdir(parents=True)
    generator = np.random.default_rng([seed, emotion])
    for index in range(count):
        image = picture(emotion, generator)
        cv2.imwrite(
            str(folder / f"{index}.png"), cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if colour else image
        )


def test_reads_splits_and_synonyms(tmp_path: Path) -> None:
    for split, seed in (("train", 1), ("validation", 2), ("test", 3)):
        for emotion, name in enumerate(
            ["Angry", "disgust", "fearful", "happy", "sad", "surprised", "neutral"]
        ):
            write_class(tmp_path / split / name, emotion, 3, seed=seed, colour=True)
    dataset = load_dataset(tmp_path)
    assert dataset.kind == "folders"
    for split in ("train", "validation", "test"):
        assert dataset.report[split]["original"] == dict.fromkeys(EMOTIONS, 3)
    assert dataset.split("test").images[0].shape == (48, 48)


def test_validation_is_held_out_when_absent(tmp_path: Path) -> None:
    write_class(tmp_path / "train" / "happy", 3, 20)
    write_class(tmp_path / "train" / "sad", 4, 20)
    dataset = load_dataset(tmp_path)
    assert len(dataset.split("validation")) == dataset.report["validation_held_out"] == 4
    assert len(dataset.split("train")) == 36
    assert dataset.split("validation").names == ("happy/8.png", "happy/9.png", "sad/8.png", "sad/9.png")


def test_classes_directly_in_the_folder_are_the_test_rows(tmp_path: Path) -> None:
    write_class(tmp_path / "joy", 3, 2)
    assert load_dataset(tmp_path).split("test").original.tolist() == [index_of("happiness")] * 2


def test_unreadable_and_unknown_are_named(tmp_path: Path) -> None:
    write_class(tmp_path / "test" / "fear", 2, 2)
    write_class(tmp_path / "test" / "boredom", 2, 2)
    (tmp_path / "test" / "fear" / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "test" / "fear" / "notes.txt").write_text("left alone")
    dataset = load_dataset(tmp_path)
    assert dataset.report["unreadable"] == ["test/fear/broken.jpg"]
    assert dataset.report["unknown_folders"] == ["test/boredom"]
    assert len(dataset.split("test")) == 2


def test_nothing_readable_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test" / "fear").mkdir(parents=True)
    with pytest.raises(DataError, match="no readable pictures"):
        load_dataset(tmp_path)


def test_leaks_across_splits_are_dropped(tmp_path: Path) -> None:
    write_class(tmp_path / "train" / "happy", 3, 6, seed=1)
    write_class(tmp_path / "validation" / "happy", 3, 3, seed=2)
    (tmp_path / "train" / "happy" / "leak.png").write_bytes(
        (tmp_path / "validation/happy/0.png").read_bytes()
    )
    dataset, samples = training_rows(load_dataset(tmp_path))
    assert len(samples) == 6
    assert dataset.report["dropped"]["exact duplicate of a validation row"] == 1


def test_non_ascii_paths(tmp_path: Path) -> None:
    source = tmp_path / "plain" / "happy"
    write_class(source, 3, 1)
    target = tmp_path / "Ünïcode 表情" / "happy"
    target.mkdir(parents=True)
    (target / "ä.png").write_bytes((source / "0.png").read_bytes())
    assert len(load_dataset(tmp_path / "Ünïcode 表情").split("test")) == 1


@pytest.mark.parametrize("kind", ["16-bit", "transparent", "one pixel high"])
def test_odd_pictures_are_grey_bytes(tmp_path: Path, kind: str) -> None:
    face = picture(3, np.random.default_rng(0))
    image = {
        "16-bit": face.astype(np.uint16) * 257,
        "transparent": cv2.cvtColor(face, cv2.COLOR_GRAY2BGRA),
        "one pixel high": face[:1],
    }[kind]
    (tmp_path / "happy").mkdir()
    cv2.imwrite(str(tmp_path / "happy" / "a.png"), image)
    found = load_dataset(tmp_path).split("test").images[0]
    assert found.dtype == np.uint8
    assert np.array_equal(found, face[:1] if kind == "one pixel high" else face)


def test_a_picture_too_large_to_decode_is_left_out(tmp_path: Path) -> None:
    write_class(tmp_path / "happy", 3, 1)
    header = b"P5 200000 200000 255\n"
    (tmp_path / "happy" / "huge.png").write_bytes(header + bytes(100))
    assert load_dataset(tmp_path).report["unreadable"] == [f"{tmp_path.name}/happy/huge.png"]


def test_two_folders_for_one_split_are_refused(tmp_path: Path) -> None:
    for name in ("val", "validation"):
        write_class(tmp_path / name / "happy", 3, 1)
    with pytest.raises(DataError, match="both val and validation hold validation pictures"):
        load_dataset(tmp_path)
