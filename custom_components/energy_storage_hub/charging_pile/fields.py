"""Fields and commands: what the bytes of a command mean, and the codec that follows from it.

Whoever decodes or encodes a command speaks in the units of its fields.

A command is a row of fields in the order of the wire. Dialects of the protocol grow by
appending fields: a shorter command is a prefix and decodes up to its last complete field, a
longer one decodes up to the last field that is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from itertools import accumulate
import struct
from typing import Any, override

from .command_numbers import Cmd

type Options = Mapping[int, str]
type Values = dict[str, Any]

NO_OPTIONS: Options = {}

TEMPERATURE_OFFSET = -50
"""A temperature's wire value of 0 stands for this, degree Celsius."""


_STEPS = {1.0: 1, 0.1: 10, 0.01: 100, 0.001: 1000}
"""How many steps make one unit, by scale."""


class Kind(Enum):
    """How the bytes of a field are read. The value in Python follows the colon."""

    UINT = auto()  # little endian: int; with a scale: float
    TEMPERATURE = auto()  # one byte, 50 more than degree Celsius: int
    TEXT = auto()  # ASCII up to the first NUL: str
    PLATE = auto()  # a license plate, GBK up to the first NUL: str
    TIME = auto()  # BCD CC YY MM DD hh mm ss FF, local time: datetime, None if it is none
    BYTES = auto()  # as it is: bytes
    UINTS = auto()  # all that follows, four bytes each: tuple of int
    REST = auto()  # all that follows: bytes


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a command."""

    key: str
    size: int
    """Bytes; of a field that takes all that follows: what the vendor's table says."""
    kind: Kind = Kind.UINT
    scale: float = 1.0
    """How much of the unit one step of the wire's number is."""
    unit: str = ""
    options: Options = field(default_factory=lambda: NO_OPTIONS)
    """What the numbers stand for, as slugs."""
    extra: bool = False
    """Not in the vendor's table, but on the wire."""
    other_scale: float = 1.0
    """The scale that other piles have, where they do not agree."""

    def __post_init__(self) -> None:
        """Refuse scales that no table has."""
        if not {self.scale, self.other_scale} <= _STEPS.keys():
            raise ValueError(f"{self.key}: scale {self.scale} or {self.other_scale}")

    @property
    def steps(self) -> int:
        """How many steps of the wire's number make one unit."""
        return _STEPS[self.scale]

    def otherwise(self, value: float) -> float:
        """Return what a decoded value is in the other scale."""
        return round(value * self.steps) / _STEPS[self.other_scale]


