"""Names and notes that people typed, made fit for one line, for XML, for a spreadsheet."""

from __future__ import annotations

import unicodedata

_FORMULA = ("=", "+", "-", "@")


def one_line(text: str, most: int | None = None) -> str:
    """Without control characters and with single spaces; cut to ``most`` characters, with "…" last."""
    line = " ".join(without_controls(text).split())
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def without_controls(text: str) -> str:
    """Only what XML 1.0 can hold: no control characters but tab and line feed, no lone surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character
        for character in lines
        if character in "\t\n"
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in "\ufffe\uffff")
    )


def spreadsheet_safe(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run as a formula."""
    text = without_controls(text)
    return "'" + text if text.lstrip().startswith(_FORMULA) else text
