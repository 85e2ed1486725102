"""Frames on the wire: cutting a byte stream into them, and building them.

A frame is `AA F5`, a length (u16), an information byte, a sequence number, a command (u16),
its data and a checksum: the low byte of the sum over command and data. The length counts the
whole frame. All numbers are little endian. Bit 7 of the information byte says that the data
are encrypted. ([NUMBO-DOC], and every implementation and capture that was found.)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
import struct

START = b"\xaa\xf5"
OVERHEAD = 9
"""Bytes of a frame beside its data."""

LONGEST = 4096
"""The longest frame that is believed, bytes. The longest known one has 399;
a longer length field is garbage, and is skipped before a byte of its body is awaited."""

PATIENCE = 3.0
"""A frame that is not complete after so long was none, s [NUMBO-DOC]."""

_ENCRYPTED = 0x80
_FIXED = 4
"""Bytes up to and including the length."""

_HEADER = struct.Struct("<2sHBBH")
_LENGTH = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, its checksum verified."""

    command: int
    data: bytes
    info: int = 0x10
    sequence: int = 0

    @property
    def encrypted(self) -> bool:
        """Whether the data are encrypted."""
        return bool(self.info & _ENCRYPTED)

    def encode(self) -> bytes:
        """Return the frame's bytes."""
        head = _HEADER.pack(
            START, OVERHEAD + len(self.data), self.info, self.sequence & 0xFF, self.command
        )
        body = head[6:] + self.data
        return head[:6] + body + bytes((sum(body) & 0xFF,))

    def answer(self, command: int, data: bytes) -> Frame:
        """Return an answer: in the sender's own manner, never encrypted."""
        return Frame(command, data, self.info & ~_ENCRYPTED, self.sequence)


class Splitter:
    """Cuts a byte stream into frames, whatever its pieces, and skips what is none.

    It never holds more than the longest frame and never raises: bytes that make no frame are
    counted in `skipped` and gone.
    """

    __slots__ = ("_buffer", "_since", "bad_checksums", "longest", "skipped")

    def __init__(self, longest: int = LONGEST) -> None:
        """Start with nothing; a frame that says to be longer than this is none."""
        self.longest = longest
        self._buffer = b""
        self._since = 0.0
        self.skipped = 0
        self.bad_checksums = 0

    @property
    def pending(self) -> int:
        """Bytes of a frame that is not complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes, now: float = 0.0) -> list[Frame]:
        """Take bytes, with the time in s; return the frames that are complete now."""
        frames: list[Frame] = []
        if not self._buffer:
            self._since = now
        elif now - self._since > PATIENCE:
            self._since = now
            self.skipped += 1
            self._cut(self._buffer[1:], frames, now)
        self._cut(self._buffer + data if self._buffer else data, frames, now)
        return frames

    def _cut(self, data: bytes, frames: list[Frame], now: float) -> None:
        """Cut off all complete frames; the rest, which may become one, is kept."""
        at, end = 0, len(data)
        sums: list[int] | None = None
        while at < end:
            start = data.find(START, at)
            if start < 0:
                # The last byte may be the first half of a start mark.
                start = end - 1 if data[-1] == START[0] else end
            self.skipped += start - at
            at = start
            if end - at < _FIXED:
                break
            (length,) = _LENGTH.unpack_from(data, at + 2)
            believed = OVERHEAD <= length <= self.longest
            if believed and end - at < length:
                break
            if believed:
                last = at + length - 1
                total = sum(data[at + 6 : last]) if sums is None else sums[last] - sums[at + 6]
                if total & 0xFF == data[last]:
                    _, _, info, sequence, command = _HEADER.unpack_from(data, at)
                    frames.append(Frame(command, data[at + 8 : last], info, sequence))
                    self._since = now
                    at = last + 1
                    continue
                self.bad_checksums += 1
                # Frames within frames cannot be used to keep the processor busy: from now on
                # every sum takes the same time.
                sums = sums or list(accumulate(data, initial=0))
            self.skipped += 1
            at += 1
        self._buffer = data[at:]
