"""From payloads to readings: picks the message by product and route, and parses it.

One decoder per system. It remembers what the parts need to be told apart (which serial number
sits in which slot) and, for diagnostics, the last packet of each route.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
import time
from typing import override

from ..model.source import Device, Reading
from .context import Context, RouteRecord
from .envelope import MAX_PARTS, EnvelopeError, Masking, Packet, Route, split
from .limits import Scope, limits_of
from .lives import aged
from .messages import DecodeError, Message, parts_of
from .models import Family, Model, model_of
from .reports import REPORTS, ReportType
from .unit import Unit

MANUFACTURER = "EcoFlow"

_ROUTES_KEPT = 200
"""A system has some 30 routes: what is beyond is invented and must not fill the memory."""
_MINUTES_KEPT = MAX_PARTS
"""As many as a payload can have."""
_DAYS_KEPT = 64
_UNITS_KEPT = 16
_DAY = 86_400
_PACKS = frozenset({"pack", "fit_pack"})
_ORDER: dict[Route, int] = {(96, 12): -1, (96, 3): 1, (209, 33): 1, (240, 2): 1}
"""Which inverters there are comes first, for the rest may be theirs; errors and priorities come
last, for they are those of packs and plugs that the rest tells of. So does the power of wall boxes,
which another report tells, too, more seldom."""


class Decoder(Context):
    """Decodes the reports of one system."""

    def __init__(
        self, serial: str, model: Model, name: str, on_device: Callable[[Device], None]
    ) -> None:
        """Decode for this system; it and its parts are announced through `on_device`."""
        super().__init__(serial, limits_of((model.rated_power,)))
        self._ratings = [model.rated_power]
        self._masking = Masking()
        self.units: dict[str, Unit] = {}
        """The other inverters of a parallel system, by serial number."""
        self.broken = 0
        """Payloads that were no reports or too many, and reports on invented routes."""
        self.minutes: dict[int, Mapping[str, float]] = {}
        """Averages of minutes by their time, since they were taken last."""
        self.hours: dict[tuple[int, int], tuple[int, ...]] = {}
        self._model = model
        self._reports = REPORTS[model.family]
        self._versions: dict[str, str] = {}
        self._parts: dict[str, Device] = {
            serial: Device(
                serial=serial,
                kind="fit" if model.family is Family.FIT else "system",
                manufacturer=MANUFACTURER,
                model=model.name,
                name=name,
                rated_power=self.limits[Scope.SITE],
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
        record = self.hear(packet.route, packet.module)
        carried = self._reports.get(packet.route)
        if record is None:
            return 0
        if packet.offline:
            self._offline = True
        record.last = packet.candidates[0]
        if carried is None:
            return 0
        try:
            message, record.last = self._masking.read(packet, carried.message)
            parts = parts_of(message, room)
        except DecodeError:
            record.failed += 1
            return 0
        yield from aged(packet.route, carried.read(context, message, carried.plan))
        return parts

    def hear(self, route: Route, unit: str = "") -> RouteRecord | None:
        """Note that a report has come by MQTT now. None for one that nobody can have sent."""
        routes = self._context(unit).routes
        record = routes.get(route)
        if record is None:
            if not self.knows(route) and len(routes) >= _ROUTES_KEPT:
                self.broken += 1
                return None
            record = routes[route] = RouteRecord()
        record.count += 1
        record.at = time.monotonic()
        return record

    def decode_message(
        self,
        route: Route,
        message: Message,
        unit: str = "",
        *,
        age: float = 0.0,
        least: float = 0.0,
    ) -> Iterator[Reading]:
        """Yield the readings of a message that came without an envelope, of this inverter.

        Such a message was JSON, which writes zeros. It is so old, and lives at least so long, s.
        """
        carried = self._reports[route]
        told = carried.read(self._context(unit), message, carried.explicit)
        yield from aged(route, told, age, least)

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

    def kind_of(self, serial: str) -> str:
        """Return what kind of device a part is, empty for one that is not known."""
        device = self._parts.get(serial)
        return device.kind if device else ""

    def forget(self, serial: str) -> None:
        """Forget a part: it is announced again when it reports."""
        if serial != self.serial:
            self._parts.pop(serial, None)

    def take_offline(self) -> bool:
        """Whether the cloud has said since the last call that the system is offline."""
        offline, self._offline = self._offline, False
        return offline

    def take_minutes(self) -> dict[int, Mapping[str, float]]:
        """Return the minutes that were told since the last call."""
        minutes, self.minutes = self.minutes, {}
        return minutes

    # What the readers call.

    @override
    def announce_unit(self, serial: str) -> None:
        """Say that an inverter works in parallel; the system itself is the master."""
        if serial == self.serial or (serial in self.units and serial in self._parts):
            return
        model = model_of(serial)
        if serial not in self.units:
            if len(self.units) >= _UNITS_KEPT:
                return
            rated_power = model.rated_power if model else self._ratings[0]
            self.units[serial] = Unit(self, serial, limits_of((rated_power,)))
            self._ratings.append(rated_power)
            self.limits = limits_of(self._ratings)
            self._add(replace(self.device, rated_power=self.limits[Scope.SITE]))
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
                rated_power=self.units[serial].limits[Scope.SITE],
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
            rated_power=self.limits[Scope.PACK] if kind in _PACKS else 0.0,
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
        """Keep the averages of a minute until they are taken."""
        if len(self.minutes) < _MINUTES_KEPT:
            self.minutes[timestamp] = minute

    @override
    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Keep the hourly energies of a day and type. Return whether that day is the newest.

        A day that is still to come tells nothing: it would be the newest until it is there.
        """
        if day > time.time() + _DAY:
            return False
        self.hours[day, watth_type] = watth
        if len(self.hours) > _DAYS_KEPT:
            del self.hours[min(self.hours)]
        return day >= max(self.hours)[0]


def order_of(route: Route) -> int:
    """Return the place of a report among those that came together: lower is earlier."""
    return _ORDER.get(route, 0)
