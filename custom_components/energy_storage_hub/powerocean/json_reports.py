"""Reports in JSON: the HTTPS snapshot, and JSON on the MQTT topics.

The names are those of the protobuf messages, so a JSON report is poured into its message and
then decoded like any other: both ways give the same states. What the JSON writes differently
[NILTRIP]: numbers as strings, enumerations by name, bytes in base64, a few names.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from functools import cache
import math
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as _Field
import orjson

from ..model.convert import converter
from ..model.source import Reading
from .context import text_of
from .decode import Decoder, order_of
from .envelope import Route
from .messages import MAX_ELEMENTS, Descriptor, FieldDescriptor, Message
from .plan import camel
from .tables import CLOUD

_ALIASES = {
    "vol": "volt",
    "bpCellMaxVol": "bpMaxCellVol",
    "bpCellMinVol": "bpMinCellVol",
    "emsWordMode": "emsWorkMode",
    "bpHeartBeat": "bpSta",
    "evCurrSet": "unknown31",
    "evDetectPhase": "unknown34",
    "evExeMode": "unknown35",
    # The totals at the top of a Fit's snapshot.
    "sysLoadPwr": "loadPwr",
    "sysGridPwr": "gridPwr",
    "mpptPwr": "pvPwr",
}
"""Vendor's name in JSON -> name in our messages, where the message has no field so named."""

_ROUTES: dict[str, Route] = {
    "EMS_HEARTBEAT": (96, 1),
    "ERROR_CHANGE_REPORT": (96, 3),
    "BP_STA_REPORT": (96, 7),
    "EMS_CHANGE_REPORT": (96, 8),
    "ERROR_CODE_MASK_REPORT": (96, 9),
    "LOGY_DEV_REPORT": (96, 11),
    "EMS_PARAM_CHANGE_REPORT": (96, 13),
    "EMS_SAFETY_PARAM_REPORT": (96, 16),
    "EMS_STATE_CHANGE_REPORT": (96, 17),
    "ENERGY_STREAM_REPORT": (96, 33),
    "EMS_PV_INV_ENERGY_STREAM_REPORT": (96, 39),
    "EMS_PARALLEL_DEVICE_LIST": (96, 12),
    "PARALLEL_ENERGY_STREAM_REPORT": (96, 50),
    # The Fit's
    "ERROR_CHANGE_HEARTBEAT": (96, 3),
    "BP_CHANGE_REPORT": (96, 108),
    "BP_CHANGE_HEARTBEAT": (96, 108),
    "DCDC_CHANGE_HEARTBEAT": (96, 109),
    "DCDC_STA_HEARTBEAT": (96, 110),
    "BMS_HEARTBEAT": (96, 111),
    # Accessories
    "EVCHARGING_REPORT": (209, 8),
    "HEATING_ROD_PARAM_REPORT": (212, 8),
    "HEATING_ROD_ENERGY_STREAM_REPORT": (212, 33),
    "EDEV_PRIORITY_LIST_REPORT": (240, 2),
    "EDEV_PARAM_REPORT": (241, 3),
}
"""Report names of the snapshot without their prefix (JTS1_, RE307_, JT303_, DC303_)."""

_PACKS: Route = (96, 7)
_STREAM: Route = (96, 33)
_PARALLEL: Route = (96, 50)
_UNIT_LIST: Route = (96, 12)
_BY_PART: dict[Route, str] = {
    (96, 111): "bpSn",
    (209, 8): "evSn",
    (212, 8): "hrSn",
    (241, 3): "devInfo",
}
"""Reports about one part: there may be several in one, and this is how they are told."""

_FLAGS = {"TRUE": 1, "FALSE": 0}
"""How some snapshots write yes and no."""

UPDATE_TIME = "updateTime"
_NOT_PACKS = frozenset({"", UPDATE_TIME, "bpHeartBeat", "bpSta"})
"""Keys of the pack report that are no packs: `bpHeartBeat` is months old (seen in a sample)."""

