"""Writes names with the letters that OpenCV can draw."""

from __future__ import annotations

import unicodedata

from fer_desktop.core.plain_text import one_line
from fer_desktop.core.results import Person

MOST_LETTERS = 20

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "…": "...", "’": "'", "–": "-"}
)


def drawn_name(person: Person) -> str:
    """Returns the name without accents, or the person's number for a name in another script."""
    name = unicodedata.normalize("NFKD", one_line(person.title, MOST_LETTERS).translate(_LETTERS))
    plain = "".join(letter for letter in name if not unicodedata.combining(letter))
    return plain if plain.isascii() else f"#{person.id}"
