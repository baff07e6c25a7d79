"""The seven emotions: names, order, colours and icons. No other module defines them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emotion:
    """One class. ``colour`` is from the colour-blind safe palette of Okabe and Ito (2008)."""

    name: str
    title: str
    colour: str
    icon: str

    @property
    def rgb(self) -> tuple[int, int, int]:
        return int(self.colour[1:3], 16), int(self.colour[3:5], 16), int(self.colour[5:7], 16)

    @property
    def bgr(self) -> tuple[int, int, int]:
        red, green, blue = self.rgb
        return blue, green, red


def _emotion(name: str, colour: str) -> Emotion:
    return Emotion(name=name, title=name.capitalize(), colour=colour, icon=f"emotion-{name}.svg")


ALL: tuple[Emotion, ...] = (
    _emotion("anger", "#D55E00"),
    _emotion("disgust", "#009E73"),
    _emotion("fear", "#CC79A7"),
    _emotion("happiness", "#F0E442"),
    _emotion("sadness", "#0072B2"),
    _emotion("surprise", "#56B4E9"),
    _emotion("neutral", "#999999"),
)

EMOTIONS: tuple[str, ...] = tuple(emotion.name for emotion in ALL)

UNCERTAIN = "uncertain"
"""The icon of a face without a label."""

_SYNONYMS: dict[str, str] = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "scared": "fear",
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "suprise": "surprise",
    "calm": "neutral",
}


def by_name(name: str) -> Emotion:
    """Returns the emotion with this exact name. Raises KeyError for another name."""
    return ALL[index_of(name)]


def index_of(name: str) -> int:
    """Returns the position of an emotion in EMOTIONS. Raises KeyError for another name."""
    try:
        return EMOTIONS.index(name)
    except ValueError:
        raise KeyError(name) from None


def canonical_name(name: str) -> str | None:
    """Returns the emotion that a word names, such as 'happiness' for 'Happy' or 'joy'; None for other
    words."""
    word = name.strip().lower()
    return word if word in EMOTIONS else _SYNONYMS.get(word)
