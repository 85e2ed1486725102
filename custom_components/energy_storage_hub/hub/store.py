"""The last known value of every state of a device, and which of them a reading changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model.quantity import QUANTITIES, Counter
from ..model.source import Reading
from ..model.states import StateRow, Value

_DROPS_BELIEVED = 5
"""So many reports in a row must agree before a counter may fall: a battery was replaced."""

_MISSING = object()


@dataclass(slots=True)
class Changes:
    """Keys whose value changed, and keys that are there for the first time."""

    changed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


def counter_keys(rows: Mapping[str, StateRow]) -> frozenset[str]:
    """Return the keys of the states that count up for life."""
    return frozenset(
        key for key, row in rows.items() if QUANTITIES[row.quantity].counter is Counter.LIFE
    )


class DeviceStore:
    """The states of one device."""

    __slots__ = ("_counters", "_drops", "values")

    def __init__(self, counters: frozenset[str]) -> None:
        """Start without any state; `counters` are the keys that only rise."""
        self.values: dict[str, Value | None] = {}
        self._counters = counters
        self._drops: dict[str, int] = {}

    def merge(self, reading: Reading) -> Changes:
        """Take over what a reading says; what it does not say stays as it was."""
        changes = Changes()
        values = self.values
        for key, value in reading.values.items():
            old = values.get(key, _MISSING)
            if old == value:
                if self._drops:
                    self._drops.pop(key, None)
                continue
            if old is _MISSING:
                changes.new.append(key)
            elif key in self._counters and not (reading.silent or self._believable(key, value)):
                continue
            else:
                changes.changed.append(key)
            values[key] = value
        for key in reading.zeros:
            if values.get(key):
                values[key] = 0.0
                changes.changed.append(key)
        return changes

    def _believable(self, key: str, value: Value | None) -> bool:
        """Whether a counter may have this value.

        A counter that is suddenly not known, or falls, has glitched: taking it over would make
        the energy statistics count its way back up as energy.
        """
        old = self.values[key]
        if value is None:
            return False
        if not isinstance(old, int | float) or not isinstance(value, int | float) or value >= old:
            self._drops.pop(key, None)
            return True
        self._drops[key] = self._drops.get(key, 0) + 1
        if self._drops[key] < _DROPS_BELIEVED:
            return False
        del self._drops[key]
        return True
