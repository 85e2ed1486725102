"""A writer of protobuf's wire format that knows no message: numbers and values become bytes."""

from __future__ import annotations

import struct

type Content = int | float | str | bytes | tuple[float, ...]


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number has 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def field(number: int, value: Content) -> bytes:
    """A field: a float takes four bytes, an integer is a varint, the rest has its length in front.

    A tuple is a packed list of floats.
    """
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, tuple):
        value = struct.pack(f"<{len(value)}f", *value)
    elif isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(values: dict[int, Content]) -> bytes:
    """The fields of a message."""
    return b"".join(field(number, value) for number, value in values.items())


def fixed(number: int, value: int) -> bytes:
    """A whole number of four bytes."""
    return varint(number << 3 | 5) + value.to_bytes(4, "little")


def zigzag(number: int, value: int) -> bytes:
    """A number with a sign: 0, -1, 1, -2 are 0, 1, 2, 3."""
    return field(number, 2 * value if value >= 0 else -2 * value - 1)


def codes(number: int, *values: int) -> bytes:
    """A packed list of whole numbers."""
    return field(number, b"".join(varint(value) for value in values))


def frame(func: int, cmd: int, *parts: bytes, **options: int) -> bytes:
    """A header with a report, as a payload; several can be put one behind the other.

    With `mask`, the report is masked with the low byte of that number.
    """
    report = b"".join(parts)
    header = {2: 96, 3: 32, 8: func, 9: cmd}
    if mask := options.get("mask"):
        report = bytes(byte ^ (mask & 0xFF) for byte in report)
        header |= {6: 1, 14: mask}
    return field(1, field(1, report) + fields(dict(header)))
