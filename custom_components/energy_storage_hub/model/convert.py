"""From the wire's value to a state's value, as the state's row says.

Hostile or impossible numbers (NaN, infinities, 1e28 from a wrongly decoded message) become
None, "not known": a wrong value is worse than a missing one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .states import Quantity, StateRow, Take, Value

type Convert = Callable[[Any], Value | None]

_ARRAYS = frozenset(
    {
        Quantity.VOLTAGE_ARRAY,
        Quantity.TEMPERATURE_ARRAY,
        Quantity.POWER_ARRAY,
        Quantity.ENERGY_ARRAY,
        Quantity.NUMBER_ARRAY,
    }
)

_DIGITS = {
    Quantity.POWER: 1,
    Quantity.REACTIVE_POWER: 1,
    Quantity.APPARENT_POWER: 1,
    Quantity.POWER_ARRAY: 1,
    Quantity.VOLTAGE: 3,
    Quantity.VOLTAGE_ARRAY: 3,
    Quantity.VOLTAGE_DIFFERENCE: 1,
    Quantity.CURRENT: 2,
    Quantity.LEAKAGE_CURRENT: 1,
    Quantity.TEMPERATURE: 1,
    Quantity.TEMPERATURE_ARRAY: 1,
    Quantity.FREQUENCY: 2,
    Quantity.STATE_OF_CHARGE: 1,
    Quantity.STATE_OF_HEALTH: 1,
    Quantity.PERCENTAGE: 2,
    Quantity.RESISTANCE: 1,
    Quantity.ENERGY_TOTAL: 3,
    Quantity.ENERGY_DAY: 3,
    Quantity.ENERGY_STORED: 3,
    Quantity.ENERGY_AMOUNT: 3,
    Quantity.ENERGY_ARRAY: 3,
    Quantity.MONEY: 2,
    Quantity.CHARGE_TOTAL: 3,
    Quantity.CAPACITY: 3,
    Quantity.COORDINATE: 6,
}
"""Decimals kept; four where nothing is said."""

_LIMIT = {
    Quantity.POWER: 1e6,
    Quantity.REACTIVE_POWER: 1e6,
    Quantity.APPARENT_POWER: 1e6,
    Quantity.POWER_ARRAY: 1e6,
    Quantity.VOLTAGE: 1e4,
    Quantity.VOLTAGE_ARRAY: 1e4,
    Quantity.CURRENT: 1e4,
    Quantity.FREQUENCY: 1e3,
    Quantity.TEMPERATURE: 1e3,
    Quantity.TEMPERATURE_ARRAY: 1e3,
    Quantity.STATE_OF_CHARGE: 100.5,
    Quantity.STATE_OF_HEALTH: 200,
    Quantity.PERCENTAGE: 1e4,
    Quantity.ENERGY_STORED: 1e5,
    Quantity.ENERGY_TOTAL: 4e6,
    Quantity.ENERGY_DAY: 4e6,
    Quantity.CHARGE_TOTAL: 4e6,
    Quantity.CAPACITY: 1e6,
    Quantity.COUNT: 4e9,
    Quantity.CYCLES: 4e9,
    Quantity.DURATION_MS: 4e9,
    Quantity.DURATION_S: 4e9,
    Quantity.DURATION_MIN: 4e9,
    Quantity.SETTING: 4e9,
}
"""Sizes that no home has: what is beyond is a decoding mishap, not a measurement.

