"""How the reports of a system and its packs are read, and which states two reports share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..model.source import Reading
from . import readers_accessory as accessory
from .context import Context, reading
from .plan import Plan
from .rows import by_state
from .tables import CHANGE, ENERGY_STREAM, ERRORS, HEARTBEAT, PACK_ERRORS

STREAM_NAMES = {
    "pv1Pwr": "mpptHeartBeat_mpptPv_pwr0",
    "pv2Pwr": "mpptHeartBeat_mpptPv_pwr1",
    "pv3Pwr": "mpptHeartBeat_mpptPv_pwr2",
}
"""96/33 tells the strings' power faster than the heartbeat: one state, two reports."""

STREAM_STRINGS = tuple(by_state(HEARTBEAT)[state] for state in STREAM_NAMES.values())

_STRING_KEYS = frozenset(row.key for row in STREAM_STRINGS)
_SOLAR = by_state(ENERGY_STREAM)["mpptPwr"].key

_BATTERY_POWER = by_state(ENERGY_STREAM)["bpPwr"].key
_BATTERY_STREAM = frozenset(
    by_state(ENERGY_STREAM)[state].key
    for state in ("bpPwr", "batteryChargePower", "batteryDischargePower", "bpSoc")
)
_PACK_COUNTS = (by_state(HEARTBEAT)["emsBpAliveNum"].key, by_state(CHANGE)["bpOnlineSum"].key)
_BATTERY_KEYS = frozenset(
    by_state(rows)[state].key
    for rows, states in (
        (HEARTBEAT, ("bpRemainWatth", "bpDsgTime", "emsBpPower", "emsBpChg", "emsBpDsg")),
        (HEARTBEAT, ("pcsBpPower", "pcsBpPowerChgLimit")),
        (CHANGE, ("bpChgDsgSta", "bpSoc")),
    )
    for state in states
)

_SYSTEM_ERRORS = {
    "ems_err_code": by_state(ERRORS)["emsErrCode"].key,
    "pcs_err_code": by_state(ERRORS)["pcsErrCode"].key,
}
_PACK_ERROR = by_state(PACK_ERRORS)["bpErrCode"].key

heat_pump_of = accessory.part("heat_pump", "Heat pump", "dev_sn")


def itself(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read a report that is all about the system itself."""
    told = reading(context, context.serial, message, plan)
    for key in _PACK_COUNTS:
        if (count := told.values.get(key)) is not None:
            context.packs_told[key] = int(count)  # type: ignore[arg-type]
    yield _of_battery(context, told, _BATTERY_KEYS, context.without_battery)


def _of_battery(context: Context, told: Reading, keys: frozenset[str], absent: bool) -> Reading:
    """Return a reading without what it says of a battery, if that is not there.

    What was known of it by any report is not any more; what never was makes no state.
    """
    if not absent:
        context.battery_told |= keys & told.values.keys()
        return told
    if not context.battery_told and keys.isdisjoint(told.values):
        return told
    values = {key: value for key, value in told.values.items() if key not in keys}
    values |= dict.fromkeys(context.battery_told)
    context.battery_told.clear()
    return replace(told, values=values)


def stream(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/33. Older firmware leaves the strings out: that does not make them zero."""
    told = reading(context, context.serial, message, plan)
    context.balance.add(told.values)
    if told.values.get(_SOLAR) and not any(key in told.values for key in _STRING_KEYS):
        zeros = tuple(key for key in told.zeros if key not in _STRING_KEYS)
        told = replace(told, zeros=zeros)
    absent = context.without_battery and not told.values.get(_BATTERY_POWER)
    yield _of_battery(context, told, _BATTERY_STREAM, absent)


def packs(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/7: one pack or all, in any order; the serial number tells them apart."""
    for pack in message.bpSta:
        serial = _serial_of(pack)
        if serial and pack.HasField("bpDsrc"):
            context.take_slot(pack.bpDsrc, serial)
        elif not serial and not pack.bpSn.strip(b"\0 "):
            serial = context.slots.get(pack.bpDsrc, "")
        if not serial or (pack.HasField("bpDesignCap") and not pack.bpDesignCap):
            continue  # an empty slot
        context.announce(serial, "pack", "PowerOcean battery", pack.bpDsrc)
        yield reading(context, serial, pack, plan)


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
        yield Reading(serial, {key: tuple(_codes(module))})


def _codes(module: Any) -> Iterator[int]:
    """Yield the codes of errors that are there: the Fit lists others too, and says so.

    One state beside several codes is that of all of them.
    """
    states = getattr(module, "error_state", None) or (1,)
    for place, code in enumerate(module.err_code):
        if code and states[place if place < len(states) else -1]:
            yield code


def modules(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 53/113: firmware versions, of use for the devices rather than as states."""
    for module in message.modules:
        context.keep_version(module.module_sn, module.app_ver)
    yield from ()


def history(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/34, which replays old minutes after a gap: for counting, never shown as live."""
    for minute in message.sys_energy_stream:
        values = {field.name: value for field, value in minute.ListFields()}
        context.keep_minute(minute.timestamp, values)
    yield from ()


def totals(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 254/32: hourly energies, whose types are not known yet [CAPTURES]."""
    item = message.watth_item
    context.keep_hours(item.timestamp, item.watth_type, tuple(item.watth))
    yield from ()
