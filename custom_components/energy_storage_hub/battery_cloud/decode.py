"""From a raw answer to values: the gate, the units, the flags, the faults [SEED-BATTERY].

Pure, and safe against anything that JSON can hold: what cannot be read, or is implausible, is
None, "not known". A battery that told nothing is not one whose values are all zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property
from typing import Any

from ..model.convert import converter
from ..model.json_values import moment, number
from ..model.states import StateRow, Value
from . import states as s
from .faults import FAULTS, Verdict, judge
from .parse import flag, text
from .scales import CapacityUnit, FlagPolarity, Scales, TemperatureUnit, VoltageUnit

_ENGLISH = {fault.key: fault.name for fault in FAULTS}

_VOLTAGE_WINDOWS = (
    (20.0, 100.0, 1.0),
    (200.0, 1_000.0, 0.1),
    (2_000.0, 10_000.0, 0.01),
    (20_000.0, 100_000.0, 0.001),
)
"""Lowest and highest number, and its unit in V: packs of 20 to 100 V in units that no value
can be confused in."""

_VOLTS = {
    VoltageUnit.VOLT: 1.0,
    VoltageUnit.TENTH_VOLT: 0.1,
    VoltageUnit.TEN_MILLIVOLT: 0.01,
    VoltageUnit.MILLIVOLT: 0.001,
}
_HIGHEST_VOLTAGE = 1000.0
_CELL_WINDOWS = ((2.0, 4.5, 1.0), (2_000.0, 4_500.0, 0.001))
_CELSIUS = {TemperatureUnit.CELSIUS: 1.0, TemperatureUnit.TENTH_CELSIUS: 0.1}
_COLDEST, _HOTTEST = -40.0, 120.0
_AMPERE_HOURS = {
    CapacityUnit.AMPERE_HOUR: 1.0,
    CapacityUnit.TENTH_AMPERE_HOUR: 0.1,
    CapacityUnit.MILLIAMPERE_HOUR: 0.001,
}
_POLARITIES: dict[FlagPolarity, dict[float, bool]] = {
    FlagPolarity.CAUTIOUS: {1: True, 0: False},
    FlagPolarity.MINUS_IS_OFF: {1: True, 0: False, -1: False},
    FlagPolarity.MINUS_IS_ON: {-1: True, 0: False, 1: False},
}
_MOST_CELLS = 512
_LONGEST_STATE = 255
_MORE = "; …"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What an answer says about a battery."""

    has_data: bool
    """Whether there is any measurement in it."""
    values: dict[str, Value | None]
    """Every state, by key."""
    verdict: Verdict
    firmware: str | None
    reported_at: float | None
    """When the battery was heard last, as far as the server tells, Unix time."""


@dataclass(frozen=True)
class Reader:
    """How the answers about one battery are read."""

    scales: Scales = field(default_factory=Scales)
    zone: tzinfo = UTC
    """Zone of the dates that name none."""
    fault_names: Mapping[str, str] = field(default_factory=lambda: _ENGLISH)
    """Words for the faults, by key."""

    def read(self, info: Mapping[str, Any]) -> Runtime:
        """Return what an answer's `runtimeInfo` says."""
        answer = Answer(info, self)
        values: dict[str, Value | None] = dict(_NOTHING)
        values[s.ONLINE.key] = answer.online
        verdict = judge(info, has_data=answer.has_data, meaning=self.scales.fault_list)
        if answer.has_data:
            for row, take, convert in _PLAN:
                taken = take(answer, row)
                values[row.key] = None if taken is None else convert(taken)
            values |= _fault_values(verdict, self.fault_names)
        firmware = text(info.get("firmware"))
        return Runtime(answer.has_data, values, verdict, firmware, answer.reported_at)


