"""The energies of a system that are counted here: from its powers, its own counters aside.

What the live stream missed comes from the device itself: it keeps the averages of minutes and
repeats them after an outage (96/34, on a parallel system 96/51). They fill the holes that samples
left, by the second, and nothing but holes: whatever comes twice finds none.

Two clocks meet here. Samples go by our monotonic clock, minutes by the device's. How they stand
to each other is told by the minutes as they come: the newest one has just ended.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
import math
import time
from typing import Any

from ..model.convert import Convert, converter
from ..model.source import Reading, Shown
from ..model.states import StateRow
from .decode import Decoder
from .energy import MAX_GAP, EnergyMeter, Spans
from .models import Family
from .rows import by_state
from .tables import CHANGE, CLOUD, ENERGY, ENERGY_STREAM, FIT_HEARTBEAT, FIT_STREAM

_MINUTE = 60

_KEPT = 26 * 3600.0
"""Holes and minutes that are older are history, s: a device repeats a day."""

_CLOCKS = 180.0
"""How far a device's minutes may be from ours, s: its clock by 2 min, and nobody knows whether
the time of a minute is its start or its end."""

_TRIED = 900.0
"""So long a minute is tried again, s: until the next sample, and until the clock is known well."""

_VENDOR_GRACE = 120.0
"""Time for the vendor's counter to show up before ours stands in, s."""

_HEADROOM = 1.5
"""So much more than its rated power may flow at a system."""

_ROUNDED = 0.000_51
"""What is shown differs from what was counted by less, kWh."""

type Field = tuple[str, str]
"""A power in a minute, and the field without which its absence is not zero, if any."""


@dataclass(frozen=True, slots=True)
class EnergySources:
    """Where a product's energies come from."""

    powers: Mapping[str, StateRow]
    """The powers that are added up, by flow: + import, + discharge."""
    minutes: tuple[Mapping[str, Field], ...]
    """The fields of the flows in a minute: of one inverter, of all of a parallel system."""
    vendor: Mapping[str, str]
    """Counters that the vendor keeps: ours stands in only where theirs is missing."""
    sample: str
    """The power that every report of powers has."""


def _rows(rows: Iterable[StateRow], states: Mapping[str, str]) -> dict[str, StateRow]:
    """Rows of states by what they are needed for: a KeyError if there is no such row."""
    by = by_state(rows)
    return {name: by[state] for name, state in states.items()}


def _keys(rows: Iterable[StateRow], states: Mapping[str, str]) -> dict[str, str]:
    return {name: row.key for name, row in _rows(rows, states).items()}


_WAYS = {
    "home": ("home", ""),
    "solar": ("solar", ""),
    "grid": ("gridImport", "gridExport"),
    "battery": ("batteryDischarge", "batteryCharge"),
}
"""Flow -> the energies of its positive and its negative part."""

_TOLD = {row.state: row.key for row in ENERGY}
"""Energy -> its state."""

_OCEAN = EnergySources(
    _rows(
        ENERGY_STREAM,
        {"home": "sysLoadPwr", "solar": "mpptPwr", "grid": "sysGridPwr", "battery": "bpPwr"},
    ),
    (
        {
            "home": ("load_pwr", ""),
            "solar": ("mppt_pwr", ""),
            "grid": ("grid_pwr", ""),
            "battery": ("bp_pwr", "bp_soc"),
        },
        {
            "home": ("sysLoadPwr", ""),
            "solar": ("mpptPwr", ""),
            "grid": ("sysGridPwr", ""),
            "battery": ("bpPwr", "bpSoc"),
        },
    ),
    {
        **_keys(CLOUD, {"solar": "totalElectricityGeneration"}),
        **_keys(
            CHANGE, {"batteryCharge": "bpTotalChgEnergy", "batteryDischarge": "bpTotalDsgEnergy"}
        ),
    },
    by_state(ENERGY_STREAM)["sysLoadPwr"].key,
)

# Solar power that is not wired through the Fit is unseen: each energy stands for itself, and
# home consumption is what the Fit says it is, or not known.
_FIT = EnergySources(
    _rows(FIT_STREAM, {"home": "loadPwr", "solar": "pvPwr", "grid": "gridPwr", "battery": "bpPwr"}),
    (
        {
            "home": ("load_pwr", "load_pwr"),
            "solar": ("pv_pwr", ""),
            "grid": ("grid_pwr", ""),
            "battery": ("bp_pwr", "bp_soc"),
        },
    ),
    _keys(
        FIT_HEARTBEAT,
        {
            "solar": "pvInDayEnergy",
            "gridImport": "gridInDayEnergy",
            "gridExport": "gridOutDayEnergy",
            "batteryCharge": "bpInDayEnergy",
            "batteryDischarge": "bpOutDayEnergy",
            "home": "loadDayEnergy",
        },
    ),
    by_state(FIT_STREAM)["gridPwr"].key,
)


