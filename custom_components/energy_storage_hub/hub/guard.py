"""The guard of a counter: it rises as fast as its device can, and falls only when it began again.

Statistics add up whatever a counter does: one glitch, up or down, is energy that nobody used, for
good. So a reading is taken only if it can be true, judged by the time since the last one that was
taken and not by how often a wrong one is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
import math
from time import monotonic
from typing import Any

from ..model.quantity import LARGEST, Counter, Rate
from ..model.states import Value

DOUBT = 3 * 3600.0
"""A fall that nothing explains is believed when it has lasted so long, s."""

_JUMP, _NEAR, _TESTED = 0.2, 0.02, 0.01
"""Parts of where a counter stood."""

_LONGEST = 400 * 86_400.0
"""Nobody was away for longer: a file that says so is from a clock that was not set, s."""

_UNDONE = 600.0
"""A counter that goes on from before a jump for so long never jumped, s."""

_SETTLED = 10.0
"""A session's counter that starts again says so twice, so far apart, s."""

_EARLY = timedelta(minutes=10)
_LATE = timedelta(hours=3)
"""How far a device's or a cloud's midnight may be from ours."""


@dataclass(frozen=True, slots=True)
class Now:
    """The present: monotonic time for what passes, local time for days."""

    monotonic: float
    """s"""
    local: datetime
    """With its zone."""

    @property
    def unix(self) -> float:
        """Unix time, s."""
        return self.local.timestamp()


def now_utc() -> Now:
    """Return the present, for those who have no zone of their own."""
    return Now(monotonic(), datetime.now(UTC))


@dataclass(slots=True)
class _Doubt:
    """A lower level that has been told, and is not believed yet."""

    since: Now
    explained: bool
    """Whether a counter that began at zero since the last reading could have come so far."""
    value: float
    at: float
    """Monotonic time of the last reading of this level, s."""