@dataclass(frozen=True)
class Answer:
    """An answer while it is read: what concerns more than one value."""

    info: Mapping[str, Any]
    reader: Reader

    @cached_property
    def online(self) -> bool | None:
        """Whether the battery is connected: to be believed in every state."""
        return flag(self.info.get("online"))

    @cached_property
    def has_voltage(self) -> bool:
        """Whether the battery measures anything."""
        return (number(self.info.get("voltage")) or 0.0) > 0

    @cached_property
    def has_data(self) -> bool:
        """Whether the answer holds measurements, not only what the server made up for them."""
        status = self._work_status_as_sent.get(s.WORK_VALUE.state)
        return self.online is True and (self.has_voltage or bool(number(status)))

    @cached_property
    def reported_at(self) -> float | None:
        """When the battery was heard last; both dates are null of one that never reported."""
        dates = [_date(self, row) for row in s.DATES[:2]]
        return max((date for date in dates if date is not None), default=None)

    @cached_property
    def work_status(self) -> Mapping[str, Any]:
        """The work status, empty if it is none."""
        status = self._work_status_as_sent
        valid = number(status.get(s.WORK_VALUE.state)) and number(status.get("invalid")) != 1
        return status if valid else {}

    @cached_property
    def _work_status_as_sent(self) -> Mapping[str, Any]:
        status = self.info.get("workStatus")
        return status if isinstance(status, Mapping) else {}

    @cached_property
    def some_temperature(self) -> bool:
        """Whether any temperature differs from zero, so that zero means zero."""
        return any(number(self.info.get(row.source)) for row in (*s.TEMPERATURES, *s.PROBES))

    @cached_property
    def probes(self) -> float:
        """The number of temperature probes of the battery."""
        return number(self.info.get("temperatureProbeCount")) or 0.0

    def number(self, row: StateRow) -> float | None:
        """The number of a state."""
        return number(self.info.get(row.source))


def _percentage(answer: Answer, row: StateRow) -> float | None:
    value = answer.number(row)
    return value if answer.has_voltage and value is not None and 0 <= value <= 100 else None


def _count(answer: Answer, row: StateRow) -> float | None:
    value = answer.number(row)
    return value if value and value > 0 else None


def _pack_voltage(answer: Answer, row: StateRow) -> float | None:
    value = answer.number(row)
    if value is None:
        return None
    if unit := _VOLTS.get(answer.reader.scales.voltage):
        return value * unit if 0 < value * unit <= _HIGHEST_VOLTAGE else None
    return _by_window(value, _VOLTAGE_WINDOWS)


def _cell_voltage(answer: Answer, row: StateRow) -> float | None:
    value = answer.number(row)
    return None if value is None else _by_window(value, _CELL_WINDOWS)


def _cells(answer: Answer, row: StateRow) -> list[float] | None:
    """All cell voltages, V; none if one of them cannot be read."""
    cells = answer.info.get(row.source)
    if not isinstance(cells, list) or not 0 < len(cells) <= _MOST_CELLS:
        return None
    numbers = [number(cell) for cell in cells]
    voltages = [_by_window(value, _CELL_WINDOWS) for value in numbers if value is not None]
    known = [voltage for voltage in voltages if voltage is not None]
    return known if len(known) == len(cells) else None


def _cell_spread(answer: Answer, row: StateRow) -> list[float] | None:
    """The voltages between which the spread is: those of all cells, else the two extremes."""
    if cells := _cells(answer, row):
        return cells
    highest, lowest = (_cell_voltage(answer, extreme) for extreme in s.CELL_VOLTAGES[:2])
    return None if highest is None or lowest is None or lowest > highest else [lowest, highest]


def _temperature(answer: Answer, row: StateRow) -> float | None:
    value = answer.number(row)
    if value is None or (value == 0 and not answer.some_temperature):
        return None
    value *= _CELSIUS[answer.reader.scales.temperature]
    return value if _COLDEST <= value <= _HOTTEST else None


def _probe(answer: Answer, row: StateRow) -> float | None:
    place = s.PROBES.index(row)
    return _temperature(answer, row) if place < answer.probes else None


def _capacity(answer: Answer, row: StateRow) -> float | None:
    value = answer.number(row)
    unit = _AMPERE_HOURS.get(answer.reader.scales.capacity)
    return None if value is None or unit is None or value <= 0 else value * unit


def _capacity_ratio(answer: Answer, row: StateRow) -> float | None:
    """What remains of the rated capacity, %: right in whatever unit the two are."""
    remaining, rated = (answer.number(capacity) for capacity in s.CAPACITIES)
    if remaining is None or rated is None or remaining < 0 or rated <= 0:
        return None
    return remaining / rated * 100 if remaining <= rated * 2 else None


