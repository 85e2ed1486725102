"""The envelope of EcoFlow's MQTT payloads: from bytes to reports.

A payload is a list of headers, each with the bytes of one report [IOBROKER]. Bytes may be
masked (3b): `enc_type` 1 and a sender other than the app (src 32) means that every byte is
XORed with the low byte of that header's own `seq`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
import time
from typing import Any

from .messages import DecodeError, Frame, Message, parse

APP = 32
"""Address of the phone app, which is what we are to the system."""
EMS = 96
"""Address of the system's energy management."""

MAX_PAYLOAD = 1 << 17
"""A payload is some hundred bytes, an answer to a get some 10 kB; more is not from a system."""

_CERTAIN = 4
"""So many known fields are no accident."""
_LONG = 24
"""Bytes of a report that has so many, if it has any."""
_SENDERS = 64
"""There are some ten: what is beyond is invented."""

MAX_PARTS = 500
"""Headers of a payload, and entries of all lists in it: an answer to a get has some 20 headers,
16 inverters with 15 packs each have 240 packs."""

type Route = tuple[int, int]
"""Command set and command: (96, 33)."""


class EnvelopeError(ValueError):
    """The payload is no list of headers."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One report on its way: its route and the bytes to try, best candidate first."""

    route: Route
    candidates: tuple[bytes, ...]
    code: str = ""
    module: str = ""
    """Serial number of the module that reports: in a parallel system, of the inverter."""
    source: int = EMS
    """Address of who reports."""

    @property
    def offline(self) -> bool:
        """The cloud's answer to a get for a system that is offline."""
        return self.code == "-2"


def split(payload: bytes) -> Iterator[Packet]:
    """Yield the packets of a payload.

    Raises EnvelopeError for what is no list of headers, for a payload over MAX_PAYLOAD and for one
    of more than MAX_PARTS.
    """
    if len(payload) > MAX_PAYLOAD:
        raise EnvelopeError(f"payload of {len(payload)} bytes")
    try:
        frame: Any = parse(Frame, payload)
    except DecodeError as err:
        raise EnvelopeError("not a list of headers") from err
    if len(frame.header) > MAX_PARTS:
        raise EnvelopeError(f"payload of {len(frame.header)} headers")
    for header in frame.header:
        pdata: bytes = header.pdata
        mask = header.seq & 0xFF
        masked = header.enc_type == 1 and header.src != APP and mask and pdata
        yield Packet(
            (header.cmd_func, header.cmd_id),
            (unmask(pdata, mask), pdata) if masked else (pdata,),
            header.code,
            header.module_sn,
            header.src,
        )


class Masking:
    """Which senders really mask what they flag as masked.

    Short reports do not tell: wrongly unmasked bytes do parse now and then, with a field or two.
    Long ones leave no doubt, and decide how the sender's short ones are read.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._masks: dict[tuple[int, str], bool] = {}

    def read(self, packet: Packet, kind: type[Message]) -> tuple[Message, bytes]:
        """Return the message of a packet, and the bytes that it was read from.

        Raises DecodeError if it makes no sense either way.
        """
        if len(packet.candidates) == 1:
            return parse(kind, packet.candidates[0]), packet.candidates[0]
        sender = packet.source, packet.module
        masks = self._masks.get(sender)
        read: list[tuple[int, Message, bytes]] = []
        # Likely bytes first: of those that say equally much, they are taken.
        for data in packet.candidates if masks is not False else packet.candidates[::-1]:
            with suppress(DecodeError):
                message = parse(kind, data)
                said = _said(message)
                if masks is not None and (said >= _CERTAIN or len(data) < _LONG):
                    return message, data
                read.append((said, message, data))
        if not read:
            raise DecodeError("makes no sense, masked or not")
        said, message, data = max(read, key=lambda one: one[0])
        others = sum(other for other, _, _ in read) - said
        room = sender in self._masks or len(self._masks) < _SENDERS
        if room and said >= _CERTAIN and others <= said // 2:
            self._masks[sender] = data is packet.candidates[0]
        return message, data


def _said(message: Message) -> int:
    """Return how many fields are known of what a message says."""
    count = 0
    for field, value in message.ListFields():
        if field.message_type is None:
            count += 1
        else:
            count += sum(map(_said, value if field.is_repeated else (value,)))
    return count


def unmask(data: bytes, mask: int) -> bytes:
    """XOR every byte with the mask; masking and unmasking are the same."""
    return data.translate(_table(mask & 0xFF))


@cache
def _table(mask: int) -> bytes:
    return bytes(value ^ mask for value in range(256))


def get_all() -> bytes:
    """Return the payload that asks for everything: published on the `get` topic."""
    return _frame(src=APP, dest=APP, seq=_seq())


def get_all_json() -> bytes:
    """Return the same question in JSON, which some systems answer instead."""
    return (
        f'{{"from":"Android","id":"{_seq()}","version":"1.0","moduleType":0,'
        '"operateType":"latestQuotas","params":{}}'
    ).encode()


def keep_stream_open(at_once: bool = False) -> bytes:
    """Return the EnergyStreamSwitch (96/97): makes 96/33 come every few seconds for a while.

    Published on the `set` topic: a write to the system, however harmless. `at_once` sets the
    second flag, which only the Fit knows: its app always does.
    """
    pdata = b"\x08\x01\x10\x01" if at_once else b"\x08\x01"
    return _frame(
        src=APP,
        dest=EMS,
        d_src=1,
        d_dest=1,
        cmd_func=96,
        cmd_id=97,
        pdata=pdata,
        data_len=len(pdata),
        need_ack=1,
        seq=_seq(),
        version=3,
        payload_ver=1,
    )


def _seq() -> int:
    return int(time.time() * 1000) & 0x7FFFFFFF


def _frame(**fields: Any) -> bytes:
    frame: Any = Frame()
    header = frame.header.add(**fields)
    setattr(header, "from", "Android")
    return bytes(frame.SerializeToString())
