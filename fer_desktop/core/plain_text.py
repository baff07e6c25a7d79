"""Makes names and notes that people typed fit for one line, for XML and for a spreadsheet."""

from __future__ import annotations

import unicodedata

_FORMULA = ("=", "+", "-", "@")


def one_line(text: str, most: int | None = None) -> str:
    """Returns a text in one line: no control characters, single spaces, at most ``most`` characters.

    A text that was cut ends with "…".
    """
    line = " ".join(without_controls(text).split())
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def without_controls(text: str) -> str:
    """Returns the text without what XML 1.0 cannot hold: most control characters, and lone surrogates.

    Tab and line feed stay.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character
        for character in lines
        if character in "\t\n"
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in "\ufffe\uffff")
    )


def spreadsheet_safe(text: str) -> str:
    """Returns the text with an apostrophe before it if a spreadsheet would run it as a formula."""
    text = without_controls(text)
    return "'" + text if text.lstrip().startswith(_FORMULA) else text
