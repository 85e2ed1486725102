"""From the wire's value to a state's value, as the state's row says.

Hostile or impossible numbers (NaN, infinities, 1e28 from a wrongly decoded message) become
None, "not known": a wrong value is worse than a missing one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .quantity import LARGEST, QUANTITIES, Kind
from .states import StateRow, Take, Value

type Convert = Callable[[Any], Value | None]


def converter(row: StateRow) -> Convert:
    """Return the function that turns the wire's value into the state's value."""
    meaning = QUANTITIES[row.quantity]
    match meaning.kind:
        case Kind.NUMBER if meaning.array:
            return _array(row)
        case Kind.NUMBER | Kind.TIME:
            return _taken(row)
        case Kind.ENUMERATION:
            return _enumeration(row)
        case Kind.FLAG:
            return _flag
        case Kind.FAULT:
            return _fault
        case Kind.TEXT:
            return _texts if meaning.array else _text(row)
        case Kind.VERSION:
            return _version


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
    try:
        return bool(values) and -LARGEST < sum(values) < LARGEST
    except OverflowError:  # a whole number that no float can hold
        return False


def _number(row: StateRow) -> Callable[[Any], float | int | None]:
    scale = row.scale
    unknown = row.unknown
    meaning = QUANTITIES[row.quantity]
    digits = meaning.digits if row.digits is None else row.digits
    lowest, highest = meaning.range

    def number(value: Any) -> float | int | None:
        try:
            value *= scale
        except OverflowError:  # a whole number that no float can hold
            return None
        # Also false for NaN.
        if not lowest <= value <= highest:
            return None
        # Adding zero turns -0.0 into 0.0, and whole numbers into floats.
        return round(value, digits) + 0.0  # type: ignore[no-any-return]

    def plain(value: Any) -> float | int | None:
        if not lowest <= value <= highest:
            return None
        return round(value, digits) + 0.0  # type: ignore[no-any-return]

    def number_or_unknown(value: Any) -> float | int | None:
        return None if value in unknown else scaled(value)

    def whole(value: Any) -> float | int | None:
        if value in unknown or not lowest <= value <= highest:
            return None
        return int(value)

    if meaning.whole:
        return whole
    scaled = plain if scale == 1.0 else number
    return number_or_unknown if unknown else scaled


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
