"""One system of an account: what it said last, when, and what that adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
import time
from typing import Any

from ..model.presence import Presence
from ..model.source import Device, Reading
from ..model.states import StateRow
from .decode import Decoder
from .energy import EnergyMeter
from .envelope import Route
from .json_reports import UPDATE_TIME, mqtt_readings, reports_of, snapshot_readings
from .models import Family, Model
from .rows import by_state
from .tables import CHANGE, CLOUD, ENERGY, ENERGY_STREAM, FIT_HEARTBEAT, FIT_STREAM

STALE = 600.0
"""A system that has said nothing for so long is unavailable, s: gaps of 10 min do happen."""

SILENT = 120.0
"""So long without MQTT, and the snapshot takes over, s."""

_SAME_REPORT = 60.0
"""MQTT and the snapshot tell the same report; the snapshot may be so much later, s."""


@dataclass(frozen=True, slots=True)
class EnergySources:
    """Where a product's energies come from."""

    powers: Mapping[str, str]
    """Energy counter -> the power that it adds up."""
    vendor: Mapping[str, str]
    """Counters that the vendor keeps: ours stands in only where theirs is missing."""
    sample: str
    """The power that every report of powers has."""


def _keys(rows: Iterable[StateRow], states: Mapping[str, str]) -> dict[str, str]:
    """Keys of the states that belong to energies: a KeyError if there is no such row."""
    by = by_state(rows)
    return {energy: by[state].key for energy, state in states.items()}


_COUNTED = {row.state: row.key for row in ENERGY}
"""Energy counter -> its state."""

_SHARED = {
    "gridImport": "gridImportPower",
    "gridExport": "gridExportPower",
    "batteryCharge": "batteryChargePower",
    "batteryDischarge": "batteryDischargePower",
}

_OCEAN = EnergySources(
    _keys(ENERGY_STREAM, {**_SHARED, "solar": "mpptPwr", "home": "sysLoadPwr"}),
    {
        **_keys(CLOUD, {"solar": "totalElectricityGeneration"}),
        **_keys(
            CHANGE, {"batteryCharge": "bpTotalChgEnergy", "batteryDischarge": "bpTotalDsgEnergy"}
        ),
    },
    by_state(ENERGY_STREAM)["sysLoadPwr"].key,
)

# Solar power that is not wired through the Fit is unseen: each energy stands for itself, and
# home consumption is what the Fit says it is, or not known.
_FIT = EnergySources(
    _keys(FIT_STREAM, {**_SHARED, "solar": "pvPwr", "home": "loadPwr"}),
    _keys(
        FIT_HEARTBEAT,
        {
            "solar": "pvInDayEnergy",
            "gridImport": "gridInDayEnergy",
            "gridExport": "gridOutDayEnergy",
            "batteryCharge": "bpInDayEnergy",
            "batteryDischarge": "bpOutDayEnergy",
            "home": "loadDayEnergy",
        },
    ),
    by_state(FIT_STREAM)["gridImportPower"].key,
)

