"""From payloads to readings: picks the message by product and route, and parses it.

One decoder per system. It remembers what the parts need to be told apart (which serial number
sits in which slot) and, for diagnostics, the last packet of each route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
import time

from ..source import Device, Reading
from .envelope import EnvelopeError, Packet, Route, split
from .messages import DecodeError, Message
from .models import Model
from .reports import REPORTS, Report

MANUFACTURER = "EcoFlow"

_MINUTES_KEPT = 120
_DAYS_KEPT = 64


@dataclass(slots=True)
class RouteRecord:
    """What is remembered of a route for diagnostics."""

    count: int = 0
    failed: int = 0
    last: bytes = b""
    at: float = 0.0
    """When the last one came, monotonic s."""


class Decoder:
    """Decodes the reports of one system."""

    def __init__(
        self, serial: str, model: Model, name: str, on_device: Callable[[Device], None]
    ) -> None:
        """Decode for this system; it and its parts are announced through `on_device`."""
        self.serial = serial
        self.slots: dict[int, str] = {}
        self.routes: dict[Route, RouteRecord] = {}
        self.broken = 0
        """Payloads that were no list of headers."""
        self.minutes: dict[int, Mapping[str, float]] = {}
        self.hours: dict[tuple[int, int], tuple[int, ...]] = {}
        self._reports = REPORTS[model.family]
        self._versions: dict[str, str] = {}
        self._parts: dict[str, Device] = {
            serial: Device(
                serial=serial,
                kind="system",
                manufacturer=MANUFACTURER,
                model=model.name,
                name=name,
            )
        }
        self._offline = False
        self._on_device = on_device

    def decode(self, payload: bytes) -> Iterator[Reading]:
        """Yield the readings of an MQTT payload. Never raises: what cannot be read is counted."""
        try:
            for packet in split(payload):
                yield from self.decode_packet(packet)
        except EnvelopeError:
            self.broken += 1

    def decode_packet(self, packet: Packet) -> Iterator[Reading]:
        """Yield the readings of one packet."""
        record = self.routes.get(packet.route)
        if record is None:
            record = self.routes[packet.route] = RouteRecord()
        record.count += 1
        record.at = time.monotonic()
        if packet.offline:
            self._offline = True
        record.last = packet.candidates[0]
        report = self._reports.get(packet.route)
        if report is None:
            return
        message = _parse(report.message, packet.candidates)
        if message is None:
            record.failed += 1
            return
        yield from report.read(self, message, report.plan)

    def decode_message(self, route: Route, message: Message) -> Iterator[Reading]:
        """Yield the readings of a message that came without an envelope."""
        report = self._reports[route]
        yield from report.read(self, message, report.plan)

    def report(self, route: Route) -> Report | None:
        """Return what the system's product says on this route."""
        return self._reports.get(route)

    def knows(self, route: Route) -> bool:
        """Whether this route can be decoded."""
        return route in self._reports

    @property
    def device(self) -> Device:
        """The system itself."""
        return self._parts[self.serial]

    @property
    def parts(self) -> Iterable[str]:
        """Serial numbers of the system and its parts."""
        return self._parts.keys() | self._versions.keys()

    def take_offline(self) -> bool:
        """Whether the cloud has said since the last call that the system is offline."""
        offline, self._offline = self._offline, False
        return offline

    # What the readers call: see reports.Context.

    def announce(self, serial: str, kind: str, model: str, number: int = 0) -> None:
        """Say that a part of the system is there, once."""
        known = self._parts.get(serial)
        if known is not None and (known.number == number or not number):
            return
        device = Device(
            serial=serial,
            kind=kind,
            manufacturer=MANUFACTURER,
            model=model,
            number=number,
            parent=self.serial,
            sw_version=self._versions.get(serial),
        )
        self._parts[serial] = device
        self._on_device(device)

    def is_known(self, serial: str) -> bool:
        """Whether the part was announced."""
        return serial in self._parts

    def keep_version(self, serial: str, version: int) -> None:
        """Keep a module's firmware version."""
        if not version:
            return
        text = ".".join(str(byte) for byte in version.to_bytes(4, "big"))
        if self._versions.get(serial) == text:
            return
        self._versions[serial] = text
        if device := self._parts.get(serial):
            self._parts[serial] = device = replace(device, sw_version=text)
            self._on_device(device)

    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Keep the averages of a minute, the newest two hours of them."""
        self.minutes[timestamp] = minute
        if len(self.minutes) > _MINUTES_KEPT:
            del self.minutes[min(self.minutes)]

    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> None:
        """Keep the hourly energies of a day and type."""
        self.hours[day, watth_type] = watth
        if len(self.hours) > _DAYS_KEPT:
            del self.hours[min(self.hours)]


def _parse(message_type: type[Message], candidates: tuple[bytes, ...]) -> Message | None:
    """Parse the first candidate that makes sense: it parses and has a field that we know."""
    fallback: Message | None = None
    for data in candidates:
        message = message_type()
        try:
            message.ParseFromString(data)
        except DecodeError:
            continue
        if len(candidates) == 1 or message.ListFields():
            return message
        fallback = fallback or message
    return fallback
