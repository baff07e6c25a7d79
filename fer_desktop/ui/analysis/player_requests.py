"""What a player is asked to do: the newest wish counts, steps add up."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class PlayerRequest:
    """number: counts what was asked. seek_s: where to go first. steps: frames to go from there.

    speed: of playing, in seconds of the recording per second.
    """

    number: int = 0
    seek_s: float | None = None
    steps: int = 0
    playing: bool = False
    speed: float = 1.0


class PlayerRequests:
    """A mailbox of one place, in which a new wish is put together with the one that was not taken yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = PlayerRequest()
        self.wake = threading.Event()
        """Set when there is something new."""

    @property
    def number(self) -> int:
        """Of the newest wish."""
        return self._wanted.number

    def seek(self, pts_s: float) -> None:
        self._put(seek_s=pts_s, steps=0)

    def step(self, frames: int) -> None:
        with self._lock:
            steps = self._wanted.steps + frames
        self._put(steps=steps, playing=False)

    def play(self, playing: bool) -> None:
        self._put(playing=playing)

    def set_speed(self, speed: float) -> None:
        self._put(speed=speed)

    def take(self) -> PlayerRequest:
        """For the thread that does it; where to go is taken out, whether to play stays."""
        with self._lock:
            self.wake.clear()
            taken, self._wanted = self._wanted, replace(self._wanted, seek_s=None, steps=0)
            return taken

    def stop_playing(self, number: int) -> None:
        """At the end of the recording, unless something else was asked meanwhile."""
        with self._lock:
            if self._wanted.number == number:
                self._wanted = replace(self._wanted, playing=False)

    def _put(self, **changes: object) -> None:
        with self._lock:
            self._wanted = replace(self._wanted, number=self._wanted.number + 1, **changes)  # type: ignore[arg-type]
            self.wake.set()