_VENDOR_GRACE = 120.0
"""Time for the vendor's counter to show up before ours stands in, s."""


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
        on_presence: Callable[[], None] = lambda: None,
    ) -> None:
        """Follow the system with this serial number."""
        self.serial = serial
        self.model = model
        self.decoder = Decoder(serial, model, name, on_device)
        self.meter = EnergyMeter()
        self.counted: set[str] = set()
        """Energies that we count because the vendor does not."""
        self.offline = False
        self.snapshots = 0
        # By its product: names and serial numbers stay out of logs.
        self.label = f"{model.name} (...{serial[-4:]})"
        self.heard = Presence(self.label, on_presence)
        self.mqtt_heard = Presence(self.label)
        """By MQTT alone, where the snapshot does not count."""
        self._on_reading = on_reading
        self._update_times: dict[tuple[str, str], str] = {}
        self._vendor_counts: set[str] = set()
        self._energies = _FIT if model.family is Family.FIT else _OCEAN

    @property
    def device(self) -> Device:
        """The system as a device."""
        return self.decoder.device

    # Arrivals.

    def mqtt(self, payload: bytes) -> bool:
        """Take an MQTT payload, protobuf or JSON. Return whether it told anything."""
        if payload[:1] == b"{":
            readings: Iterable[Reading] = mqtt_readings(self.decoder, payload) or ()
        else:
            readings = self.decoder.decode(payload)
        told = self._take(readings)
        offline = self.decoder.take_offline()
        if told:
            self.mqtt_heard.hear()
        elif offline:
            self.offline = True
        return told

    def snapshot(self, data: Mapping[str, Any]) -> None:
        """Take an HTTPS snapshot: only what is news, so that values never go back in time."""
        self.snapshots += 1
        news = self._news(data)
        online = data.get("online")
        told = self._take(
            snapshot_readings(
                self.decoder,
                data,
                lambda report, route, unit: self._is_news((unit, report), route, news),
            ),
            seen=bool(news),
        )
        if online in (0, "0", False) and not self.mqtt_heard.within(SILENT):
            self.offline = True
        elif told and not news and self.heard.heard_at is None:
            self.heard.hear()

    def _news(self, data: Mapping[str, Any]) -> dict[tuple[str, str], float]:
        """Reports that were updated since the last snapshot, with their age at least, s.

        By inverter and name. The cloud writes local times of an unknown zone: they are compared
        with each other only.
        """
        times = {
            (unit, name): str(body.get(UPDATE_TIME, ""))
            for unit, name, body in reports_of(data, self.serial)
        }
        parsed = {name: _parse_time(text) for name, text in times.items()}
        newest = max((at for at in parsed.values() if at is not None), default=None)
        news = {
            name: (newest - at).total_seconds() if newest and (at := parsed[name]) else 0.0
            for name, text in times.items()
            if not text or self._update_times.get(name) != text
        }
        self._update_times.update(times)
        return news

    def _is_news(
        self, report: tuple[str, str], route: Route, news: Mapping[tuple[str, str], float]
    ) -> bool:
        age = news.get(report)
        if not report[1] and (news or not self._update_times):
            age = 0.0  # the totals, which have no time: news if anything else is
        if age is None:
            return False
        heard = self.decoder.heard_of(report[0], route)
        return heard is None or time.monotonic() - heard.at > age + _SAME_REPORT

    def _take(self, readings: Iterable[Reading], seen: bool = True) -> bool:
        told = False
        for reading in readings:
            if reading.values or reading.zeros:
                told = told or bool(reading.values)
                self._on_reading(reading)
                if reading.serial == self.serial:
                    self._count(reading.values)
        if told and seen:
            self.heard.hear()
            self.offline = False
        return told

    # Energy.

    def _count(self, values: Mapping[str, Any]) -> None:
        for name, key in self._energies.vendor.items():
            if values.get(key) is not None:
                self._vendor_counts.add(name)
        if self._energies.sample not in values:
            return
        now = time.monotonic()
        powers = {
            name: power
            for name, key in self._energies.powers.items()
            if isinstance(power := values.get(key), float)
        }
        self.meter.add(now, powers)
        if totals := dict(self._counts(now)):
            self._on_reading(Reading(self.serial, totals))

    def _counts(self, now: float) -> Iterator[tuple[str, float]]:
        for name, key in _COUNTED.items():
            total = self.meter.totals.get(name)
            if total is None:
                continue
            if name not in self.counted:
                if name in self._vendor_counts and not self._counts_a_part(name):
                    continue
                if name in self._energies.vendor and now - self.heard.began < _VENDOR_GRACE:
                    continue
                self.counted.add(name)
            yield key, round(total, 3)

    def _counts_a_part(self, name: str) -> bool:
        """Whether the vendor's counter may be that of one inverter of several."""
        return bool(self.decoder.units) and name.startswith("battery")

    def saved(self) -> dict[str, Any]:
        """What survives a restart: the energy counted so far, kWh."""
        return {"totals": self.meter.totals, "counted": sorted(self.counted)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on counting where the last run ended."""
        totals = saved.get("totals", {})
        self.meter.totals.update({str(name): float(total) for name, total in totals.items()})
        self.counted.update(saved.get("counted", ()))

    # State.

    def available(self, stale: float = STALE) -> bool:
        """Whether the system is online and has been heard lately."""
        return not self.offline and self.heard.within(stale)

    def watch(self, stale: float = STALE) -> None:
        """Look at the clock: say once that the system is lost, once that it is back."""
        self.heard.watch(self.available(stale))


def _parse_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
