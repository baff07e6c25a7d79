from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS
from fer_desktop.core.training.messages import Progress, parse_line
from tests.support.fer2013 import picture, write_fer2013, write_pictures
from tests.trainer.data.test_folders import write_class
from trainer.__main__ import main
from trainer.data.datasets import load_dataset, training_rows
from trainer.data.inspection import inspect


def write_splits(folder: Path, **counts: int) -> None:
    """Class folders of three emotions below train/, validation/, test/, as many pictures as asked for."""
    for seed, (split, count) in enumerate(counts.items()):
        for emotion, name in enumerate(("anger", "disgust", "fear")):
            write_class(folder / split / name, emotion, count, seed=seed)


def said(found: dict[str, Any], words: str) -> bool:
    return any(words in warning for warning in found["warnings"])


def test_rows_and_classes_of_each_split(data: Path) -> None:
    found = inspect(data)
    assert (found["data"], found["kind"]) == (str(data), "fer2013")
    assert found["votes"] == str(data / "fer2013new.csv")
    assert found["splits"]["train"] == {"rows": 84, "labelled": 84, "counts": dict.fromkeys(EMOTIONS, 12)}
    assert found["splits"]["test"]["rows"] == 28
    assert found["warnings"] == []
    assert found["duplicates"] == found["dropped"] == {}
    assert inspect(data, labels="original")["votes"] is None


def test_what_is_dropped_is_what_training_drops(tmp_path: Path) -> None:
    folder = write_fer2013(tmp_path)
    lines = (folder / "fer2013.csv").read_text().splitlines()
    repeated = next(line for line in lines if line.endswith("PublicTest"))
    lines[1] = f"0,{repeated.split(',')[1]},Training"
    (folder / "fer2013.csv").write_text("\n".join(lines) + "\n")
    votes = (folder / "fer2013new.csv").read_text().splitlines()
    votes[2] = "Training,fer0000001.png,0,0,0,0,0,0,0,0,0,10"
    (folder / "fer2013new.csv").write_text("\n".join(votes) + "\n")
    found = inspect(folder)
    dataset, rows = training_rows(load_dataset(folder))
    assert found["dropped"] == {"not a face": 1, "exact duplicate of a validation row": 1}
    assert found["trained_on"] == dataset.report["trained_on"] == len(rows) == 82
    assert found["duplicates"] == {"train in validation": 1}
    assert said(found, "repeat a validation picture, exactly or nearly: 1.")


def test_duplicates_within_and_across_all_splits(tmp_path: Path) -> None:
    write_splits(tmp_path, train=4, validation=3, test=3)
    for source, target in (
        ("train/anger/0.png", "train/anger/again.png"),
        ("test/fear/0.png", "train/fear/leak.png"),
        ("test/fear/1.png", "validation/fear/leak.png"),
    ):
        shutil.copyfile(tmp_path / source, tmp_path / target)
    found = inspect(tmp_path)
    assert found["duplicates"] == {"within train": 1, "train in test": 1, "validation in test": 1}
    assert found["dropped"] == {"exact duplicate of a test row": 1}
    for words in ("repeat another one exactly: 1.", "repeat a test picture, exactly or nearly: 1."):
        assert said(found, words)


def test_files_that_are_no_pictures_are_named(tmp_path: Path) -> None:
    write_splits(tmp_path, train=4, validation=2)
    (tmp_path / "train" / "fear" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "train" / "boredom").mkdir()
    found = inspect(tmp_path, votes=Path("v.csv"))
    assert found["unreadable"] == ["train/fear/broken.png"]
    assert found["ignored_folders"] == ["train/boredom"]
    assert said(found, "left out because they cannot be read as pictures: 1.")
    assert said(found, "The votes in v.csv are not used.")
    assert said(found, "No training picture shows happiness, sadness, surprise or neutral")


