"""The reports of each product: which message a route carries, and whose states it tells.

Routes and presence rules: reference 3c, 3d and 4c. A reader turns a parsed message into
readings; there is one per shape of message, not per message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..model.source import Reading
from ..model.states import Absent, StateRow
from . import readers_accessory as accessory, readers_fit as fit, readers_parallel as parallel
from .context import Context, Reader, reading
from .envelope import Route
from .messages import Message, message_class
from .models import Family
from .plan import Plan, plan_for
from .tables import (
    CHANGE,
    ENERGY_STREAM,
    ERROR_MASK,
    ERRORS,
    FIT_BMS,
    FIT_DC,
    FIT_DC_STATUS,
    FIT_HEARTBEAT,
    FIT_PACK,
    FIT_STREAM,
    HEARTBEAT,
    HEAT_PUMP,
    HEAT_PUMP_STATE,
    HEAT_PUMP_UI,
    HEATING_ROD_PARAM,
    HEATING_ROD_RUN_DATA,
    HEATING_ROD_STREAM,
    INVERTER_OUTPUT,
    PACK,
    PACK_ERRORS,
    PARAM_CHANGE,
    PV_INVERTER,
    SMART_PLUG,
    WALL_BOX,
)

_STREAM_NAMES = {
    "pv1Pwr": "mpptHeartBeat_mpptPv_pwr0",
    "pv2Pwr": "mpptHeartBeat_mpptPv_pwr1",
    "pv3Pwr": "mpptHeartBeat_mpptPv_pwr2",
}
"""96/33 tells the strings' power faster than the heartbeat: one state, two reports."""

_STREAM_STRINGS = tuple(row for row in HEARTBEAT if row.state in _STREAM_NAMES.values())

_STRING_KEYS = frozenset(row.key for row in _STREAM_STRINGS)
_SOLAR = "JTS1_ENERGY_STREAM_REPORT_mpptPwr"

# On single-phase systems + = delivering already on the wire (reference 4d).
_SINGLE_HEARTBEAT = tuple(
    replace(row, scale=-row.scale) if row.state == INVERTER_OUTPUT.state else row
    for row in HEARTBEAT
)

_WALL_BOX_POWER = tuple(
    replace(row, absent=Absent.ZERO) for row in WALL_BOX if row.state == "evPwr"
)

_STATE_NAMES = {
    "pcsRunSta_300": "pcsRunSta",
    "pcsAcErrCode_300": "pcsAcErrCode",
    "pcsDcErrCode_300": "pcsDcErrCode",
}
"""96/17 has moved these to numbers from 300 up on newer firmware."""


@dataclass(frozen=True, slots=True)
class Report:
    """One message: its type, the plan of its states, and how it is read."""

    message: type[Message]
    plan: Plan
    read: Reader


