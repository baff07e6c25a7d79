from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.core.emotions import EMOTIONS, index_of
from tests.support.fer2013 import VOTE_COLUMNS, picture, write_fer2013, write_pictures, write_votes
from tests.support.media import shared_fer2013
from trainer.data.datasets import load_dataset, training_rows
from trainer.data.fer2013 import VOTES_FILE, vote_majority, vote_targets
from trainer.data.samples import NO_LABEL, DataError


def votes(**counts: int) -> np.ndarray:
    return np.array([[counts.get(name, 0) for name in VOTE_COLUMNS]], dtype=np.float32)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"anger": 6, "neutral": 4}, "anger"),
        ({"anger": 5, "neutral": 5}, None),
        (
            {"anger": 4, "neutral": 3, "sadness": 1, "fear": 1, "disgust": 1},
            "anger",
        ),  # single votes do not count
        ({"contempt": 8, "neutral": 2}, None),
        ({"NF": 9, "neutral": 1}, None),
        ({"unknown": 6, "fear": 4}, None),
        (dict.fromkeys(VOTE_COLUMNS, 1), None),
    ],
)
def test_majority_follows_the_protocol(counts: dict[str, int], expected: str | None) -> None:
    majority = vote_majority(votes(**counts))[0]
    assert majority == (NO_LABEL if expected is None else index_of(expected))


def test_targets_are_distributions_over_the_seven() -> None:
    targets, _ = vote_targets(votes(anger=6, neutral=2, contempt=2))
    assert targets[0, index_of("anger")] == pytest.approx(0.75)
    assert targets[0].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"NF": 9, "neutral": 1}, "not a face"),
        ({"neutral": 1, "anger": 1}, "no emotion with two votes"),
        ({"unknown": 6, "fear": 4}, "mostly contempt or unknown"),
    ],
)
def test_rows_without_use_are_zero_and_counted(counts: dict[str, int], reason: str) -> None:
    targets, reasons = vote_targets(votes(**counts))
    assert not targets.any()
    assert [name for name, mask in reasons.items() if mask[0]] == [reason]


@pytest.mark.parametrize("packed", [False, True])
def test_reads_plain_and_packed(tmp_path: Path, packed: bool) -> None:
    dataset = load_dataset(write_fer2013(tmp_path, packed=packed))
    assert {name: len(rows) for name, rows in dataset.splits.items()} == {
        "train": 84,
        "validation": 28,
        "test": 28,
    }
    train = dataset.split("train")
    assert train.images[0].shape == (48, 48)
    assert train.majority.tolist() == train.original.tolist()


def test_without_votes_targets_are_the_own_labels(tmp_path: Path) -> None:
    train = load_dataset(write_fer2013(tmp_path, votes=False)).split("train")
    assert np.array_equal(train.targets, np.eye(7, dtype=np.float32)[train.original])


def test_labels_original_leaves_votes_aside(tmp_path: Path) -> None:
    folder = write_fer2013(tmp_path)
    assert load_dataset(folder).split("train").targets[0].max() == pytest.approx(0.8)
    assert load_dataset(folder, labels="original").split("train").targets[0].max() == 1


def test_labels_votes_without_votes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"fer2013new\.csv"):
        load_dataset(write_fer2013(tmp_path, votes=False), labels="votes")


def test_own_labels_can_be_mixed_in(tmp_path: Path) -> None:
    write_fer2013(tmp_path, votes=False)
    rows = [({"neutral": 10}, "Training")] * 84 + [({"neutral": 10}, "PublicTest")] * 28
    write_votes(tmp_path / "fer2013new.csv", rows + [({"neutral": 10}, "PrivateTest")] * 28)
    _, samples = training_rows(load_dataset(tmp_path), original_share=0.25)
    angry = samples.targets[samples.original == 0]
    assert angry[:, index_of("anger")] == pytest.approx(0.25)
    assert angry[:, index_of("neutral")] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("emotion,pixels,Usage", "emotion,Usage", "columns are missing: pixels"),
        ("\r\n0,", "\r\n7,", "line 2: emotion is '7'"),
        ("\r\n0,", "\r\nx,", "line 2: emotion is 'x'"),
        ("\r\n0,", "\r\n0,999 ", "line 2: 2305 pixels"),
        ("\r\n0,", "\r\n" + "9" * 5000 + ",", "line 2: emotion is '9"),
        ("Training", "Test", "line 2: Usage is 'Test'"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write_fer2013(tmp_path, votes=False) / "fer2013.csv"
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))
    with pytest.raises(DataError, match=re.escape(message)):
        load_dataset(path)