class Guard:
    """Decides which readings of one counter of one device are taken."""

    __slots__ = (
        "_before_jump",
        "_changed_at",
        "_counter",
        "_doubt",
        "_rate",
        "_restarted_on",
        "_yesterday",
        "at",
        "held",
        "reset_at",
        "value",
    )

    def __init__(self, counter: Counter, rate: Rate) -> None:
        """Know of no reading yet."""
        self.value: float | None = None
        """The last reading that was taken."""
        self.at = 0.0
        """Monotonic time of it, s."""
        self.reset_at: float | None = None
        """When a counter for life began again, Unix time; None if it never did."""
        self.held = 0
        """Readings that were not taken."""
        self._counter = counter
        self._rate = rate
        self._doubt: _Doubt | None = None
        self._restarted_on: str = ""
        self._changed_at = 0.0
        """Monotonic time when the value was told for the first time, s."""
        self._yesterday: float | None = None
        """Where a counter of the day stood when it began again."""
        self._before_jump: tuple[float, float] | None = None
        """Value and monotonic time before the last rise that was no small step."""

    @property
    def doubts_since(self) -> float | None:
        """Since when a lower level is told, Unix time; None while there is no doubt."""
        return self._doubt.since.unix if self._doubt else None

    @property
    def doubted(self) -> float | None:
        """The lower level that is told; None while there is no doubt."""
        return self._doubt.value if self._doubt else None

    def take(self, reading: Value | None, now: Now, *, counted_here: bool = False) -> bool:
        """Take a reading, and return whether it is the counter's value now.

        What is counted here may rise at once: it makes up for what was missed, and knows how much
        that can be.
        """
        if not isinstance(reading, int | float) or not math.isfinite(reading) or reading < 0:
            return False  # no reading: what was known stays
        if self.value is None:
            believed = reading > 0 or counted_here or self._counter is not Counter.LIFE
        else:
            risen = counted_here and reading >= self.value
            believed = risen or self._is_believed(reading, now)
        if believed:
            self._accept(reading, now)
            return True
        self.held += 1
        return False

    def told_again(self, now: float) -> None:
        """Take note that the value was told again just now."""
        self.at = now
        self._doubt = None

    def believe_doubt(self, now: Now) -> float | None:
        """Take the lower level at a person's word; return the value from now on."""
        if self._doubt is None:
            return None
        self._begin_again(self._doubt.value, now)
        return self.value

    # Kept over restarts.

    def saved(self, now: Now) -> dict[str, Any]:
        """Return what a restart must not forget."""
        return {
            "value": self.value,
            "at": now.unix - (now.monotonic - self.at),
            "reset_at": self.reset_at,
            "restarted_on": self._restarted_on,
        }

    def restore(self, saved: Mapping[str, Any], now: Now) -> None:
        """Go on from what was saved. Raises LookupError, TypeError or ValueError for nonsense."""
        value, passed = saved["value"], now.unix - float(saved["at"])
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError("no number")
        if not 0 <= value < LARGEST or not math.isfinite(passed):
            raise ValueError("a number that cannot be")
        if passed < 0:
            passed = 86_400.0  # a clock that was not set yet tells nothing of the time between
        reset_at = saved.get("reset_at")
        self.value, self.at = value, now.monotonic - min(passed, _LONGEST)
        self._changed_at = self.at
        self.reset_at = None if reset_at is None else float(reset_at)
        self._restarted_on = str(saved.get("restarted_on", ""))

    # What is believed.

    def _accept(self, reading: float, now: Now) -> None:
        if self.value is not None and reading - self.value > self._rate.allowance:
            self._before_jump = self.value, self.at
        self.value, self.at, self._doubt = reading, now.monotonic, None
        self._changed_at = now.monotonic

    def _is_believed(self, reading: float, now: Now) -> bool:
        last = self.value or 0.0
        if reading >= last:
            rise = reading - last
            return rise <= self._rate.rise(now.monotonic - self.at) and not self._is_old(reading)
        if self._undoes_jump(reading, now) and self._lasts(reading, now, _UNDONE):
            self._before_jump = None
            return True
        match self._counter:
            case Counter.DAY if self._is_new_day(reading, now):
                self._restarted_on, self._yesterday = _day_of(now), last
                return True
            case Counter.SESSION:
                return self._lasts(reading, now, _SETTLED)
        if reading == 0:
            return False  # what a server or a device says that has no reading
        if not self._lasts(reading, now, DOUBT) or not (self._doubt and self._doubt.explained):
            return False
        self._begin_again(reading, now)
        return True

    def _begin_again(self, reading: float, now: Now) -> None:
        if self._counter is Counter.LIFE:
            self.reset_at = now.unix
        self._accept(reading, now)

    def _is_old(self, reading: float) -> bool:
        """Whether a counter of the day is suddenly where it stood yesterday: told late."""
        if not self._yesterday or self.value is None:
            return False
        jumps = reading - self.value > _JUMP * self._yesterday
        return jumps and abs(reading - self._yesterday) <= max(_NEAR * self._yesterday, 0.1)

    def _undoes_jump(self, reading: float, now: Now) -> bool:
        """Whether the counter goes on from before a jump, which was wrong then."""
        if self._before_jump is None or self._counter is not Counter.LIFE:
            return False
        value, at = self._before_jump
        return value <= reading <= value + self._rate.rise(now.monotonic - at)

    def _is_new_day(self, reading: float, now: Now) -> bool:
        """Whether a midnight explains the fall: one for each day."""
        if self._restarted_on == _day_of(now):
            return False
        midnight = _midnight(now)
        # In UTC: on the days of a clock change an hour is not what the clock says.
        read_at = now.local.astimezone(UTC) - timedelta(seconds=now.monotonic - self._changed_at)
        if not (midnight + _LATE >= now.local or read_at < midnight):
            return False
        passed = (now.local - midnight).total_seconds()
        return reading <= self._rate.rise(passed + _EARLY.total_seconds())

    def _lasts(self, reading: float, now: Now, seconds: float) -> bool:
        """Whether a lower level has been told for so long, rising as the counter would."""
        doubt = self._doubt
        if doubt is None or not (
            0 <= reading - doubt.value <= self._rate.rise(now.monotonic - doubt.at)
        ):
            # A new device has counted a little already, in its maker's tests.
            tested = _TESTED * (self.value or 0.0)
            explained = reading <= self._rate.rise(now.monotonic - self.at) + tested
            self._doubt = _Doubt(now, explained, reading, now.monotonic)
            return False
        doubt.value, doubt.at = reading, now.monotonic
        return now.monotonic - doubt.since.monotonic >= seconds


def _midnight(now: Now) -> datetime:
    """Return the midnight that began the day, or that will in a moment."""
    day = (now.local + _EARLY).date()
    return datetime.combine(day, time.min, tzinfo=now.local.tzinfo)


def _day_of(now: Now) -> str:
    return (now.local + _EARLY).date().isoformat()
