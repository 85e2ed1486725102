"""From payloads to readings: picks the message by product and route, and parses it.

One decoder per system. It remembers what the parts need to be told apart (which serial number
sits in which slot) and, for diagnostics, the last packet of each route.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
import time
from typing import override

from ..model.source import Device, Reading
from .context import Context, RouteRecord
from .envelope import MAX_PARTS, EnvelopeError, Packet, Route, split
from .messages import DecodeError, Message, parse, parts_of
from .models import Family, Model, model_of
from .reports import REPORTS, ReportType
from .unit import Unit

MANUFACTURER = "EcoFlow"

_ROUTES_KEPT = 200
"""A system has some 30 routes: what is beyond is invented and must not fill the memory."""
_MINUTES_KEPT = 120
_DAYS_KEPT = 64
_UNITS_KEPT = 16
_ORDER: dict[Route, int] = {(96, 12): -1, (96, 3): 1, (240, 2): 1}
"""Which inverters there are comes first, for the rest may be theirs; errors and priorities come
last, for they are those of packs and plugs that the rest tells of."""


class Decoder(Context):
    """Decodes the reports of one system."""

    def __init__(
        self, serial: str, model: Model, name: str, on_device: Callable[[Device], None]
    ) -> None:
        """Decode for this system; it and its parts are announced through `on_device`."""
        super().__init__(serial)
        self.units: dict[str, Unit] = {}
        """The other inverters of a parallel system, by serial number."""
        self.broken = 0
        """Payloads that were no reports or too many, and reports on invented routes."""
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
        room = MAX_PARTS
        for packet in packets:
            room -= yield from self.decode_packet(packet, room)

    def decode_packet(self, packet: Packet, room: int = MAX_PARTS) -> Generator[Reading, None, int]:
        """Yield the readings of one packet. Return its parts, of which there is `room` for some."""
        context = self._context(packet.module)
        record = self.hear(packet.route, context)
        carried = self._reports.get(packet.route)
        if record is None:
            return 0
        if packet.offline:
            self._offline = True
        record.last = packet.candidates[0]
        if carried is None:
            return 0
        try:
            message = _parse(carried.message, packet.candidates)
            parts = parts_of(message, room)
        except DecodeError:
            record.failed += 1
            return 0
        yield from carried.read(context, message, carried.plan)
        return parts

    def hear(self, route: Route, context: Context | None = None) -> RouteRecord | None:
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
        carried = self._reports[route]
        yield from carried.read(self._context(unit), message, carried.plan)

    def _context(self, module: str) -> Context:
        """Return whose report it is: the system's, but for the other inverters."""
        return (self.units.get(module) if self.units else None) or self

    def heard_of(self, unit: str, route: Route) -> RouteRecord | None:
        """Return what is remembered of a route of an inverter."""
        return self._context(unit).routes.get(route)

    def report_type(self, route: Route) -> ReportType | None:
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

    # What the readers call.

    @override
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

    @override
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

    @override
    def is_known(self, serial: str) -> bool:
        """Whether the part was announced."""
        return serial in self._parts

    @override
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

    @override
    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Keep the averages of a minute, the newest two hours of them."""
        self.minutes[timestamp] = minute
        if len(self.minutes) > _MINUTES_KEPT:
            del self.minutes[min(self.minutes)]

    @override
    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Keep the hourly energies of a day and type. Return whether that day is the newest."""
        self.hours[day, watth_type] = watth
        if len(self.hours) > _DAYS_KEPT:
            del self.hours[min(self.hours)]
        return day >= max(self.hours)[0]


def order_of(route: Route) -> int:
    """Return the place of a report among those that came together: lower is earlier."""
    return _ORDER.get(route, 0)


def _parse(message_type: type[Message], candidates: tuple[bytes, ...]) -> Message:
    """Parse the candidate that makes the most sense: the one with the most fields that we know.

    Wrongly unmasked bytes of a short report do parse now and then, with a field or two.
    Raises DecodeError if none makes any.
    """
    if len(candidates) == 1:
        return parse(message_type, candidates[0])
    messages = []
    for data in candidates:
        with suppress(DecodeError):
            messages.append(parse(message_type, data))
    if not messages:
        raise DecodeError("no candidate makes sense")
    return max(messages, key=lambda message: len(message.ListFields()))
