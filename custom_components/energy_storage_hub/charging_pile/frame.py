"""Frames on the wire: cutting a byte stream into them, and building them.

A frame is `AA F5`, a length (u16), an information byte, a sequence number, a command (u16),
its data and a checksum: the low byte of the sum over command and data. The length counts the
whole frame. All numbers are little endian. Bit 7 of the information byte says that the data
are encrypted. (NUMBO-DOC, and every implementation and capture that was found.)
"""

from __future__ import annotations

from dataclasses import dataclass
import struct

START = b"\xaa\xf5"
OVERHEAD = 9
"""Bytes of a frame beside its data."""

LONGEST = 4096
"""The longest frame that is believed, bytes. The longest known one has 303 + 390 bytes of data;
a longer length field is garbage, and is skipped before a byte of its body is awaited."""

PATIENCE = 3.0
"""A frame that is not complete after so long was none, s (NUMBO-DOC)."""

_ENCRYPTED = 0x80
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

    __slots__ = ("_buffer", "_since", "bad_checksums", "skipped")

    def __init__(self) -> None:
        """Start with nothing."""
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
        if self._buffer:
            if now - self._since > PATIENCE:
                self._take(self._skip_one(self._buffer), frames, now)
            data = self._buffer + data
        else:
            self._since = now
        self._take(data, frames, now)
        return frames

    def _take(self, data: bytes, frames: list[Frame], now: float) -> None:
        """Cut off all complete frames; the rest, which may become one, is kept."""
        at, end = 0, len(data)
        while at < end:
            start = data.find(START, at)
            if start < 0:
                # The last byte may be the first half of a start mark.
                start = end - 1 if data[-1] == START[0] else end
            self.skipped += start - at
            at = start
            if end - at < 4:
                break
            (length,) = _LENGTH.unpack_from(data, at + 2)
            if not OVERHEAD <= length <= LONGEST:
                self.skipped += 1
                at += 1
                continue
            if end - at < length:
                break
            frame = _frame(data[at : at + length])
            if frame is None:
                self.bad_checksums += 1
                self.skipped += 1
                at += 1
                continue
            frames.append(frame)
            at += length
            self._since = now
        self._buffer = data[at:]

    def _skip_one(self, data: bytes) -> bytes:
        self.skipped += 1
        return data[1:]


def _frame(data: bytes) -> Frame | None:
    """Return the frame that these bytes are, None if the checksum is wrong."""
    if sum(data[6:-1]) & 0xFF != data[-1]:
        return None
    _, _, info, sequence, command = _HEADER.unpack_from(data)
    return Frame(command, data[8:-1], info, sequence)