Or 4294967295, which many a wire has for "not known".
"""

_LARGEST = 1e12

_NEVER_NEGATIVE = frozenset(
    {
        Quantity.STATE_OF_CHARGE,
        Quantity.STATE_OF_HEALTH,
        Quantity.ENERGY_TOTAL,
        Quantity.ENERGY_DAY,
        Quantity.ENERGY_STORED,
        Quantity.ENERGY_AMOUNT,
        Quantity.ENERGY_ARRAY,
        Quantity.CHARGE_TOTAL,
        Quantity.CAPACITY,
        Quantity.CYCLES,
        Quantity.FREQUENCY,
    }
)

_OLDEST, _NEWEST = 1_420_070_400, 4_102_444_800  # 2015 and 2100


def converter(row: StateRow) -> Convert:
    """Return the function that turns the wire's value into the state's value."""
    match row.quantity:
        case Quantity.ENUM:
            return _enumeration(row)
        case Quantity.FLAG | Quantity.CONNECTIVITY | Quantity.PROBLEM:
            return _flag
        case Quantity.FAULT:
            return _fault
        case Quantity.TEXT:
            return _text(row)
        case Quantity.TEXT_ARRAY:
            return _texts
        case Quantity.VERSION:
            return _version
        case Quantity.TIMESTAMP:
            return _timestamp
        case quantity if quantity in _ARRAYS:
            return _array(row)
        case _:
            return _taken(row)


def _taken(row: StateRow) -> Convert:
    number = _number(row)
    match row.take:
        case Take.POSITIVE:
            return _one_way(number, 1)
        case Take.NEGATIVE:
            return _one_way(number, -1)
        case Take.MAXIMUM:
            return lambda values: number(max(values)) if _all_possible(values) else None
        case Take.SPREAD:
            return lambda values: (
                number(max(values) - min(values)) if _all_possible(values) else None
            )
        case Take.SUM:
            return lambda values: number(sum(values)) if _all_possible(values) else None
        case Take.LAST:
            return lambda values: number(values[-1]) if values else None
        case _:
            return number


def _one_way(number: Convert, sign: int) -> Convert:
    def one_way(value: Any) -> Value | None:
        # An impossible power goes neither way: zero the other way would be a guess, too.
        size = number(abs(value))
        return size if size is None or value * sign > 0 else 0.0

    return one_way


def _all_possible(values: Sequence[float]) -> bool:
    """Whether no element is NaN, infinite or from a decoding mishap; false without elements.

    Comparing with NaN is always false: what `max` makes of it depends on its place.
    """
    return bool(values) and -_LARGEST < sum(values) < _LARGEST


def _number(row: StateRow) -> Callable[[Any], float | int | None]:
    scale = row.scale
    unknown = row.unknown
    digits = row.digits if row.digits is not None else _DIGITS.get(row.quantity, 4)
    limit = _LIMIT.get(row.quantity, _LARGEST)
    lowest = 0.0 if row.quantity in _NEVER_NEGATIVE else -limit

    def number(value: Any) -> float | int | None:
        value *= scale
        # Also false for NaN.
        if not lowest <= value <= limit:
            return None
        # Adding zero turns -0.0 into 0.0.
        return float(round(value, digits) + 0.0)

    def number_or_unknown(value: Any) -> float | int | None:
        return None if value in unknown else number(value)

    def whole(value: Any) -> float | int | None:
        if value in unknown or not lowest <= value <= limit:
            return None
        return int(value)

    if scale == 1.0 and row.quantity in _WHOLE:
        return whole
    return number_or_unknown if unknown else number


_WHOLE = frozenset({Quantity.CODE, Quantity.COUNT, Quantity.CYCLES})


def _array(row: StateRow) -> Convert:
    number = _number(row)

    def array(values: Iterable[Any]) -> tuple[float, ...] | None:
        elements = tuple(number(value) for value in values)
        # One impossible element makes every mean and spread of the whole array wrong.
        if not elements or None in elements:
            return None
        return elements  # type: ignore[return-value]

    return array


def _enumeration(row: StateRow) -> Convert:
    return dict(row.options or {}).get


def _flag(value: Any) -> bool:
    return bool(value)


_WORD = 8
"""Bytes of the largest number that fits into Home Assistant's JSON."""
_LONGEST_CODE = 128


def _fault(value: Any) -> int | tuple[float, ...]:
    """A code, or all codes other than zero; bytes are read as numbers of up to 64 bit."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes):
        words = [
            int.from_bytes(value[at : at + _WORD], "big")
            for at in range(0, min(len(value), _LONGEST_CODE), _WORD)
        ]
        value = words
        if len(words) == 1:
            return words[0]
    return tuple(code for code in value if code)


def _text(row: StateRow) -> Convert:
    unknown = {"", *(f"{number:g}" for number in row.unknown)}

    def text(value: Any) -> str | None:
        if isinstance(value, bytes):
            value = value.rstrip(b"\0").decode("ascii", "replace")
        elif isinstance(value, float):
            value = f"{value:.6g}"
        result = str(value).strip()
        return None if result in unknown else result[:255]

    return text


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _version(value: Any) -> str | None:
    if not 0 < value <= 0xFFFFFFFF:
        return None
    return ".".join(str(byte) for byte in int(value).to_bytes(4, "big"))


def _timestamp(value: Any) -> int | None:
    return int(value) if _OLDEST < value < _NEWEST else None