def test_a_rare_emotion_is_named(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    emotions = [index % 6 for index in range(240)] + [6, 6]
    usages = ["Training"] * 241 + ["PublicTest"]
    rows = [
        (emotion, picture(emotion, generator), usage) for emotion, usage in zip(emotions, usages, strict=True)
    ]
    write_pictures(tmp_path / "fer2013.csv", rows)
    found = inspect(tmp_path)
    assert said(found, "Only 1 of 241 training pictures show neutral (0.4 %)")
    assert said(found, "No validation picture shows anger, disgust, fear, happiness, sadness or surprise")


def test_a_missing_validation_split_is_told(tmp_path: Path) -> None:
    write_splits(tmp_path / "folders", train=12)
    found = inspect(tmp_path / "folders")
    assert found["splits"]["validation"]["rows"] == 6
    assert said(found, "no folder named validation. So the last tenth of the training pictures")
    assert said(inspect(write_fer2013(tmp_path / "csv", validation=0)), "no validation pictures")


def test_pictures_of_one_sitting_stay_beside_those_held_out(tmp_path: Path) -> None:
    face, generator = picture(3, np.random.default_rng(0)), np.random.default_rng(1)
    for folder in ("train/happy", "separate/train/happy", "separate/validation/happy"):
        (tmp_path / folder).mkdir(parents=True)
    for number in range(10):
        image = np.clip(face + generator.normal(0, 3, face.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "train" / "happy" / f"{number}.png"), image)
        split = "validation" if number == 9 else "train"
        cv2.imwrite(str(tmp_path / "separate" / split / "happy" / f"{number}.png"), image)
    found = inspect(tmp_path)
    assert (found["trained_on"], found["dropped"]) == (9, {})
    assert said(found, "nearly repeat a held-out picture: 9. They are trained on")
    report = training_rows(load_dataset(tmp_path))[0].report
    assert (report["trained_on"], report["nearly_repeat_held_out_rows"]) == (9, 9)
    assert inspect(tmp_path / "separate")["dropped"] == {"near duplicate of a validation row": 9}


def test_a_data_set_without_training_rows_is_for_evaluation(tmp_path: Path) -> None:
    write_class(tmp_path / "joy", 3, 2)
    found = inspect(tmp_path, pictures=tmp_path / "out")
    assert found["trained_on"] == 0
    assert said(found, "can only be used to evaluate a model")
    assert found["pictures"] == dict.fromkeys(EMOTIONS)
    with np.load(tmp_path / "out" / "pictures.npz") as content:
        assert content["images"].shape == (0, 64, 64)


def test_too_few_rows_are_reported_not_refused(tmp_path: Path) -> None:
    write_splits(tmp_path, train=1, validation=2)
    for emotion in ("anger", "disgust", "fear"):
        shutil.copyfile(tmp_path / f"validation/{emotion}/0.png", tmp_path / f"train/{emotion}/0.png")
    found = inspect(tmp_path)
    assert found["trained_on"] == 0
    assert said(found, "Only 0 of 3 training pictures can be used. Training needs at least 2.")


def test_the_command_shows_progress_and_writes_samples(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", "--data", str(data), "--pictures", str(tmp_path)]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert {type(parse_line(line)) for line in lines} == {Progress}
    assert json.loads(last)["pictures"] == dict.fromkeys(EMOTIONS, "pictures.npz")
    with np.load(tmp_path / "pictures.npz") as content:
        assert (content["images"].shape, content["images"].dtype) == ((84, 64, 64), np.uint8)
        assert np.bincount(content["labels"]).tolist() == [12] * 7
    assert [path.name for path in tmp_path.iterdir()] == ["pictures.npz"]


def test_no_more_than_24_samples_of_each(tmp_path: Path) -> None:
    write_class(tmp_path / "train" / "fear", 2, 40)
    inspect(tmp_path, pictures=tmp_path)
    with np.load(tmp_path / "pictures.npz") as content:
        assert len(content["images"]) == 24


def test_a_data_set_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--data", str(tmp_path / "absent")]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
