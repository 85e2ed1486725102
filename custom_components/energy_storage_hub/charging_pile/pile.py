"""A pile that was added: its connection, its connectors, and the questions it is asked.

What it reports is read in `reports.py`, what a person wants of it is done in `orders.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
import logging
import re
import time
from typing import Any, Protocol

from ..model.presence import Presence
from ..model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    SourceConnectionError,
    SourceRefusedError,
)
from .answers import Admission
from .clock import Clock
from .command_numbers import Cmd
from .commands import COMMANDS, answer, request
from .connector import Connector
from .fields import Values
from .frame import Frame
from .limits import Limits
from .server import Connection
from .states_pile import ONLINE
from .tables import CONNECTOR, PILE

_LOGGER = logging.getLogger(__name__)

CODE_PATTERN = re.compile(r"[A-Za-z0-9_.:/+-]{1,32}")
"""What a pile may call itself: anything else is an attack or another protocol."""

MOST_CONNECTORS = 32
_SEQUENCES = 256
_UNKNOWN_KEPT = 16

_ANSWERS: dict[int, Callable[[Values], object]] = {
    Cmd.SET_INTEGER_PARAMETERS_RESPONSE: lambda values: values.get("start_address"),
    Cmd.SET_STRING_PARAMETER_RESPONSE: lambda values: values.get("start_address"),
    Cmd.CONTROL_COMMAND_RESPONSE: lambda values: (
        values.get("connector_id"),
        values.get("start_command_address"),
    ),
    Cmd.PERIOD_ENERGY_RESPONSE: lambda values: values.get("connector_id"),
    Cmd.TARIFF_QUERY_RESPONSE: lambda _: None,
    Cmd.TARIFF_SET_RESPONSE: lambda _: None,
}
"""Answers of a pile, and what in them tells which question they answer."""


class Host(Protocol):
    """What a pile may know, and whom it tells: the source that it belongs to."""

    clock: Clock
    set_clock: bool
    show_identities: bool
    admission: Admission
    limits: Limits

    def on_device(self, device: Device) -> None:
        """The pile or a connector is known now, or better known."""

    def on_reading(self, reading: Reading) -> None:
        """A report came in."""

    def on_event(self, happening: Happening) -> None:
        """Something happened."""

    def on_availability(self) -> None:
        """The pile is back, or lost."""

    def on_problem(self, problem: Problem) -> None:
        """A person has to mend something."""

    def on_solved(self, key: str) -> None:
        """It is mended."""

    def on_record(self) -> None:
        """A session was counted: that must not be forgotten."""


class ReportHandler(Protocol):
    """What becomes of a pile's reports."""

    def handle(self, frame: Frame, values: Values) -> None:
        """Take a report, and answer it where an answer is due."""

    def remind(self) -> None:
        """Tell what is known from before a restart."""


@dataclass(slots=True)
class Counts:
    """What the diagnostics tell of a pile."""

    connects: int = 0
    frames: Counter[int] = field(default_factory=Counter)
    encrypted: int = 0
    foreign: int = 0
    """Frames with another pile's code, or with a connector that cannot be."""
    unknown: dict[int, str] = field(default_factory=dict)
    """The first frame of each command that is not known, its texts left out."""
    alarm_table: str = "unproved"
    """Whether the alarm bits agree with the alarm codes."""


