"""How the reports of a system and its packs are read, and which states two reports share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model.source import Reading
from . import readers_accessory as accessory
from .context import Context, reading
from .plan import Plan
from .rows import by_state
from .tables import ENERGY_STREAM, ERRORS, HEARTBEAT, PACK_ERRORS

STREAM_NAMES = {
    "pv1Pwr": "mpptHeartBeat_mpptPv_pwr0",
    "pv2Pwr": "mpptHeartBeat_mpptPv_pwr1",
    "pv3Pwr": "mpptHeartBeat_mpptPv_pwr2",
}
"""96/33 tells the strings' power faster than the heartbeat: one state, two reports."""

STREAM_STRINGS = tuple(by_state(HEARTBEAT)[state] for state in STREAM_NAMES.values())

_STRING_KEYS = frozenset(row.key for row in STREAM_STRINGS)
_SOLAR = by_state(ENERGY_STREAM)["mpptPwr"].key

_SYSTEM_ERRORS = {
    "ems_err_code": by_state(ERRORS)["emsErrCode"].key,
    "pcs_err_code": by_state(ERRORS)["pcsErrCode"].key,
}
_PACK_ERROR = by_state(PACK_ERRORS)["bpErrCode"].key

heat_pump_of = accessory.part("heat_pump", "Heat pump", "dev_sn")


def itself(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read a report that is all about the system itself."""
    yield reading(context.serial, message, plan)


def stream(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/33. Older firmware leaves the strings out: that does not make them zero."""
    told = reading(context.serial, message, plan)
    if told.values.get(_SOLAR) and not any(key in told.values for key in _STRING_KEYS):
        zeros = tuple(key for key in told.zeros if key not in _STRING_KEYS)
        told = Reading(told.serial, told.values, zeros)
    yield told


def packs(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/7: one pack or all, in any order; the serial number tells them apart."""
    for pack in message.bpSta:
        serial = _serial_of(pack)
        if serial and pack.HasField("bpDsrc"):
            context.slots[pack.bpDsrc] = serial
        elif not serial and not pack.bpSn.strip(b"\0 "):
            serial = context.slots.get(pack.bpDsrc, "")
        if not serial or (pack.HasField("bpDesignCap") and not pack.bpDesignCap):
            continue  # an empty slot
        context.announce(serial, "pack", "PowerOcean battery", pack.bpDsrc)
        yield reading(serial, pack, plan)


def _serial_of(pack: Any) -> str:
    """Return the pack's serial number, empty for what cannot be one."""
    serial: str = pack.bpSn.strip(b"\0 ").decode("ascii", "replace")
    return serial if serial.isascii() and serial.isprintable() else ""


def heat_pump(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/11, whose one part is the heat pump."""
    yield from heat_pump_of(context, message.HP_report, plan)


def errors(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/3. No codes in the list is news too: the faults are gone."""
    told = [
        (context.serial, key, getattr(message, name))
        for name, key in _SYSTEM_ERRORS.items()
        if message.HasField(name)
    ]
    told += [
        (entry.module_sn, _PACK_ERROR, entry)
        for entry in message.bp_err_code
        if context.is_known(entry.module_sn)
    ]
    for serial, key, module in told:
        yield Reading(serial, {key: tuple(code for code in module.err_code if code)})


def modules(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 53/113: firmware versions, of use for the devices rather than as states."""
    for module in message.modules:
        context.keep_version(module.module_sn, module.app_ver)
    yield from ()


def history(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/34, which replays old minutes after a gap: kept, but never shown as live."""
    for minute in message.sys_energy_stream:
        values = {field.name: value for field, value in minute.ListFields()}
        context.keep_minute(minute.timestamp, values)
    yield from ()


def totals(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 254/32: hourly energies, whose types are not known yet [CAPTURES]."""
    item = message.watth_item
    context.keep_hours(item.timestamp, item.watth_type, tuple(item.watth))
    yield from ()
