"""Fields and commands: what the bytes of a command mean, and the codec that follows from it.

A command is a row of fields in the order of the wire. Dialects of the protocol grow by
appending fields: a shorter command is a prefix and decodes up to its last complete field, a
longer one decodes up to the last field that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
import struct
from typing import Any, override

type Options = Mapping[int, str]
type Values = dict[str, Any]

NO_OPTIONS: Options = {}

TEMPERATURE_OFFSET = -50
"""A temperature's wire value of 0 stands for this, degree Celsius."""


class Kind(Enum):
    """How the bytes of a field are read. The value in Python follows the colon."""

    UINT = auto()  # little endian: int
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
    """Factor from the wire's number to the unit."""
    unit: str = ""
    options: Options = field(default_factory=lambda: NO_OPTIONS)
    """What the numbers stand for, as slugs."""
    extra: bool = False
    """Not in the vendor's table, but on the wire."""


_OPEN = (Kind.UINTS, Kind.REST)
_FORMATS = {1: "B", 2: "H", 4: "I"}


class Command:
    """One command: number, name, fields, and their codec."""

    def __init__(self, number: int, name: str, *fields: Field) -> None:
        """Prepare the codec; at most the last field may be of open length."""
        self.number = number
        self.name = name
        self.fields = fields
        self.by_key = {field.key: field for field in fields}
        closed = [field for field in fields if field.kind not in _OPEN]
        self._open = fields[-1] if fields and fields[-1].kind in _OPEN else None
        self._closed = tuple(closed)
        self._keys = tuple(field.key for field in closed)
        self._structs: dict[int, struct.Struct] = {}
        self._readers = {
            field.key: _READERS[field.kind] for field in closed if field.kind in _READERS
        }
        self._ends: list[int] = []
        end = 0
        for each in closed:
            end += each.size
            self._ends.append(end)
        self.size = end
        """Bytes of all fields of fixed length."""
        self._full = self._struct(len(closed))

    @override
    def __repr__(self) -> str:
        """Name the command."""
        return f"{self.number} {self.name}"

    @property
    def from_pile(self) -> bool:
        """Whether the pile sends it: even numbers come up, odd ones go down."""
        return self.number % 2 == 0

    def _struct(self, count: int) -> struct.Struct:
        if (known := self._structs.get(count)) is None:
            known = self._structs[count] = struct.Struct(
                "<" + "".join(_format(field) for field in self._closed[:count])
            )
        return known

    def decode(self, data: bytes) -> Values:
        """Return the value of every field that is there, by key. Never raises."""
        if len(data) >= self.size:
            layout, keys = self._full, self._keys
        else:
            count = sum(end <= len(data) for end in self._ends)
            layout, keys = self._struct(count), self._keys[:count]
        values: Values = dict(zip(keys, layout.unpack_from(data), strict=True))
        for key, reader in self._readers.items():
            if key in values:
                values[key] = reader(values[key])
        if self._open and len(data) >= self.size:
            values[self._open.key] = _rest(self._open, data[self.size :])
        return values

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """Return the bytes of a command; a field without a value is zero.

        Raises ValueError for what a field cannot hold.
        """
        if unknown := values.keys() - self.by_key.keys():
            raise ValueError(f"{self}: no field {min(unknown)}")
        wire = [_write(field, values.get(field.key)) for field in self._closed]
        try:
            data = self._full.pack(*wire)
        except struct.error as err:
            raise ValueError(f"{self}: {err}") from err
        if self._open and (rest := values.get(self._open.key)):
            data += _pack_rest(self._open, rest)
        return data


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


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.PLATE: _plate,
    Kind.TEMPERATURE: _temperature,
    Kind.TIME: read_time,
}


def _write(field: Field, value: Any) -> Any:
    """Return what `struct` packs for a field."""
    match field.kind:
        case Kind.UINT:
            return value or 0
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
    options: Options = NO_OPTIONS,
) -> Field:
    """Return a number."""
    return Field(key, size, Kind.UINT, scale, unit, options)


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


def half_hours(size: int, scale: float) -> tuple[Field, ...]:
    """Return the energies of a day's 48 half hours, the first from 0:00 to 0:30."""
    return tuple(uint(size, f"energy_period_{number:02}", scale, "kWh") for number in range(1, 49))


RESERVED = (uint(2, "reserved1"), uint(2, "reserved2"))
"""In older dialects the user's id and a running number; zero now, and the pile echoes them."""

CODE = text(32, "charge_point_id")
CONNECTOR = uint(1, "connector_id")