_CLOUD = tuple((row.source, row.key, converter(row)) for row in CLOUD)


_MAX_OBJECTS = 2000
_MAX_VALUES = 10_000
"""What a JSON payload of an MQTT topic may hold: four inverters with nine packs each, about."""


def route_of(report: str) -> Route | None:
    """Return the route of a report of the snapshot: `RE307_EMS_HEARTBEAT` -> (96, 1)."""
    return _ROUTES.get(report.partition("_")[2])


def snapshot_readings(
    decoder: Decoder, data: Mapping[str, Any], wanted: Callable[[str, Route, str], bool]
) -> Iterator[Reading]:
    """Yield the readings of a snapshot.

    `wanted(report, route, inverter)` says whether a report is news; the inverter is empty for
    the system's own. The totals at the top of a snapshot, which have no name and no time of their
    own, stand in only where the stream's report is missing. A parallel system leaves that of a
    single one behind, years old.
    """
    yield Reading(decoder.serial, dict(_cloud_values(data)))
    found = [
        (unit, name, route, body)
        for unit, name, body in reports_of(data, decoder.serial)
        if (route := route_of(name)) is not None and decoder.knows(route)
    ]
    routes = {route for unit, _, route, _ in found if not unit}
    for unit, name, route, body in sorted(found, key=lambda entry: order_of(entry[2])):
        if unit:
            if route in (_STREAM, _PARALLEL, _UNIT_LIST):
                continue  # the system's own report tells them all
            decoder.announce_unit(unit)
        elif route == _STREAM and _PARALLEL in routes:
            continue
        if wanted(name, route, unit):
            yield from report_readings(decoder, route, body, unit)
    if not routes & {_STREAM, _PARALLEL} and "sysLoadPwr" in data and wanted("", _STREAM, ""):
        yield from report_readings(decoder, _STREAM, data)