class DeviceClock:
    """How a device's clock stands to our monotonic one."""

    _REMEMBERED = 8
    _SETTLED = 90.0
    """So long after the first minute all repeated ones that came with it are in, s."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._heard: deque[float] = deque(maxlen=self._REMEMBERED)
        self._newest = 0.0
        self._since = math.inf
        self._ahead: float | None = None

    def hear(self, end: float) -> None:
        """Take note of a minute that came just now, by its end in the device's time.

        A repeated one ended long ago and says nothing. The others are late by the way they took,
        so of the last few the quickest is right.
        """
        if abs(time.time() - end) <= _CLOCKS and end > self._newest:
            self._newest = end
            self._heard.append(time.monotonic() - end)
            self._since = min(self._since, time.monotonic())

    @property
    def offset(self) -> float | None:
        """What the device's time lacks to monotonic time, s; None if it is not known."""
        if time.monotonic() - self._since < self._SETTLED:
            return None
        return min(self._heard)

    @property
    def ahead(self) -> float | None:
        """How much the device's clock is ahead of the wall's, s: now, or in the last run."""
        if (offset := self.offset) is None:
            return self._ahead
        return time.monotonic() - offset - time.time()

    @ahead.setter
    def ahead(self, ahead: float | None) -> None:
        self._ahead = ahead

    def guess(self) -> tuple[float, float]:
        """Return the offset as well as it is known, and by how much that may be wrong, s."""
        if (offset := self.offset) is not None:
            return offset, 0.0
        wall = time.monotonic() - time.time()
        return (wall, _CLOCKS) if self._ahead is None else (wall - self._ahead, 0.0)