class Pile:
    """One pile that was added."""

    known = True

    def __init__(
        self, code: str, number: int, host: Host, reports: Callable[[Pile, Host], ReportHandler]
    ) -> None:
        """Wait for the pile to dial in; `number` is its place among the piles."""
        self.code = code
        self.number = number
        self.connectors: dict[int, Connector] = {}
        self.counts = Counts()
        # No whole code in the log.
        self.label = f"Charging pile ...{code[-4:]}"
        self._presence = Presence(self.label, self._on_presence)
        self.silence = host.limits.silence_least
        """Longest time without a frame, s: from the pile's own heartbeat."""
        self.firmware: str | None = None
        self._host = host
        self._reports = reports(self, host)
        self._connection: Connection | None = None
        self._lost_at: float | None = None
        self._sequence = 0
        self._waiting: dict[tuple[int, object], asyncio.Future[Values]] = {}

    # Who it is, and its connectors.

    def begin(self) -> None:
        """Tell what is known from before a restart."""
        self.announce()
        self._host.on_reading(Reading(self.code, {ONLINE.key: False}))
        self._reports.remind()

    def announce(self) -> None:
        """Tell all devices."""
        self._host.on_device(
            Device(
                serial=self.code,
                kind=PILE,
                manufacturer="",
                model="AA F5",
                number=self.number,
                sw_version=self.firmware,
            )
        )
        for connector in self.connectors.values():
            self._announce(connector)

    def _announce(self, connector: Connector) -> None:
        self._host.on_device(
            Device(
                serial=connector.serial,
                kind=CONNECTOR,
                manufacturer="",
                model="",
                number=connector.number,
                parent=self.code,
                part=True,
            )
        )

    def connector(self, number: int) -> Connector | None:
        """Return a connector, the first time as a new one; None for one that cannot be."""
        if number == 0 and len(self.connectors) == 1:
            return next(iter(self.connectors.values()))
        if (known := self.connectors.get(number)) is not None:
            return known
        if not 1 <= number <= MOST_CONNECTORS:
            self.counts.foreign += 1
            return None
        connector = self.connectors[number] = Connector(f"{self.code}#{number}", number)
        self._announce(connector)
        return connector

    # Connections.

    @property
    def connected(self) -> bool:
        """Whether it can be asked something."""
        return self._connection is not None

    def attach(self, connection: Connection, login: Frame) -> None:
        """Let a new connection, on which the pile has just signed in, take over."""
        before, self._connection = self._connection, connection
        connection.belong_to(self)
        self.counts.connects += 1
        self._lost_at = None
        if before and before is not connection:
            self._end_waiting()
            before.close()
        self.on_frame(connection, login)
        self._presence.watch(True)
        self.tell(Cmd.TARIFF_QUERY_REQUEST, {})

    def on_lost(self, connection: Connection) -> None:
        """Take note that the connection is gone; the pile may come back."""
        if connection is self._connection:
            self._connection = None
            self._lost_at = time.monotonic()
            self._end_waiting()

    def _end_waiting(self) -> None:
        error = SourceConnectionError("connection lost", "pile_offline")
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(error)
        for connector in self.connectors.values():
            connector.lost(error)

    def drop(self) -> None:
        """Hang up."""
        if self._connection:
            self._connection.close()

    def sweep(self) -> None:
        """Give up a pile that did not come back in time."""
        if self._lost_at is not None and self.online:
            self._presence.watch(time.monotonic() - self._lost_at < self._host.limits.grace)

    @property
    def online(self) -> bool:
        """Whether it is connected, or was a moment ago."""
        return bool(self._presence.present)

    def _on_presence(self) -> None:
        self._host.on_availability()
        self._host.on_reading(Reading(self.code, {ONLINE.key: self.online}))

    # Saying and asking.

    def answer(self, frame: Frame, number: Cmd, values: Mapping[str, Any]) -> None:
        """Answer a frame, in its own manner."""
        if self._connection:
            self._connection.send(answer(frame, number, values))

    def tell(self, number: Cmd, values: Mapping[str, Any]) -> None:
        """Send something that has no answer of its own. Raises SourceError."""
        if not self._connection:
            raise SourceConnectionError("not connected", "pile_offline")
        self._sequence = (self._sequence + 1) % _SEQUENCES
        self._connection.send(request(number, values, self._sequence))

    async def ask(self, number: Cmd, values: Mapping[str, Any], which: object = None) -> Values:
        """Send a question once and return the fields of its answer. Raises SourceError."""
        key = (number.answer, which)
        if key in self._waiting:
            raise SourceRefusedError("asked already", "pile_busy")
        self.tell(number, values)
        future: asyncio.Future[Values] = asyncio.get_running_loop().create_future()
        self._waiting[key] = future
        try:
            async with asyncio.timeout(self._host.limits.answer):
                return await future
        except TimeoutError as err:
            raise SourceConnectionError("no answer", "pile_silent") from err
        finally:
            self._waiting.pop(key, None)

    # Arrivals.

    def on_frame(self, connection: Connection, frame: Frame) -> None:
        """Take a frame of the pile."""
        if connection is not self._connection:
            return
        if frame.encrypted:
            self._on_encrypted()
            return
        self.counts.frames[frame.command] += 1
        command = COMMANDS.get(frame.command)
        if command is None or not command.from_pile:
            self._on_unknown(frame)
            return
        if frame.command == Cmd.BMS_REPORT:
            frame = self._aligned(frame)
        values = command.decode(frame.data)
        if command.says_who and not self._is_mine(values):
            self.counts.foreign += 1
            return
        self._reports.handle(frame, values)
        if (which := _ANSWERS.get(frame.command)) is not None:
            future = self._waiting.get((frame.command, which(values)))
            if future and not future.done():
                future.set_result(values)

    def _is_mine(self, values: Values) -> bool:
        """Whether a frame names this pile; one that dials in per connector may add A or B."""
        code: str = values.get("charge_point_id", "").strip()
        return code == self.code or (code == self.code[:-1] and self.code[-1] in "AB")

    def _aligned(self, frame: Frame) -> Frame:
        """Return a 302 whose connector number has two bytes, as in the vendor's table."""
        code = self.code.encode()
        if frame.data[7 : 7 + len(code)] != code:
            return frame
        return replace(frame, data=frame.data[:7] + b"\0" + frame.data[7:])

    def _on_encrypted(self) -> None:
        self.counts.encrypted += 1
        if self.counts.encrypted == 1:
            _LOGGER.warning("%s encrypts, which is not supported", self.label)
        placeholders = {"ending": self.code[-4:]}
        self._host.on_problem(
            Problem(f"encrypted_{self.code}", "encrypted_pile", placeholders, "charging_pile.md")
        )

    def _on_unknown(self, frame: Frame) -> None:
        unknown = self.counts.unknown
        if frame.command in unknown or len(unknown) >= _UNKNOWN_KEPT:
            return
        code = self.code.encode()
        data = frame.data[:128].replace(code, b"." * len(code))
        unknown[frame.command] = _without_texts(data)
        _LOGGER.info("%s sent command %s, which is not known", self.label, frame.command)

    # What is kept over restarts.

    def saved(self) -> dict[str, Any]:
        """Return what must survive a restart."""
        return {
            "number": self.number,
            "firmware": self.firmware,
            "connectors": {
                str(connector.number): connector.saved() for connector in self.connectors.values()
            },
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was saved."""
        self.firmware = saved.get("firmware")
        for number, connector in saved.get("connectors", {}).items():
            self._known(int(number)).restore(connector)

    def resume(self, shown: Mapping[str, Mapping[str, float]]) -> None:
        """Let connectors go on from what their counters showed last, by serial number."""
        for serial, counters in shown.items():
            code, _, number = serial.partition("#")
            if code == self.code and number.isdecimal():
                self._known(int(number)).resume(counters)

    def _known(self, number: int) -> Connector:
        return self.connectors.setdefault(number, Connector(f"{self.code}#{number}", number))


def _without_texts(data: bytes) -> str:
    """Return bytes as hexadecimal, what may be text as dots."""
    return re.sub(rb"[\x20-\x7e]{4,}", lambda text: b"." * len(text[0]), data).hex(" ")