def test_damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = write_fer2013(tmp_path, packed=True) / "fer2013.csv.gz"
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DataError, match="cannot be read"):
        load_dataset(path)


def test_damage_inside_gzip_is_refused(tmp_path: Path) -> None:
    path = write_fer2013(tmp_path, packed=True) / "fer2013.csv.gz"
    content = bytearray(path.read_bytes())
    content[5000:5100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        load_dataset(path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda content: b"\xef\xbb\xbf" + content, id="byte order mark"),
        pytest.param(lambda content: content.replace(b"\r\n", b"\n"), id="Unix line ends"),
        pytest.param(lambda content: content.replace(b"Usage", b" usage", 1), id="small letters"),
        pytest.param(lambda content: content.replace(b"emotion", b"Emotion", 1), id="a capital"),
        pytest.param(lambda content: content.replace(b"NF", b"nf", 1), id="small letters of votes"),
    ],
)
def test_other_spellings_are_read(data: Path, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    for name in ("fer2013.csv", VOTES_FILE):
        (tmp_path / name).write_bytes(change((data / name).read_bytes()))
    expected, found = load_dataset(data).split("train"), load_dataset(tmp_path).split("train")
    assert np.array_equal(expected.images, found.images)
    assert np.array_equal(expected.targets, found.targets)


@pytest.mark.parametrize("vote", ["nan", "-1", "inf", "", "many"])
def test_a_vote_that_is_no_count_is_named(tmp_path: Path, vote: str) -> None:
    path = write_fer2013(tmp_path) / VOTES_FILE
    path.write_text(path.read_text().replace(",2,", f",{vote},", 1))
    with pytest.raises(DataError, match=f"line 2: a vote is '{vote}'"):
        load_dataset(tmp_path)


def test_votes_of_other_rows_are_refused(tmp_path: Path) -> None:
    folder = write_fer2013(tmp_path)
    write_votes(folder / "fer2013new.csv", [({"neutral": 5}, "PublicTest")] * 140)
    with pytest.raises(DataError, match="line 2: Usage is 'PublicTest', the picture says 'Training'"):
        load_dataset(folder)
    write_votes(folder / "fer2013new.csv", [({"neutral": 5}, "Training")] * 84)
    with pytest.raises(DataError, match="84 rows of votes for 140 pictures"):
        load_dataset(folder)


def test_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither FER2013"):
        load_dataset(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        load_dataset(tmp_path / "absent")


def test_training_rows_that_repeat_evaluation_rows_are_dropped(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    pictures = [picture(index % 7, generator) for index in range(21)]
    brighter = np.clip(pictures[15].astype(int) * 0.9 + 10, 0, 255).astype(np.uint8)
    rows = [(0, image, "Training") for image in pictures[:7]]
    rows += [(0, pictures[14], "Training"), (0, np.fliplr(brighter), "Training")]
    rows += [(0, image, "PublicTest") for image in pictures[7:14]]
    rows += [(0, image, "PrivateTest") for image in pictures[14:]]
    write_pictures(tmp_path / "fer2013.csv", rows)
    dataset, samples = training_rows(load_dataset(tmp_path))
    assert len(samples) == 7
    assert dataset.report["dropped"]["exact duplicate of a test row"] == 1
    assert dataset.report["dropped"]["near duplicate of a test row"] == 1
    assert len(dataset.split("test")) == 7


@pytest.mark.slow
def test_the_real_files_give_the_published_counts() -> None:
    dataset = load_dataset(shared_fer2013())
    test = dataset.split("test")
    assert [len(dataset.splits[name]) for name in ("train", "validation", "test")] == [28558, 3579, 3573]
    assert int((test.majority != NO_LABEL).sum()) == 3136
    assert len(EMOTIONS) == 7
