"""The HTTPS snapshot, and what else comes in JSON: which reports, which of them are news."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ..model.convert import converter
from ..model.source import Reading
from .context import text_of
from .decode import Decoder, order_of
from .envelope import Route
from .json_reports import PACKS, UPDATE_TIME, number_of, pack_of, report_readings, route_of
from .models import is_inverter
from .snapshot_ages import Key, SnapshotAges, Stamped
from .tables import CLOUD

_STREAM: Route = (96, 33)
_PARALLEL: Route = (96, 50)
_OF_ALL = frozenset({_STREAM, _PARALLEL, (96, 12)})
"""What only the system's own reports tell, of all inverters."""
_TOTALS = ("sysLoadPwr", "sysGridPwr", "mpptPwr", "bpPwr", "bpSoc")
"""The powers at the top of a snapshot."""

_PACK_CLOCKS = 3600.0
"""A pack's own clock may be off by minutes [CAPTURES], hardly by more than this, s."""

_CLOUD = tuple((row.source, row.key, converter(row)) for row in CLOUD)

_MAX_OBJECTS = 2000
_MAX_VALUES = 10_000
"""What a JSON payload of an MQTT topic may hold: four inverters with nine packs each, about."""


@dataclass(frozen=True, slots=True)
class _Report:
    """One report of a snapshot, or what it tells of one pack."""

    unit: str
    """Serial number of the other inverter that tells it, empty for the system itself."""
    name: str
    body: Mapping[str, Any]
    pack: str = ""
    stamp: str = ""
    behind: float = 0.0
    """By how much it is older than its stamp, s."""

    @property
    def route(self) -> Route | None:
        """Where it would come by MQTT."""
        return route_of(self.name) if self.name else _STREAM

    @property
    def key(self) -> Key:
        """What makes it the same report in the next snapshot."""
        return self.unit, self.name, self.pack

    @property
    def stamped(self) -> Stamped:
        """What tells its age."""
        content = {name: value for name, value in self.body.items() if name != UPDATE_TIME}
        return Stamped(self.key, self.stamp, content, bool(self.pack), self.behind)


def snapshot_readings(
    decoder: Decoder,
    data: Mapping[str, Any],
    ages: SnapshotAges,
    wanted: Callable[[Route, str, str, float], bool],
    least_life: float = 0.0,
) -> Iterator[Reading]:
    """Yield the readings of a snapshot: of the reports that were renewed since the last one.

    `wanted(route, inverter, pack, age)` says whether a report is younger than what is known; the
    inverter is empty for the system's own, the pack for what is not about one.
    """
    yield Reading(decoder.serial, dict(_cloud_values(data)))
    reports = list(_reports(decoder, data))
    age_of = ages.of_renewed(report.stamped for report in reports)
    told = [
        (order_of(route), -age_of.get(report.key, 0.0), route, report)
        for report in reports
        if (route := report.route) is not None and decoder.knows(route)
    ]
    # The youngest of its kind comes last, so that it has the last word.
    for _, _, route, report in sorted(told, key=lambda entry: entry[:2]):
        if report.unit:
            decoder.announce_unit(report.unit)
        age = age_of.get(report.key)
        if age is not None and wanted(route, report.unit, report.pack, age):
            yield from report_readings(
                decoder, route, report.body, report.unit, age=age, least_life=least_life
            )


def _reports(decoder: Decoder, data: Mapping[str, Any]) -> Iterator[_Report]:
    """Yield the reports of a snapshot, and its totals if nothing better tells the powers.

    The totals at the top have no name and no time of their own. A parallel system leaves the
    stream's report of a single one behind, years old, and tells the powers of all in one report.
    """
    reports = list(_reports_of(data, decoder.serial))
    # A single system has the report of a parallel one, too, with nothing in it.
    routes = {
        report.route
        for report in reports
        if not report.unit and (report.route != _PARALLEL or report.body.get("paraEnergyStream"))
    }
    parallel = _PARALLEL in routes and decoder.knows(_PARALLEL)
    superseded = {_STREAM} if parallel else set[Route]()
    for report in reports:
        if report.route not in (_OF_ALL if report.unit else superseded):
            yield from _packs(report) if report.route == PACKS else (report,)
    if not parallel and _STREAM not in routes and "sysLoadPwr" in data:
        yield _Report("", "", {name: data[name] for name in _TOTALS if name in data})


def _reports_of(data: Mapping[str, Any], own: str) -> Iterator[_Report]:
    """Yield the reports of a snapshot as they stand there.

    The `parallel` part repeats the system's own reports among those of the others.
    """
    quota, parallel = data.get("quota"), data.get("parallel")
    groups: dict[str, Any] = {"": quota}
    if isinstance(parallel, Mapping):
        units = {text_of(str(serial)): reports for serial, reports in parallel.items()}
        groups[""] = quota or units.pop(own, None)
        others = (unit for unit in units if unit not in ("", own) and is_inverter(unit))
        groups |= {unit: units[unit] for unit in others}
    for unit, reports in groups.items():
        for name, body in reports.items() if isinstance(reports, Mapping) else ():
            if isinstance(body, Mapping) and name:
                stamp = str(body.get(UPDATE_TIME, ""))
                yield _Report(unit, str(name), body, stamp=stamp)


def _packs(report: _Report) -> Iterator[_Report]:
    """Yield what a report tells of each pack: it keeps those that are silent or gone, too."""
    packs = {key: pack for key, text in report.body.items() if (pack := pack_of(key, text))}
    if not packs:
        yield report
        return
    newest = max(_told_at(pack) for pack in packs.values())
    for key, pack in packs.items():
        told_at = _told_at(pack)
        behind = newest - told_at if told_at and newest - told_at > _PACK_CLOCKS else 0.0
        if not behind or not any(_replaces(other, pack) for other in packs.values()):
            yield replace(report, pack=key, body={key: pack}, behind=behind)


def _told_at(pack: Mapping[str, Any]) -> float:
    """Return when a pack reported by its own clock, 0 if it does not say."""
    return float(number_of(pack.get("bpTimestamp")) or 0)


def _replaces(pack: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a pack is in the slot of one that has not been heard for long."""
    slot = number_of(pack.get("bpDsrc"))
    same = slot is not None and slot == number_of(other.get("bpDsrc"))
    return same and _told_at(pack) - _told_at(other) > _PACK_CLOCKS


def mqtt_readings(decoder: Decoder, payload: bytes, ages: SnapshotAges) -> Iterator[Reading] | None:
    """Return the readings of a JSON payload of an MQTT topic, None if it is no report."""
    if payload.count(b"{") > _MAX_OBJECTS or payload.count(b",") > _MAX_VALUES:
        decoder.broken += 1
        return None
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, Mapping):
        return None
    return _mqtt_readings(decoder, body, ages)


def _mqtt_readings(
    decoder: Decoder, body: Mapping[str, Any], ages: SnapshotAges
) -> Iterator[Reading] | None:
    report = body.get("params", body.get("param"))
    route = (body.get("cmdFunc"), body.get("cmdId"))
    if isinstance(report, Mapping) and isinstance(route[0], int) and isinstance(route[1], int):
        decoder.hear((route[0], route[1]))
        return report_readings(decoder, (route[0], route[1]), report)
    data = body.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("quota"), Mapping):
        return snapshot_readings(
            decoder, data, ages, lambda route, unit, *_: bool(decoder.hear(route, unit))
        )
    return None


def _cloud_values(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, key, convert in _CLOUD:
        if (value := number_of(data.get(name))) is not None:
            yield key, convert(value)
