"""The control requests to a player. The newest request counts, and steps add up."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class PlayerRequest:
    """A control request.

    number: counts the requests. seek_s: where to go first. steps: frames to go from there.
    playing: whether to play then.

    speed: of playing, in seconds of the recording per second.
    """

    number: int = 0
    seek_s: float | None = None
    steps: int = 0
    playing: bool = False
    speed: float = 1.0


class PlayerRequests:
    """A mailbox for one request. A new request is merged with one that was not taken yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = PlayerRequest()
        self.wake = threading.Event()
        """Set when there is a new request."""

    @property
    def number(self) -> int:
        """The number of the newest request."""
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
        """Returns the request for the player's thread. Seek and steps are removed, playing and speed stay."""
        with self._lock:
            self.wake.clear()
            taken, self._wanted = self._wanted, replace(self._wanted, seek_s=None, steps=0)
            return taken

    def stop_playing(self, number: int) -> None:
        """Ends playing at the end of the recording, unless there is a newer request."""
        with self._lock:
            if self._wanted.number == number:
                self._wanted = replace(self._wanted, playing=False)

    def _put(self, **changes: object) -> None:
        with self._lock:
            self._wanted = replace(self._wanted, number=self._wanted.number + 1, **changes)  # type: ignore[arg-type]
            self.wake.set()