class Energies:
    """What a system's powers add up to."""

    def __init__(self, decoder: Decoder, family: Family) -> None:
        """Count for the system of this decoder."""
        self.counted: set[str] = set()
        """Energies that we count because the vendor does not."""
        self.seconds_filled = 0.0
        self._decoder = decoder
        self._sources = _FIT if family is Family.FIT else _OCEAN
        self._keys = {name: row.key for name, row in self._sources.powers.items()}
        self._convert: dict[str, Convert] = {
            name: converter(row) for name, row in self._sources.powers.items()
        }
        self._vendor_counts: set[str] = set()
        self._meter = EnergyMeter(_WAYS)
        self._began = time.monotonic()
        self._clock = DeviceClock()
        self._minutes: dict[int, dict[str, float]] = {}
        """Powers of minutes, by number: whether they are missing may show a little later."""
        self._earlier = Spans()
        """Holes of earlier runs, in the device's time."""
        self._counted_to: float | None = None
        """Until when earlier runs counted, in the device's time; what follows is a hole."""

    @property
    def totals(self) -> Mapping[str, float]:
        """All that was counted, kWh, be it told or not."""
        return self._meter.totals

    # Samples and minutes.

    def take(self, reading: Reading) -> Reading | None:
        """Take what the system said of itself. Return what it adds up to, if it told powers."""
        values = reading.values
        for name, key in self._sources.vendor.items():
            if values.get(key) is not None:
                self._vendor_counts.add(name)
        if self._sources.sample not in values or not reading.age <= MAX_GAP:
            return None
        powers = {}
        for name, key in self._keys.items():
            if isinstance(power := values.get(key), float):
                powers[name] = power
            elif key in reading.zeros and self._meter.knows(name):
                powers[name] = 0.0
        self._meter.sample(time.monotonic() - max(reading.age, 0.0), powers)
        return self._reading()

    def fill(self, minutes: Mapping[int, Mapping[str, Any]]) -> Reading | None:
        """Take minutes that came together, by their time. Return the energies if they grew."""
        if not minutes:
            return None
        self._clock.hear(max(minutes) // _MINUTE * _MINUTE + _MINUTE)
        now = time.time()
        for timestamp, minute in minutes.items():
            if -_CLOCKS <= now - timestamp <= _KEPT and (powers := self._powers(minute)):
                self._minutes[timestamp // _MINUTE] = powers
        while len(self._minutes) > _KEPT / _MINUTE:
            del self._minutes[min(self._minutes)]
        offset = self._clock.offset
        if offset is None:
            return None
        self._meter.pause(time.monotonic())
        self._close_earlier(offset)
        filled = [self._fill(number, powers, offset) for number, powers in self._minutes.items()]
        recent = (time.monotonic() - offset - _TRIED) // _MINUTE
        self._minutes = {
            number: powers for number, powers in self._minutes.items() if number > recent
        }
        return self._reading() if any(filled) else None

    def _fill(self, number: int, powers: Mapping[str, float], offset: float) -> bool:
        """Fill the holes in a minute with its averages; whether there was one."""
        start, end = number * _MINUTE, (number + 1) * _MINUTE
        seconds = self._earlier.take(start, end) + self._meter.fill(start + offset, end + offset)
        self._meter.count(powers, min(seconds, _MINUTE))
        self.seconds_filled += seconds
        return seconds > 0

    def _powers(self, minute: Mapping[str, Any]) -> dict[str, float] | None:
        """Return the powers of a minute by flow; None if it tells none, or what cannot be."""
        rated = self._decoder.device.rated_power
        limit = rated * _HEADROOM if rated else math.inf
        powers = {}
        for name, (field, witness) in self._fields(minute).items():
            if field not in minute and witness and witness not in minute:
                continue
            power = self._convert[name](minute.get(field, 0.0))
            if not isinstance(power, float) or abs(power) > limit:
                return None
            powers[name] = power
        return powers

    def _fields(self, minute: Mapping[str, Any]) -> Mapping[str, Field]:
        """Return how the flows are called in this minute; nothing if it is of a part only."""
        one, *whole = self._sources.minutes
        for fields in whole if self._decoder.units else (one, *whole):
            if any(field in minute for field, _ in fields.values()):
                return fields
        return {}

    def _close_earlier(self, offset: float) -> None:
        """Note the time between the last run and this one as a hole, and forget old ones."""
        began = self._meter.began - offset
        if self._counted_to is not None and self._counted_to < began:
            self._earlier.add(self._counted_to, began)
            self._counted_to = began
        old = time.monotonic() - _KEPT
        self._meter.fill(-math.inf, old)
        self._earlier.take(-math.inf, old - offset)

    # What is told.

    def _reading(self) -> Reading | None:
        told = dict(self._told(time.monotonic()))
        return Reading(self._decoder.serial, told, counted_here=True) if told else None

    def _told(self, now: float) -> Iterator[tuple[str, float]]:
        for name, key in _TOLD.items():
            total = self._meter.totals.get(name)
            if total is None:
                continue
            if name not in self.counted:
                if name in self._vendor_counts and not self._counts_a_part(name):
                    continue
                if name in self._sources.vendor and now - self._began < _VENDOR_GRACE:
                    continue
                self.counted.add(name)
            yield key, round(total, 3)

    def _counts_a_part(self, name: str) -> bool:
        """Whether the vendor's counter may be that of one inverter of several."""
        return bool(self._decoder.units) and name.startswith("battery")

    # Kept over restarts.

    def saved(self) -> dict[str, Any]:
        """What survives a restart: the energy counted so far, kWh, and what time it covers."""
        offset, doubt = self._clock.guess()
        holes, counted_to = Spans(self._earlier), self._counted_to
        if self._meter.began > -math.inf:
            if counted_to is not None:
                holes.add(counted_to, self._meter.began - offset - doubt)
            for start, end in self._meter.holes:
                holes.add(start - offset + doubt, end - offset - doubt)
            counted_to = max(self._meter.counted_to - offset + doubt, counted_to or -math.inf)
        return {
            "totals": dict(self._meter.totals),
            "counted": sorted(self.counted),
            "counted_to": counted_to,
            "holes": [list(span) for span in holes],
            "ahead": self._clock.ahead,
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on counting where the last run ended."""
        totals = saved.get("totals", {})
        self._meter.totals.update({str(name): float(total) for name, total in totals.items()})
        self.counted.update(saved.get("counted", ()))
        self._counted_to = saved.get("counted_to")
        self._earlier = Spans(saved.get("holes", ()))
        self._clock.ahead = saved.get("ahead")

    def resume(self, shown: Mapping[str, Shown]) -> None:
        """Go on from what was shown after the last `saved`: all that came before is in it."""
        newest = -math.inf
        for name, key in _TOLD.items():
            last = shown.get(key)
            if last is None:
                continue
            self.counted.add(name)
            if last.value > self._meter.totals.get(name, 0.0) + _ROUNDED:
                self._meter.totals[name] = last.value
                newest = max(newest, last.at)
        if self._counted_to is None or newest == -math.inf:
            return
        ahead = self._clock.ahead
        covered_to = newest + (_CLOCKS if ahead is None else ahead)
        self._counted_to = max(self._counted_to, covered_to)
        self._earlier.take(-math.inf, covered_to)

    # Looking in.

    def described(self) -> dict[str, Any]:
        """Describe what was counted and what is missing, for diagnostics."""
        gaps = (*self._earlier, *self._meter.holes)
        return {
            "energy_counted_here": {name: round(kwh, 3) for name, kwh in self.totals.items()},
            "energy_minutes_filled": round(self.seconds_filled / _MINUTE, 1),
            "energy_minutes_held": len(self._minutes),
            "energy_gaps": {
                "count": len(gaps),
                "seconds": round(sum(end - start for start, end in gaps)),
            },
        }
