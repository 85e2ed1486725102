"""Clocks: the wall, one that a test moves by hand, and the plant's own faster one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

type Now = Callable[[], datetime]

HOME = ZoneInfo("Europe/Berlin")


def wall_clock() -> datetime:
    """Return the time of day, with zone."""
    return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        """Stand at `start`, which needs a zone."""
        self.time = start

    def __call__(self) -> datetime:
        """Return the time it was moved to."""
        return self.time

    def move(self, seconds: float) -> None:
        """Move ahead."""
        self.time += timedelta(seconds=seconds)


class PlantClock:
    """The plant's time: starts at a time of day and runs `speed` times as fast as `now`."""

    def __init__(self, now: Now, speed: float = 1.0, start: time | None = None) -> None:
        """Tie the plant's time to `now`; `start` is a time of day at home."""
        self._now = now
        self._speed = speed
        self._wall = self._plant = now()
        if start is not None:
            at_home = self._wall.astimezone(HOME)
            self._plant = at_home.replace(
                hour=start.hour, minute=start.minute, second=0, microsecond=0
            ).astimezone(UTC)

    def __call__(self) -> datetime:
        """Return the plant's time now."""
        return self._plant + (self._now() - self._wall) * self._speed