def reports_of(data: Mapping[str, Any], own: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield the reports of a snapshot: serial number of another inverter, name, content.

    The `parallel` part repeats the system's own reports among those of the others.
    """
    quota, parallel = data.get("quota"), data.get("parallel")
    groups: dict[str, Any] = {"": quota}
    if isinstance(parallel, Mapping):
        units = {text_of(str(serial)): reports for serial, reports in parallel.items()}
        groups[""] = quota or units.pop(own, None)
        groups |= {unit: reports for unit, reports in units.items() if unit not in ("", own)}
    for unit, reports in groups.items():
        for name, body in reports.items() if isinstance(reports, Mapping) else ():
            if isinstance(body, Mapping):
                yield unit, str(name), body


def report_readings(
    decoder: Decoder, route: Route, body: Mapping[str, Any], unit: str = ""
) -> Iterator[Reading]:
    """Yield the readings of one JSON report, of the system or another inverter."""
    carried = decoder.report_type(route)
    if carried is None:
        return
    for part in _parts(route, body):
        yield from decoder.decode_message(route, fill(carried.message(), part), unit)


def mqtt_readings(decoder: Decoder, payload: bytes) -> Iterator[Reading] | None:
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
    return _mqtt_readings(decoder, body)


def _mqtt_readings(decoder: Decoder, body: Mapping[str, Any]) -> Iterator[Reading] | None:
    report = body.get("params", body.get("param"))
    route = (body.get("cmdFunc"), body.get("cmdId"))
    if isinstance(report, Mapping) and isinstance(route[0], int) and isinstance(route[1], int):
        decoder.hear((route[0], route[1]))
        return report_readings(decoder, (route[0], route[1]), report)
    data = body.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("quota"), Mapping):
        return snapshot_readings(decoder, data, lambda _, route, __: bool(decoder.hear(route)))
    return None


def _cloud_values(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, key, convert in _CLOUD:
        if (value := _number(data.get(name))) is not None:
            yield key, convert(value)


def _parts(route: Route, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The messages in one report: parts may be keyed by serial number, each a JSON text."""
    if route == _PACKS:
        packs = [pack for key, text in body.items() if (pack := _pack(key, text))]
        if packs:
            yield {"bpSta": packs}
        elif isinstance(body.get("bpSta"), list):
            yield body
        return
    serial = _BY_PART.get(route)
    nested = (
        [part for value in body.values() if (part := _object(value)) and serial in part]
        if serial
        else []
    )
    yield from nested or [body]


def _pack(key: str, text: Any) -> Mapping[str, Any] | None:
    return None if key in _NOT_PACKS else _object(text)


def _object(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, Mapping) else None


def fill(message: Message, body: Mapping[str, Any]) -> Message:
    """Pour a JSON object into a message.

    What does not fit is left out, but for measurements: a report that lacks one may mean zero,
    so what is there and no number becomes NaN, "not known".
    """
    fields = _fields(message.DESCRIPTOR)
    for name, value in body.items():
        descriptor = fields.get(name)
        if descriptor is None:
            continue
        if descriptor.is_repeated:
            _fill_list(getattr(message, descriptor.name), descriptor, value)
        elif descriptor.message_type is not None:
            if isinstance(value, Mapping):
                part = getattr(message, descriptor.name)
                part.SetInParent()
                fill(part, value)
        elif (scalar := _scalar(descriptor, value)) is not None:
            _set(message, descriptor, scalar)
        elif descriptor.cpp_type in (_Field.CPPTYPE_FLOAT, _Field.CPPTYPE_DOUBLE):
            _set(message, descriptor, math.nan)
    return message


def _fill_list(target: Any, descriptor: FieldDescriptor, value: Any) -> None:
    if not isinstance(value, list) or len(value) > MAX_ELEMENTS:
        return
    if descriptor.message_type is not None:
        for entry in value:
            if isinstance(entry, Mapping):
                fill(target.add(), entry)
        return
    scalars = [_scalar(descriptor, entry) for entry in value]
    if None not in scalars:
        try:
            target.extend(scalars)
        except ValueError, TypeError:
            return


def _set(message: Message, descriptor: FieldDescriptor, value: Any) -> None:
    try:
        setattr(message, descriptor.name, value)
    except ValueError, TypeError:
        # Out of the field's range: not a value of this state.
        return


def _scalar(descriptor: FieldDescriptor, value: Any) -> Any:
    """Return the value in the field's type, None if it has no such reading."""
    kind = descriptor.cpp_type
    enumeration = descriptor.enum_type
    if kind == _Field.CPPTYPE_STRING:
        if descriptor.type == _Field.TYPE_BYTES:
            return _bytes(value)
        return value if isinstance(value, str) else None
    if enumeration is not None and isinstance(value, str):
        entry = enumeration.values_by_name.get(value)
        if entry is not None:
            return entry.number
    number = _number(value)
    if number is None:
        return None
    if kind == _Field.CPPTYPE_BOOL:
        return bool(number)
    if kind in (_Field.CPPTYPE_FLOAT, _Field.CPPTYPE_DOUBLE):
        return float(number)
    return int(number) if number == int(number) else None


def _number(value: Any) -> float | int | None:
    if isinstance(value, str):
        if value in _FLAGS:
            return _FLAGS[value]
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return None


def _bytes(value: Any) -> bytes | None:
    """Serial numbers come in base64 or plain; a plain one rarely decodes to plain text."""
    if not isinstance(value, str):
        return None
    plain = value.encode()
    try:
        decoded = base64.b64decode(plain, validate=True)
    except binascii.Error:
        return plain
    if decoded.rstrip(b"\0").isalnum() or not plain.isalnum():
        return decoded
    return decoded if not any(decoded) else plain


@cache
def _fields(message: Descriptor) -> dict[str, FieldDescriptor]:
    """Fields by every name that JSON may use for them."""
    fields: dict[str, FieldDescriptor] = {}
    for descriptor in message.fields:
        fields[descriptor.json_name] = descriptor
        fields[camel(descriptor.name)] = descriptor
    for alias, name in _ALIASES.items():
        if alias not in fields and name in fields:
            fields[alias] = fields[name]
    return fields
