"""The last known value of every state of a device, how old it is, and what a reading changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
import math
import time
from typing import Any

from ..model.quantity import QUANTITIES, Counter, Quantity, Rate
from ..model.source import Reading
from ..model.states import LAST_REPORT, StateRow, Value
from .guard import Guard, Now, now_utc

_SAME = 1.0
"""Reports whose ages differ by less are as old as each other, s."""

_HEADROOM = 1.5
"""So much more than its rated power a device may deliver, and clocks may differ."""

_ENERGIES = frozenset({Quantity.ENERGY_TOTAL, Quantity.ENERGY_DAY, Quantity.ENERGY_SESSION})

_ANY_RATE = Rate(math.inf, math.inf)

_MISSING = object()

_KEYS: dict[frozenset[str], frozenset[str]] = {}


@dataclass(slots=True)
class Changes:
    """Keys whose value changed, and keys that are there for the first time."""

    changed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Report:
    """What is known of a report: when it was told, for how long that lasts, what it tells."""

    told_at: float
    life: float
    keys: frozenset[str] = frozenset()
    counters: frozenset[str] = frozenset()
    """Those of its keys that count up."""
    ended: bool = False

    def tells(self, reading: Reading, counters: Collection[str]) -> None:
        """Take note of the states that it tells: thousands of devices tell the same."""
        told = self.keys.union(reading.values, reading.zeros)
        self.keys = _KEYS.setdefault(told, told)
        counting = told.intersection(counters)
        self.counters = _KEYS.setdefault(counting, counting)


class DeviceStore:
    """The states of one device."""

    __slots__ = ("_guards", "_kept", "_reports", "_rows", "guards", "now", "rated_power", "values")

    def __init__(self, counters: Mapping[str, StateRow], now: Callable[[], Now] = now_utc) -> None:
        """Start without any state; `counters` are the rows that count up, by key."""
        self.values: dict[str, Value | None] = {}
        self.guards: dict[str, Guard] = {}
        """Of the counters that were told, by key."""
        self.rated_power = 0.0
        """Of the device, W; 0 if that is not known."""
        self._rows = counters
        self.now = now
        self._kept: Mapping[str, Any] = {}
        self._reports: dict[str, _Report] = {}

    def merge(self, reading: Reading) -> Changes:
        """Take over what a reading says; what it does not say stays as it was.

        A report that is older than what is known of it tells nothing. One that is over its life
        tells only what does not age: counters.
        """
        changes = Changes()
        told_at = time.monotonic() - reading.age
        if reading.report and not self._is_newest(reading, told_at, changes):
            return changes
        if reading.age >= reading.life:
            self._merge_stale(reading, changes)
        else:
            self._tell_again(reading)
            self._merge(reading.values, changes, counted_here=reading.counted_here)
            self._merge_zeros(reading.zeros, changes)
        return changes

    def expire(self) -> list[str]:
        """Forget what is over its life; return the keys of the states that are unknown now."""
        now = time.monotonic()
        over, alive = [], set[str]()
        for report in self._reports.values():
            if now - report.told_at < report.life:
                alive |= report.keys
            elif not report.ended:
                over.append(report)
        changed = []
        for report in over:
            report.ended = True
            for key in report.keys - alive - self._rows.keys():
                if self.values.get(key) is not None:
                    self.values[key] = None
                    changed.append(key)
        return changed

    # What is kept over restarts.

    def saved(self) -> dict[str, Any]:
        """Return the counters as they stand."""
        now = self.now()
        return {**self._kept, **{key: guard.saved(now) for key, guard in self.guards.items()}}

    def restore(self, counters: Mapping[str, Any]) -> None:
        """Let the counters go on from where they stood."""
        self._kept = counters

    # Merging.

    def _is_newest(self, reading: Reading, told_at: float, changes: Changes) -> bool:
        """Whether a report is not older than what is known of it; if so, that is noted."""
        report = self._reports.get(reading.report)
        if report is None:
            report = self._reports[reading.report] = _Report(told_at, reading.life)
        elif told_at < report.told_at - _SAME:
            return False
        report.told_at, report.life, report.ended = told_at, reading.life, False
        if not (reading.values.keys() <= report.keys and report.keys.issuperset(reading.zeros)):
            report.tells(reading, self._rows.keys())
        self._set_last_report(round(time.time() - reading.age), changes)
        return True

    def _set_last_report(self, at: int, changes: Changes) -> None:
        before = self.values.get(LAST_REPORT.key)
        if not isinstance(before, int):
            changes.new.append(LAST_REPORT.key)
        elif at > before:
            changes.changed.append(LAST_REPORT.key)
        else:
            return
        self.values[LAST_REPORT.key] = at

    def _merge(
        self, told: Mapping[str, Value | None], changes: Changes, *, counted_here: bool = False
    ) -> None:
        values, counters = self.values, self._rows
        for key, value in told.items():
            old = values.get(key, _MISSING)
            if old == value:
                continue
            if key in counters and not (guard := self._guard(key)).take(
                value, self.now(), counted_here=counted_here
            ):
                if old is _MISSING:
                    changes.new.append(key)
                    values[key] = guard.value  # as before a restart
                continue
            (changes.new if old is _MISSING else changes.changed).append(key)
            values[key] = value

    def _tell_again(self, reading: Reading) -> None:
        """Let the guards know of counters that stand where they stood."""
        if (report := self._reports.get(reading.report)) is None:
            return
        now = time.monotonic()
        for key in report.counters:
            guard = self.guards.get(key)
            if guard and guard.value is not None and reading.values.get(key) == guard.value:
                guard.told_again(now)

    def _merge_zeros(self, zeros: Iterable[str], changes: Changes) -> None:
        for key in zeros:
            if self.values.get(key, 0.0) != 0.0:
                self.values[key] = 0.0
                changes.changed.append(key)

    def _merge_stale(self, reading: Reading, changes: Changes) -> None:
        kept = {
            key: value if key in self._rows else None
            for key, value in reading.values.items()
            if key in self._rows or key not in self.values
        }
        self._merge(kept, changes)

    def _guard(self, key: str) -> Guard:
        if (guard := self.guards.get(key)) is None:
            row = self._rows[key]
            meaning = QUANTITIES[row.quantity]
            counter, rate = meaning.counter or Counter.LIFE, meaning.rate or _ANY_RATE
            guard = self.guards[key] = Guard(counter, self._rate(row, rate))
            if (saved := self._kept.get(key)) is not None:
                _restore(guard, saved, self.now())
        return guard

    def _rate(self, row: StateRow, largest: Rate) -> Rate:
        if self.rated_power and row.quantity in _ENERGIES:
            return Rate(self.rated_power / 1000 * _HEADROOM, largest.allowance)
        return largest


def _restore(guard: Guard, saved: Any, now: Now) -> None:
    try:
        guard.restore(saved, now)
    except LookupError, TypeError, ValueError:
        return  # from a broken file: the counter begins anew


def counter_rows(rows: Iterable[StateRow]) -> dict[str, StateRow]:
    """Return the rows of the states that count up, by key."""
    return {row.key: row for row in rows if QUANTITIES[row.quantity].counter}
