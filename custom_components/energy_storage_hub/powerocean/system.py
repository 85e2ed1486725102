"""One system of an account: what it said last, when, and what that adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
import math
import time
from typing import Any

from ..model.presence import Presence
from ..model.source import Device, Reading
from .decode import Decoder
from .energies import Energies
from .envelope import Route
from .lives import NOT_ITS_OWN, POWER_REPORTS, PRESENT
from .models import Model
from .snapshot import mqtt_readings, snapshot_readings
from .snapshot_ages import SnapshotAges

STALE = 600.0
"""A system that has said nothing for so long is unavailable, s: gaps of 10 min do happen."""

SILENT = 120.0
"""So long without MQTT, and the snapshot takes over, s."""

_SAME_REPORT = 60.0
"""MQTT and the snapshot tell the same report; the snapshot may be so much later, s."""


class System:
    """One PowerOcean system."""

    def __init__(
        self,
        serial: str,
        model: Model,
        name: str,
        on_device: Callable[[Device], None],
        on_reading: Callable[[Reading], None],
        *,
        on_presence: Callable[[str], None] = lambda serial: None,
        stale: float = STALE,
    ) -> None:
        """Follow the system with this serial number.

        It is unavailable when it has said nothing for `stale` s; `on_presence` is called when it
        or a part of it is lost or back, with the serial number or with none for all of it.
        """
        self.serial = serial
        self.model = model
        self.stale = stale
        self.decoder = Decoder(serial, model, name, on_device)
        self.energies = Energies(self.decoder, model.family)
        self.offline = False
        self.snapshots = 0
        # By its product: names and serial numbers stay out of logs.
        self.label = f"{model.name} (...{serial[-4:]})"
        self.heard = Presence(self.label, partial(on_presence, ""))
        self.mqtt_heard = Presence(self.label)
        """By MQTT alone, where the snapshot does not count."""
        self.powers_heard = Presence(self.label)
        """The powers of the whole, by MQTT."""
        self.parts_heard: dict[str, Presence] = {}
        """Its parts, by serial number: each by what is told of it itself."""
        self._on_device = on_device
        self._on_reading = on_reading
        self._on_presence = on_presence
        self._by_mqtt: set[str] = set()
        """Parts that MQTT has told of."""
        self._forgotten = False
        self._ages = SnapshotAges()

    @property
    def device(self) -> Device:
        """The system as a device."""
        return self.decoder.device

    # Arrivals.

    def mqtt(self, payload: bytes) -> bool:
        """Take an MQTT payload, protobuf or JSON. Return whether it told anything."""
        if payload[:1] == b"{":
            readings: Iterable[Reading] = mqtt_readings(self.decoder, payload, self._ages) or ()
        else:
            readings = self.decoder.decode(payload)
        told = self._take(readings, by_mqtt=True)
        offline = self.decoder.take_offline()
        if told:
            self.mqtt_heard.hear()
        elif offline:
            self.offline = True
        if self.offline or not self.heard.present:
            self.watch()
        return told

    def snapshot(self, data: Mapping[str, Any]) -> None:
        """Take an HTTPS snapshot: only what is news, so that values never go back in time."""
        self.snapshots += 1
        told = self._take(
            snapshot_readings(self.decoder, data, self._ages, self._is_news, self.stale)
        )
        if data.get("online") in (0, "0", False) and not self.mqtt_heard.within(SILENT):
            self.offline = True
        elif told and self.heard.heard_at is None:
            self.heard.hear()  # of the cloud's own, but of a system that it knows

    def _is_news(self, route: Route, unit: str, pack: str, age: float) -> bool:
        """Whether a report of the snapshot is younger than what MQTT told."""
        if pack and pack not in self._by_mqtt:
            return True
        heard = self.decoder.heard_of(unit, route)
        return heard is None or time.monotonic() - heard.at > age + _SAME_REPORT

    def _take(self, readings: Iterable[Reading], by_mqtt: bool = False) -> bool:
        told, youngest = False, math.inf
        back = set[str]()
        for reading in readings:
            if not (reading.values or reading.zeros):
                continue
            if reading.values:
                told = True
                if reading.report:
                    youngest = min(youngest, reading.age)
            if self._pass_on(reading, by_mqtt):
                back.add(reading.serial)
        if filled := self.energies.fill(self.decoder.take_minutes()):
            self._on_reading(filled)
        if youngest < math.inf:
            self.heard.hear(youngest)
            self.offline = False
        for serial in back | (self.decoder.replaced & self.parts_heard.keys()):
            self._watch_part(serial)
        return told

    def _pass_on(self, reading: Reading, by_mqtt: bool) -> bool:
        """Tell a reading, and what it adds up to. Return whether a part was not there before."""
        if reading.serial != self.serial:
            back = self._hear_of_part(reading, by_mqtt)
            self._on_reading(reading)
            return back
        self._hear_of_itself(reading, by_mqtt)
        self._on_reading(reading)
        if sums := self.energies.take(reading):
            self._on_reading(sums)
        return False

    def _hear_of_itself(self, reading: Reading, by_mqtt: bool) -> None:
        if by_mqtt and reading.report in POWER_REPORTS:
            self.powers_heard.hear(reading.age)
        if self._forgotten:
            self._forgotten = False
            self._on_device(self.device)

    def _hear_of_part(self, reading: Reading, by_mqtt: bool) -> bool:
        """Note a sign of life of a part. Return whether it was not there before."""
        if reading.report in NOT_ITS_OWN:
            return False
        serial = reading.serial
        heard = self.parts_heard.get(serial)
        if heard is None:
            on_change = partial(self._on_presence, serial)
            heard = self.parts_heard[serial] = Presence("", on_change)
        heard.hear(reading.age)
        if by_mqtt:
            self._by_mqtt.add(serial)
        return not heard.present

    # State.

    def available(self, serial: str = "") -> bool:
        """Whether the system is online and has been heard lately, and so has this part of it."""
        there = not self.offline and self.heard.within(self.stale)
        return there and (serial in ("", self.serial) or self._has(serial))

    def _has(self, part: str) -> bool:
        heard = self.parts_heard.get(part)
        life = PRESENT.get(self.decoder.kind_of(part), self.stale)
        if part not in self._by_mqtt:
            life = max(life, self.stale)
        return heard is not None and heard.within(life) and part not in self.decoder.replaced

    def watch(self) -> None:
        """Look at the clock: say once that something is lost, once that it is back."""
        self.heard.watch(self.available())
        for serial in self.parts_heard:
            self._watch_part(serial)

    def _watch_part(self, serial: str) -> None:
        self.parts_heard[serial].watch(self.available(serial))

    def forget(self, serial: str) -> None:
        """Forget a device, so that it is announced again when it is heard again."""
        if serial == self.serial:
            self._forgotten = True
        self.parts_heard.pop(serial, None)
        self.decoder.forget(serial)
