"""Reports in JSON, as the HTTPS snapshot holds them and as they come on the MQTT topics.

The names are those of the protobuf messages, so a JSON report is poured into its message and
then decoded like any other: both ways give the same states. What the JSON writes differently
[NILTRIP]: numbers as strings, enumerations by name, bytes in base64, a few names.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from functools import cache
import math
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as _Field
import orjson

from ..model.source import Reading
from .decode import Decoder
from .envelope import Route
from .messages import MAX_ELEMENTS, Descriptor, FieldDescriptor, Message
from .plan import camel

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
    "EV_CHARGING_ENERGY_STREAM_REPORT": (209, 33),
    "EV_CHARGING_TIMER_TASK_REPORT": (209, 2),
    "HP_UI_REPORT": (211, 1),
    "HEATING_ROD_PARAM_REPORT": (212, 8),
    "HEATING_ROD_ENERGY_STREAM_REPORT": (212, 33),
    "HEATING_ROD_TIMER_TASK_REPORT": (212, 2),
    "EDEV_SYS_REPORT": (240, 33),
    "EDEV_PRIORITY_LIST_REPORT": (240, 2),
    "EDEV_PARAM_REPORT": (241, 3),
}
"""Report names of the snapshot without their prefix (JTS1_, RE307_, JT303_, DC303_)."""

PACKS: Route = (96, 7)
_ENERGY_DEVICES: Route = (240, 33)

_BY_PART: dict[Route, str] = {
    (96, 111): "bpSn",
    (209, 8): "evSn",
    (212, 8): "hrSn",
    (241, 3): "devInfo",
}
"""Reports about one part: there may be several in one, and this is how they are told."""

_FLAGS = {"TRUE": 1, "FALSE": 0, "True": 1, "False": 0, "true": 1, "false": 0}
"""How some snapshots write yes and no."""

UPDATE_TIME = "updateTime"
_NOT_PACKS = frozenset({"", UPDATE_TIME, "bpHeartBeat", "bpSta"})
"""Keys of the pack report that are no packs: `bpHeartBeat` is months old (seen in a sample)."""


def route_of(report: str) -> Route | None:
    """Return the route of a report of the snapshot: `RE307_EMS_HEARTBEAT` -> (96, 1)."""
    return _ROUTES.get(report.partition("_")[2])


def report_readings(
    decoder: Decoder,
    route: Route,
    body: Mapping[str, Any],
    unit: str = "",
    *,
    age: float = 0.0,
    least_life: float = 0.0,
) -> Iterator[Reading]:
    """Yield the readings of one JSON report, of the system or another inverter.

    It is so old, and lives at least so long, s.
    """
    carried = decoder.report_type(route)
    if carried is None:
        return
    for part in _parts(route, body):
        message = fill(carried.message(), part)
        yield from decoder.decode_message(route, message, unit, age=age, least=least_life)


def _parts(route: Route, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The messages in one report: parts may be keyed by serial number, each a JSON text."""
    if route == PACKS:
        packs = [pack for key, text in body.items() if (pack := pack_of(key, text))]
        if packs:
            yield {"bpSta": packs}
        elif isinstance(body.get("bpSta"), list):
            yield body
        return
    if route == _ENERGY_DEVICES and "devInfoVar" in body:
        yield {"energy": list(_measured(body["devInfoVar"]))}
        return
    serial = _BY_PART.get(route)
    nested = (
        [part for value in body.values() if (part := _object(value)) and serial in part]
        if serial
        else []
    )
    yield from nested or [body]


def _measured(devices: Any) -> Iterator[Mapping[str, Any]]:
    """What each energy device draws, as EDEV_SYS_REPORT has it beside what it may draw."""
    entries = devices.get("devSubInfoVar") if isinstance(devices, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and "realPowerLock" in entry:
            yield {"devInfo": entry.get("devInfo"), "pwr": entry["realPowerLock"]}


def pack_of(key: str, text: Any) -> Mapping[str, Any] | None:
    """Return what an entry of a pack report tells, None if it is about no pack."""
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
        elif named := _named(message.DESCRIPTOR, descriptor, value):
            _set(message, named, value)
        elif descriptor.cpp_type in (_Field.CPPTYPE_FLOAT, _Field.CPPTYPE_DOUBLE):
            _set(message, descriptor, math.nan)
    return message


def _named(message: Descriptor, descriptor: FieldDescriptor, value: Any) -> FieldDescriptor | None:
    """Return the field for the name of an enumeration whose numbers are all the wire has."""
    if not isinstance(value, str) or not value:
        return None
    return message.fields_by_name.get(f"{descriptor.name}_name")


def _fill_list(target: Any, descriptor: FieldDescriptor, value: Any) -> None:
    if isinstance(value, bool) or (isinstance(value, str) and value in _FLAGS):
        value = [value]  # of all entries
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
    number = number_of(value)
    if number is None:
        return None
    if kind == _Field.CPPTYPE_BOOL:
        return bool(number)
    if kind in (_Field.CPPTYPE_FLOAT, _Field.CPPTYPE_DOUBLE):
        return float(number)
    return int(number) if number == int(number) else None


def number_of(value: Any) -> float | int | None:
    """Return a number however it is written, None for what is none."""
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