_OPEN = (Kind.UINTS, Kind.REST)
_FORMATS = {1: "B", 2: "H", 4: "I"}


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the fields that a frame has room for are read."""

    wire: struct.Struct
    keys: tuple[str, ...]
    scaled: tuple[tuple[str, int], ...]
    """Fields that are no whole units, and how many steps make one."""
    decoders: tuple[tuple[str, Callable[[Any], Any]], ...]
    """Fields that are no numbers, and what makes something of their bytes."""


class Command:
    """One command: number, name, fields, and their codec."""

    def __init__(self, number: Cmd, *fields: Field) -> None:
        """Prepare the codec; at most the last field may be of open length."""
        self.number = number
        self.name = number.name.lower()
        self.fields = fields
        self.by_key = {field.key: field for field in fields}
        self.says_who = CODE.key in self.by_key
        """Whether it holds the code of the pile."""
        closed = [field for field in fields if field.kind not in _OPEN]
        self._open = fields[-1] if fields and fields[-1].kind in _OPEN else None
        self._closed = tuple(closed)
        self._ends = tuple(accumulate(field.size for field in closed))
        self.size = self._ends[-1] if closed else 0
        """Bytes of all fields of fixed length."""
        self._full = _layout(self._closed)
        self._shorter: dict[int, _Layout] = {}

    @override
    def __repr__(self) -> str:
        """Name the command."""
        return f"{self.number} {self.name}"

    @property
    def from_pile(self) -> bool:
        """Whether the pile sends it: even numbers come up, odd ones go down."""
        return self.number % 2 == 0

    def _layout_of(self, length: int) -> _Layout:
        """Return how so many bytes are read."""
        if length >= self.size:
            return self._full
        count = bisect_right(self._ends, length)
        if (known := self._shorter.get(count)) is None:
            known = self._shorter[count] = _layout(self._closed[:count])
        return known

    def decode(self, data: bytes) -> Values:
        """Return the value of every field that is there, by key, in its unit. Never raises."""
        layout = self._layout_of(len(data))
        values: Values = dict(zip(layout.keys, layout.wire.unpack_from(data), strict=True))
        # Dividing, not multiplying: 3 / 10 is 0.3, 3 * 0.1 is not.
        for key, steps in layout.scaled:
            values[key] /= steps
        for key, decoder in layout.decoders:
            values[key] = decoder(values[key])
        if self._open and len(data) >= self.size:
            values[self._open.key] = _rest(self._open, data[self.size :])
        return values

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """Return the bytes of a command from values in the fields' units, rounded to their steps.

        A field without a value is zero. Raises ValueError for what a field cannot hold.
        """
        if unknown := values.keys() - self.by_key.keys():
            raise ValueError(f"{self}: no field {min(unknown)}")
        wire = [_write(field, values.get(field.key)) for field in self._closed]
        try:
            data = self._full.wire.pack(*wire)
        except struct.error as err:
            raise ValueError(f"{self}: {err}") from err
        if self._open and (rest := values.get(self._open.key)):
            data += _pack_rest(self._open, rest)
        return data


def _layout(fields: tuple[Field, ...]) -> _Layout:
    return _Layout(
        struct.Struct("<" + "".join(_format(field) for field in fields)),
        tuple(field.key for field in fields),
        tuple((field.key, field.steps) for field in fields if field.steps != 1),
        tuple((field.key, _DECODERS[field.kind]) for field in fields if field.kind in _DECODERS),
    )


def _format(field: Field) -> str:
    if field.kind in (Kind.UINT, Kind.TEMPERATURE):
        return _FORMATS[field.size]
    return f"{field.size}s"


def _text(raw: bytes) -> str:
    # Latin-1 keeps every byte: what is no ASCII, such as a binary card number, can be echoed.
    return raw.partition(b"\0")[0].decode("latin-1")


def _plate(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("gbk", "replace")


def _temperature(raw: int) -> int:
    return raw + TEMPERATURE_OFFSET


def read_time(raw: bytes) -> datetime | None:
    """Return the local time that eight BCD bytes tell, None if they tell none."""
    digits = raw[:7].hex()
    if not digits.isdecimal():
        return None
    try:
        return datetime(  # noqa: DTZ001 - the protocol knows no time zone
            int(digits[0:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            int(digits[12:14]),
        )
    except ValueError:
        return None


def write_time(time: datetime | None) -> bytes:
    """Return a local time as eight BCD bytes; none is all zeros."""
    if time is None:
        return bytes(8)
    return bytes.fromhex(f"{time.year:04}{time:%m%d%H%M%S}ff")


_DECODERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.PLATE: _plate,
    Kind.TEMPERATURE: _temperature,
    Kind.TIME: read_time,
}


def _write(field: Field, value: Any) -> Any:
    """Return what `struct` packs for a field."""
    match field.kind:
        case Kind.UINT:
            return _count(field, value) if value else 0
        case Kind.TEMPERATURE:
            return 0 if value is None else value - TEMPERATURE_OFFSET
        case Kind.TIME:
            return write_time(value)
        case Kind.TEXT | Kind.PLATE:
            raw = str(value or "").encode("gbk" if field.kind is Kind.PLATE else "latin-1")
        case _:
            raw = bytes(value or b"")
    if len(raw) > field.size:
        raise ValueError(f"{field.key} has more than {field.size} bytes")
    return raw


def _count(field: Field, value: float) -> int | float:
    """Return the wire's number of a value; where there is none, `struct` finds out."""
    if field.steps == 1:
        return value
    try:
        return round(value * field.steps)
    except (OverflowError, ValueError) as err:
        raise ValueError(f"{field.key} cannot be {value}") from err


def _rest(field: Field, data: bytes) -> Any:
    if field.kind is Kind.REST:
        return data
    return struct.unpack_from(f"<{len(data) // 4}I", data)


def _pack_rest(field: Field, value: Any) -> bytes:
    return bytes(value) if field.kind is Kind.REST else struct.pack(f"<{len(value)}I", *value)


# Rows of the tables.


def uint(
    size: int,
    key: str,
    scale: float = 1.0,
    unit: str = "",
    *,
    other_scale: float = 1.0,
) -> Field:
    """Return a number."""
    return Field(key, size, Kind.UINT, scale, unit, other_scale=other_scale)


def choice(size: int, key: str, options: Options) -> Field:
    """Return an enumeration."""
    return Field(key, size, options=options)


def text(size: int, key: str) -> Field:
    """Return a text."""
    return Field(key, size, Kind.TEXT)


def plate(key: str) -> Field:
    """Return a license plate."""
    return Field(key, 8, Kind.PLATE)


def numbers(key: str) -> Field:
    """Return as many numbers of four bytes as there are; the vendor's table says one."""
    return Field(key, 4, Kind.UINTS)


def following(key: str, kind: Kind = Kind.REST) -> Field:
    """Return what follows although the vendor's table says nothing of it."""
    return Field(key, 0, kind, extra=True)


def raw(size: int, key: str) -> Field:
    """Return bytes whose meaning is nobody's business or not known."""
    return Field(key, size, Kind.BYTES)


def time(key: str) -> Field:
    """Return a point in time."""
    return Field(key, 8, Kind.TIME)


def temperature(key: str) -> Field:
    """Return a temperature."""
    return Field(key, 1, Kind.TEMPERATURE, unit="°C")


HALF_HOURS = tuple(f"energy_period_{number:02}" for number in range(1, 49))
"""Keys of the energies of a day's half hours, the first from 0:00 to 0:30."""


def half_hours(size: int, scale: float) -> tuple[Field, ...]:
    """Return the energies of a day's 48 half hours."""
    return tuple(uint(size, key, scale, "kWh") for key in HALF_HOURS)


RESERVED = (uint(2, "reserved1"), uint(2, "reserved2"))
"""In older dialects the user's id and a running number; zero now, and the pile echoes them."""

CODE = text(32, "charge_point_id")
CONNECTOR = uint(1, "connector_id")
