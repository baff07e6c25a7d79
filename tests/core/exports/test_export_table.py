from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from fer_desktop.core.errors import OutputError
from fer_desktop.core.exports import face_table as export_table
from fer_desktop.core.exports.face_table import COLUMNS, FACTS_KEY, write_table_csv, write_table_parquet
from fer_desktop.core.results.stored import StoredAnalysis
from fer_desktop.core.sinks.tables import CSV_COLUMNS, csv_rows
from tests.support.tracks import stored_of

NAMES = {1: 'Ädä, "the\nfirst"', 2: "=1+1"}


@pytest.fixture
def stored() -> StoredAnalysis:
    return stored_of("hhs u", " ss  ", "nnnn ", names=NAMES)


@pytest.fixture(params=[2, 20_000])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Lines of different people and frames fall on the edges of the parts."""
    monkeypatch.setattr(export_table, "CHUNK_ROWS", request.param)
    return request.param


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_first_columns_are_those_of_an_analysis(
    stored: StoredAnalysis, tmp_path: Path, chunk: int
) -> None:
    write_table_csv(stored, tmp_path / "t.csv")
    header, *rows = rows_of(tmp_path / "t.csv")
    assert tuple(header) == COLUMNS == (*CSV_COLUMNS, "person_id", "person")
    expected = "".join(csv_rows(stored.table.result(position)) for position in range(5))
    assert [row[: len(CSV_COLUMNS)] for row in rows] == list(csv.reader(expected.splitlines()))


def test_names_survive_and_run_nothing(stored: StoredAnalysis, tmp_path: Path) -> None:
    write_table_csv(stored, tmp_path / "t.csv")
    names = {row[-2]: row[-1] for row in rows_of(tmp_path / "t.csv")[1:]}
    assert names == {"1": NAMES[1], "2": "'=1+1", "3": "Person 3"}


def test_a_frame_of_ignored_people_only_is_a_frame_without_faces(
    stored: StoredAnalysis, tmp_path: Path, chunk: int
) -> None:
    people = stored.people.ignoring(1, True).ignoring(3, True)
    write_table_csv(stored.with_people(people), tmp_path / "t.csv")
    rows = rows_of(tmp_path / "t.csv")[1:]
    assert [(row[0], row[2]) for row in rows] == [("0", ""), ("1", "2"), ("2", "2"), ("3", ""), ("4", "")]
    assert rows[0] == ["0", "0.000000", *[""] * (len(COLUMNS) - 2)]


def test_parquet_has_the_same_with_types(stored: StoredAnalysis, tmp_path: Path, chunk: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    write_table_csv(stored, tmp_path / "t.csv")
    write_table_parquet(stored, tmp_path / "t.parquet")
    table = pq.read_table(tmp_path / "t.parquet")
    assert tuple(table.column_names) == COLUMNS
    assert table.schema.field("frame").type == pa.int64()
    assert table.schema.field("pts_s").type == pa.float64()
    assert table.schema.field("happiness").type == pa.float32()
    assert table.schema.field("person_id").type == pa.int32()
    assert json.loads(table.schema.metadata[FACTS_KEY.encode()]) == stored.facts
    lines = rows_of(tmp_path / "t.csv")[1:]
    assert table.num_rows == len(lines)
    for line, row in zip(lines, table.to_pylist(), strict=True):
        for (name, value), text in zip(row.items(), line, strict=True):
            if text == "":
                assert value is None
            elif name in ("label", "person"):
                assert value == text.removeprefix("'")
            else:
                assert value == pytest.approx(float(text), abs=1e-4)


def test_without_frames_there_is_a_header(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write_table_csv(stored_of(""), tmp_path / "t.csv")
    write_table_parquet(stored_of(""), tmp_path / "t.parquet")
    assert rows_of(tmp_path / "t.csv") == [list(COLUMNS)]
    assert pq.read_table(tmp_path / "t.parquet").num_rows == 0


@pytest.mark.parametrize("write", [write_table_csv, write_table_parquet])
def test_a_failure_leaves_what_was_there(write, stored: StoredAnalysis, tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text("before")

    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(stored, path, on_progress=stop)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("write", [write_table_csv, write_table_parquet])
def test_a_folder_that_is_a_file_is_named(write, stored: StoredAnalysis, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write(stored, tmp_path / "file" / "table")


def test_the_progress_ends_at_one(stored: StoredAnalysis, tmp_path: Path, chunk: int) -> None:
    told: list[float] = []
    write_table_csv(replace(stored, path=tmp_path), tmp_path / "t.csv", on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