def _system(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    yield reading(context.serial, message, plan)


def _stream(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Older firmware leaves the strings out of 96/33: that does not make them zero."""
    told = reading(context.serial, message, plan)
    if told.values.get(_SOLAR) and not any(key in told.values for key in _STRING_KEYS):
        zeros = tuple(key for key in told.zeros if key not in _STRING_KEYS)
        told = Reading(told.serial, told.values, zeros)
    yield told


def _packs(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """A message holds one pack or all, in any order: the serial number tells them apart."""
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


_pump = accessory.part("heat_pump", "Heat pump", "dev_sn")


def _heat_pump(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    yield from _pump(context, message.HP_report, plan)


def _errors(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """No codes in the list is news too: the faults are gone."""
    told = [
        (context.serial, row, getattr(message, name))
        for row, name in zip(ERRORS, ("ems_err_code", "pcs_err_code"), strict=True)
        if message.HasField(name)
    ]
    told += [
        (entry.module_sn, PACK_ERRORS[0], entry)
        for entry in message.bp_err_code
        if context.is_known(entry.module_sn)
    ]
    for serial, row, errors in told:
        yield Reading(serial, {row.key: tuple(code for code in errors.err_code if code)})


def _modules(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """53/113: firmware versions, of use for the devices rather than as states."""
    for module in message.modules:
        context.keep_version(module.module_sn, module.app_ver)
    yield from ()


def _history(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """96/34 replays old minutes after a gap: kept, but never shown as live."""
    for minute in message.sys_energy_stream:
        values = {field.name: value for field, value in minute.ListFields()}
        context.keep_minute(minute.timestamp, values)
    yield from ()


def _totals(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """254/32: hourly energies, whose types are not known yet (reference 4g)."""
    item = message.watth_item
    context.keep_hours(item.timestamp, item.watth_type, tuple(item.watth))
    yield from ()


def _report(
    name: str,
    read: Reader,
    rows: tuple[StateRow, ...] = (),
    renamed: Mapping[str, str] | None = None,
    entry: str = "",
) -> Report:
    """Describe a message; `entry` is the part of it that holds the states, if not the whole."""
    plan = plan_for(message_class(entry or name), rows, renamed or {})
    return Report(message_class(name), plan, read)


_ACCESSORIES: dict[Route, Report] = {
    (96, 11): _report("EcologyReport", _heat_pump, HEAT_PUMP, entry="HeatPump"),
    (209, 2): _report("WallBoxTimers", accessory.wall_box_timers),
    (209, 8): _report("WallBox", accessory.wall_box, WALL_BOX),
    (209, 33): _report(
        "WallBoxStreamReport", accessory.wall_boxes, _WALL_BOX_POWER, entry="WallBoxStream"
    ),
    (211, 1): _report("HeatPumpReport", accessory.pump, HEAT_PUMP_UI),
    (211, 33): _report("HeatPumpState", accessory.pump, HEAT_PUMP_STATE),
    (212, 2): _report("RodTimers", accessory.rod_timers),
    (212, 8): _report("HeatingRod", accessory.rod, HEATING_ROD_PARAM),
    (212, 33): _report("RodStreamReport", accessory.rods, HEATING_ROD_STREAM, entry="RodStream"),
    (212, 34): _report("RodHistory", accessory.rod_history),
    (212, 50): _report(
        "RodRunData",
        accessory.rod_run_data,
        HEATING_ROD_PARAM + HEATING_ROD_RUN_DATA,
        {"runFlagBit": "runFlag"},
    ),
    (240, 2): _report("EnergyDevicePriorities", accessory.priorities),
    (241, 3): _report("EnergyDeviceReport", accessory.smart_plug, SMART_PLUG),
}

_COMMON: dict[Route, Report] = {
    **_ACCESSORIES,
    (53, 113): _report("Modules", _modules),
    (96, 1): _report("Heartbeat", _system, HEARTBEAT),
    (96, 3): _report("ErrorChange", _errors),
    (96, 7): _report("PackReport", _packs, PACK, entry="Pack"),
    (96, 9): _report("ErrorCodeMask", _system, ERROR_MASK),
    (96, 12): _report("ParallelDevices", parallel.devices),
    (96, 13): _report("ParamChange", _system, PARAM_CHANGE),
    (96, 33): _report("EnergyStream", _stream, ENERGY_STREAM + _STREAM_STRINGS, _STREAM_NAMES),
    (96, 34): _report("EnergyHistory", _history),
    (96, 39): _report("PvInverterStream", _system, PV_INVERTER),
    (96, 50): _report(
        "ParallelStreamReport", parallel.stream, ENERGY_STREAM, entry="ParallelStream"
    ),
    (96, 51): _report("ParallelHistory", parallel.history),
    (254, 32): _report("EnergyTotals", _totals),
}

_OCEAN: dict[Route, Report] = {**_COMMON, (96, 8): _report("ChangeReport", _system, CHANGE)}

_PLUS: dict[Route, Report] = {
    **_COMMON,
    (96, 8): _report("PlusConfigReport", _system, CHANGE),
    (96, 16): _report("PlusGridCodeReport", _system, CHANGE),
    (96, 17): _report("PlusStateReport", _system, CHANGE, _STATE_NAMES),
}

_FIT: dict[Route, Report] = {
    **_ACCESSORIES,
    (53, 113): _report("Modules", _modules),
    (96, 1): _report("FitHeartbeat", _system, FIT_HEARTBEAT),
    (96, 3): _report("FitErrorChange", _errors),
    (96, 33): _report("FitEnergyStream", _system, FIT_STREAM),
    (96, 34): _report("FitEnergyHistory", fit.minutes, FIT_STREAM, entry="FitEnergyStream"),
    (96, 108): _report("FitPackReport", fit.packs, FIT_PACK, entry="FitPack"),
    (96, 109): _report("FitDcChange", _system, FIT_DC),
    (96, 110): _report("FitDcStatus", _system, FIT_DC_STATUS),
    (96, 111): _report("FitBms", fit.bms, FIT_BMS),
    (254, 32): _report("EnergyTotals", fit.hours),
}

REPORTS: dict[Family, dict[Route, Report]] = {
    Family.PLUS: _PLUS,
    Family.OCEAN: _OCEAN,
    Family.SINGLE_PHASE: {**_OCEAN, (96, 1): _report("Heartbeat", _system, _SINGLE_HEARTBEAT)},
    Family.FIT: _FIT,
}