def _plain_number(answer: Answer, row: StateRow) -> float | None:
    return answer.number(row)


def _info_flag(answer: Answer, row: StateRow) -> bool | None:
    return flag(answer.info.get(row.source))


def _info_text(answer: Answer, row: StateRow) -> str | None:
    return text(answer.info.get(row.source))


def _battery_type(answer: Answer, row: StateRow) -> str | None:
    described = answer.info.get(row.source)
    if not isinstance(described, Mapping):
        return text(described)
    return text(described.get("desc")) or text(described.get("value"))


def _date(answer: Answer, row: StateRow) -> float | None:
    return moment(answer.info.get(row.source), answer.reader.zone)


def _position(answer: Answer, row: StateRow) -> float | None:
    """A coordinate. Modems without a fix say that they are at 0, 0."""
    latitude, longitude = (answer.number(coordinate) for coordinate in s.POSITION[:2])
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return answer.number(row)


def _work_flag(answer: Answer, row: StateRow) -> bool | None:
    value = number(answer.work_status.get(row.source))
    return None if value is None else _POLARITIES[answer.reader.scales.flags].get(value)


def _work_normal(answer: Answer, row: StateRow) -> bool | None:
    return flag(answer.work_status.get(row.source))


def _work_value(answer: Answer, row: StateRow) -> float | None:
    return number(answer.work_status.get(row.source))


def _by_window(value: float, windows: tuple[tuple[float, float, float], ...]) -> float | None:
    """Turn a number into V by the window that it is in."""
    return next((value * unit for low, high, unit in windows if low <= value <= high), None)


def _fault_values(verdict: Verdict, names: Mapping[str, str]) -> dict[str, Value | None]:
    values: dict[str, Value | None] = {
        row.key: verdict.bits.get(key) for key, row in s.FAULT_BITS.items()
    }
    values[s.FAULT.key] = verdict.fault
    words = _in_words(verdict, names)
    values[s.ACTIVE_FAULTS.key] = _state_of(verdict, words)
    values[_ALL_FAULTS] = words or None
    return values


def _in_words(verdict: Verdict, names: Mapping[str, str]) -> tuple[str, ...]:
    words = {**names, **verdict.others}
    return tuple(words.get(key, key) for key in verdict.active or ())


def _state_of(verdict: Verdict, words: tuple[str, ...]) -> str | None:
    """Put the active faults into one state: as many as there is room for."""
    if verdict.fault is None:
        return None
    if verdict.implausible:
        return s.IMPLAUSIBLE
    if not words:
        return s.UNNAMED if verdict.fault else s.NO_FAULT
    state = ""
    for word in words:
        longer = f"{state}; {word}" if state else word
        if len(longer) > _LONGEST_STATE - len(_MORE):
            return state + _MORE
        state = longer
    return state


type _Take = Callable[[Answer, StateRow], Any]

_READ: tuple[tuple[tuple[StateRow, ...], _Take], ...] = (
    (s.PERCENTAGES, _percentage),
    (s.COUNTS, _count),
    (s.PACK_VOLTAGES, _pack_voltage),
    (s.CELL_VOLTAGES, _cell_voltage),
    (s.CELLS, _cells),
    (s.CELL_SPREAD, _cell_spread),
    (s.TEMPERATURES, _temperature),
    (s.PROBES, _probe),
    (s.CAPACITIES, _capacity),
    (s.CAPACITY_RATIO, _capacity_ratio),
    (s.NUMBERS, _plain_number),
    (s.SLOTS, _plain_number),
    (s.FLAGS, _info_flag),
    (s.TEXTS, _info_text),
    (s.PLACES, _info_text),
    (s.BATTERY_TYPE, _battery_type),
    (s.DATES, _date),
    (s.POSITION[:2], _position),
    (s.POSITION[2:], _plain_number),
    (s.WORK_FLAGS, _work_flag),
    ((s.WORK_NORMAL,), _work_normal),
    ((s.WORK_VALUE,), _work_value),
)

_PLAN = tuple((row, take, converter(row)) for rows, take in _READ for row in rows)

_ALL_FAULTS = s.ACTIVE_FAULTS.attribute_key("faults")
_NOTHING: dict[str, None] = dict.fromkeys((*(row.key for row in s.ROWS), _ALL_FAULTS))
