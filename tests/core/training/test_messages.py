from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_desktop.core.training import messages
from fer_desktop.core.training.messages import (
    Checkpoint,
    Epoch,
    Failed,
    Finished,
    MessageReader,
    Paused,
    Progress,
    RunMessage,
    RunStarted,
    Step,
    parse_line,
    to_line,
)

EXAMPLES: tuple[RunMessage, ...] = (
    RunStarted("/runs/a", {"epochs": 3}, {"rows": 7}, "lite0", "cpu", 4_000_000, 30, 0),
    Step(3, 1, 1.25, 1e-3, 80.0, 12.5),
    Epoch(1, 0.9, {"accuracy": 0.5, "confusion_matrix": [[1] * 7] * 7}, True, 10),
    Checkpoint(10, "/runs/a/ü.pt"),
    Paused(4),
    Finished("completed", 30, "/runs/a/fer7.json", 61.5),
    Finished("stopped", 12, None, 9.0),
    Failed("no room\nleft"),
    Progress("rows", 3, 0),
)


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_is_one_ascii_line_and_comes_back(message: RunMessage) -> None:
    line = to_line(message)
    assert line.isascii()
    assert line.count("\n") == 1
    assert parse_line(line) == message


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Downloading…",
        "[]",
        "null",
        "7",
        "{}",
        '{"type": "step"}',
        '{"type": "paused", "step": "4"}',
        '{"type": "paused", "step": true}',
        '{"type": "paused", "step": 4, "more": 1}',
        '{"type": "finished", "outcome": "won", "step": 1, "card": null, "seconds": 1}',
        '{"type": ["paused"], "step": 4}',
        '{"type": "paused", "step": 4',
        "[" * 100_000,
    ],
)
def test_anything_else_is_no_message(line: str) -> None:
    assert parse_line(line) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_line(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_message_with_a_wrong_value_is_none_or_of_the_right_types(
    message: RunMessage, data: st.DataObject
) -> None:
    content = json.loads(to_line(message))
    name = data.draw(st.sampled_from(sorted(content)))
    content[name] = data.draw(json_values)
    read = parse_line(json.dumps(content))
    assert read is None or parse_line(to_line(read) if _is_finite(read) else "{") in (read, None)


def _is_finite(message: RunMessage) -> bool:
    try:
        to_line(message)
    except ValueError:
        return False
    return True


pieces = st.lists(
    st.one_of(
        st.sampled_from(EXAMPLES).map(lambda message: to_line(message).encode()),
        st.binary(max_size=60).map(lambda noise: noise.replace(b"\n", b"") + b"\n"),
    ),
    max_size=12,
)


@given(pieces, st.data())
def test_messages_come_whole_however_the_stream_is_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    reader, at_once = MessageReader(), MessageReader().feed(stream)
    in_pieces = [
        item
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for item in reader.feed(stream[start:end])
    ]
    assert in_pieces == at_once
    sent = [parse_line(line.decode(errors="replace")) for line in lines]
    assert [item for item in at_once if not isinstance(item, str)] == [
        item for item in sent if item is not None
    ]


def test_a_line_without_end_does_not_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LONGEST_LINE", 1000)
    reader = MessageReader()
    for _ in range(50):
        assert reader.feed(b"x" * 400) == []
        assert len(reader._rest) <= 1000
    assert reader.feed(b"y\n" + to_line(Paused(2)).encode()) == [Paused(2)]


def test_a_huge_line_that_comes_at_once_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LONGEST_LINE", 1000)
    assert MessageReader().feed(b"x" * 2000 + b"\nwords\n" + to_line(Paused(2)).encode()) == [
        "words",
        Paused(2),
    ]
