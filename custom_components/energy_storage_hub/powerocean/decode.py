"""From payloads to readings: picks the message by product and route, and parses it.

One decoder per system. It remembers what the parts need to be told apart (which serial number
sits in which slot) and, for diagnostics, the last packet of each route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
import time

from ..model.source import Device, Reading
from .envelope import EnvelopeError, Packet, Route, split
from .messages import DecodeError, Message
from .models import Family, Model, model_of
from .reports import REPORTS, Report
from .unit import Unit, heard_within

MANUFACTURER = "EcoFlow"

_ROUTES_KEPT = 200
"""A system has some 30 routes: what is beyond is invented and must not fill the memory."""
_MINUTES_KEPT = 120
_DAYS_KEPT = 64
_UNITS_KEPT = 16
_ORDER: dict[Route, int] = {(96, 12): -1, (96, 3): 1, (240, 2): 1}
"""Which inverters there are comes first, for the rest may be theirs; errors and priorities come
last, for they are those of packs and plugs that the rest tells of."""


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
        self.units: dict[str, Unit] = {}
        """The other inverters of a parallel system, by serial number."""
        self.routes: dict[Route, RouteRecord] = {}
        self.broken = 0
        """Payloads that were no list of headers, and reports on invented routes."""
        self.minutes: dict[int, Mapping[str, float]] = {}
        self.hours: dict[tuple[int, int], tuple[int, ...]] = {}
        self._reports = REPORTS[model.family]
        self._versions: dict[str, str] = {}
        self._parts: dict[str, Device] = {
            serial: Device(
                serial=serial,
                kind="fit" if model.family is Family.FIT else "system",
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
            packets = sorted(split(payload), key=lambda packet: order_of(packet.route))
        except EnvelopeError:
            self.broken += 1
            return
        for packet in packets:
            yield from self.decode_packet(packet)

    def decode_packet(self, packet: Packet) -> Iterator[Reading]:
        """Yield the readings of one packet."""
        context = self._context(packet.module)
        record = self.hear(packet.route, context)
        report = self._reports.get(packet.route)
        if record is None:
            return
        if packet.offline:
            self._offline = True
        record.last = packet.candidates[0]
        if report is None:
            return
        message = _parse(report.message, packet.candidates)
        if message is None:
            record.failed += 1
            return
        yield from report.read(context, message, report.plan)

    def hear(self, route: Route, context: Decoder | Unit | None = None) -> RouteRecord | None:
        """Note that a report has come by MQTT now. None for one that nobody can have sent."""
        routes = (context or self).routes
        record = routes.get(route)
        if record is None:
            if not self.knows(route) and len(routes) >= _ROUTES_KEPT:
                self.broken += 1
                return None
            record = routes[route] = RouteRecord()
        record.count += 1
        record.at = time.monotonic()
        return record

    def decode_message(self, route: Route, message: Message, unit: str = "") -> Iterator[Reading]:
        """Yield the readings of a message that came without an envelope, of this inverter."""
        report = self._reports[route]
        yield from report.read(self._context(unit), message, report.plan)

    def _context(self, module: str) -> Decoder | Unit:
        """Return whose report it is: the system's, but for the other inverters."""
        return (self.units.get(module) if self.units else None) or self

    def heard_of(self, unit: str, route: Route) -> RouteRecord | None:
        """Return what is remembered of a route of an inverter."""
        return self._context(unit).routes.get(route)

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

    # What the readers call: see context.Context.

    def announce_unit(self, serial: str) -> None:
        """Say that an inverter works in parallel; the system itself is the master."""
        if serial == self.serial or serial in self.units or len(self.units) >= _UNITS_KEPT:
            return
        self.units[serial] = Unit(self, serial)
        model = model_of(serial)
        name = model.name if model else "PowerOcean inverter"
        # Told apart by the end of the serial number, as on the type plate: order says nothing.
        self._add(
            Device(
                serial=serial,
                kind="unit",
                manufacturer=MANUFACTURER,
                model=name,
                name=f"{name} {serial[-4:]}",
                parent=self.serial,
                sw_version=self._versions.get(serial),
            )
        )

    def heard_within(self, route: Route, seconds: float) -> bool:
        """Whether the system has sent a report of this route by MQTT lately."""
        return heard_within(self.routes, route, seconds)

    def announce(
        self, serial: str, kind: str, model: str, number: int = 0, parent: str = ""
    ) -> None:
        """Say that a part of the system is there, once."""
        known = self._parts.get(serial)
        if known is not None and (known.number == number or not number):
            return
        if serial == self.serial or serial in self.units:
            return  # no part of itself
        device = Device(
            serial=serial,
            kind=kind,
            manufacturer=MANUFACTURER,
            model=model,
            number=number,
            parent=parent or self.serial,
            sw_version=self._versions.get(serial),
        )
        self._add(device)

    def _add(self, device: Device) -> None:
        self._parts[device.serial] = device
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
            self._add(replace(device, sw_version=text))

    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Keep the averages of a minute, the newest two hours of them."""
        self.minutes[timestamp] = minute
        if len(self.minutes) > _MINUTES_KEPT:
            del self.minutes[min(self.minutes)]

    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Keep the hourly energies of a day and type. Return whether that day is the newest."""
        self.hours[day, watth_type] = watth
        if len(self.hours) > _DAYS_KEPT:
            del self.hours[min(self.hours)]
        return day >= max(self.hours)[0]


def order_of(route: Route) -> int:
    """Return the place of a report among those that came together: lower is earlier."""
    return _ORDER.get(route, 0)


def _parse(message_type: type[Message], candidates: tuple[bytes, ...]) -> Message | None:
    """Parse the candidate that makes the most sense: the one with the most fields that we know.

    Wrongly unmasked bytes of a short report do parse now and then, with a field or two.
    """
    best: Message | None = None
    most = -1
    for data in candidates:
        message = message_type()
        try:
            message.ParseFromString(data)
        except DecodeError:
            continue
        if len(candidates) == 1:
            return message
        known = len(message.ListFields())
        if known > most:
            best, most = message, known
    return best
