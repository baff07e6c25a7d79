"""What an overlay shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """Which parts are drawn. ``blur`` hides the faces below whatever else is drawn."""

    boxes: bool = True
    labels: bool = True
    bars: bool = True
    blur: bool = False


DEFAULT_STYLE = OverlayStyle()
