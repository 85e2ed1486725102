"""The reports of each product: which message a route carries, and whose states it tells.

Routes and presence rules: reference 3c, 3d and 4c. A reader turns a parsed message into
readings; there is one per shape of message, not per message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..source import Reading
from ..states import StateRow
from .envelope import Route
from .messages import Message, message_class
from .models import Family
from .plan import Collected, Plan, plan_for
from .tables import (
    CHANGE,
    ENERGY_STREAM,
    ERROR_MASK,
    ERRORS,
    HEARTBEAT,
    HEAT_PUMP,
    HEATING_ROD_PARAM,
    HEATING_ROD_STREAM,
    PACK,
    PACK_ERRORS,
    PARAM_CHANGE,
    PV_INVERTER,
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

_STATE_NAMES = {
    "pcsRunSta_300": "pcsRunSta",
    "pcsAcErrCode_300": "pcsAcErrCode",
    "pcsDcErrCode_300": "pcsDcErrCode",
}
"""96/17 has moved these to numbers from 300 up on newer firmware."""


class Context(Protocol):
    """What a reader may know and say beside its message."""

    serial: str
    slots: dict[int, str]
    """Serial number of the pack in each slot."""

    def announce(self, serial: str, kind: str, model: str, number: int = 0) -> None:
        """Say that a part of the system is there."""

    def is_known(self, serial: str) -> bool:
        """Whether the part was announced."""

    def keep_version(self, serial: str, version: int) -> None:
        """Keep the firmware version of a module, four bytes in one number."""

    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Keep the averages of a minute."""

    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> None:
        """Keep the hourly energies of a day."""


type Reader = Callable[[Context, Any, Plan], Iterator[Reading]]


@dataclass(frozen=True, slots=True)
class Report:
    """One message: its type, the plan of its states, and how it is read."""

    message: type[Message]
    plan: Plan
    read: Reader


def _reading(serial: str, message: Message, plan: Plan) -> Reading:
    collected = Collected()
    plan.collect(message, collected)
    return Reading(serial, collected.values, tuple(collected.zeros))


def _system(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    yield _reading(context.serial, message, plan)


def _stream(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Older firmware leaves the strings out of 96/33: that does not make them zero."""
    reading = _reading(context.serial, message, plan)
    if reading.values.get(_SOLAR) and not any(key in reading.values for key in _STRING_KEYS):
        zeros = tuple(key for key in reading.zeros if key not in _STRING_KEYS)
        reading = Reading(reading.serial, reading.values, zeros)
    yield reading


def _packs(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """A message holds one pack or all, in any order: the serial number tells them apart."""
    for pack in message.bpSta:
        serial = pack.bpSn.rstrip(b"\0 ").decode("ascii", "replace")
        if serial:
            context.slots[pack.bpDsrc] = serial
        else:
            serial = context.slots.get(pack.bpDsrc, "")
        if not serial or (pack.HasField("bpDesignCap") and not pack.bpDesignCap):
            continue  # an empty slot
        context.announce(serial, "pack", "PowerOcean battery", pack.bpDsrc)
        yield _reading(serial, pack, plan)


def _part(kind: str, model: str, serial_field: str) -> Reader:
    """Read a message about one part that carries its own serial number."""

    def read(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
        if serial := getattr(message, serial_field).strip("\0 "):
            context.announce(serial, kind, model)
            yield _reading(serial, message, plan)

    return read


_wall_box = _part("wall_box", "PowerPulse", "ev_sn")
_rod = _part("heating_rod", "PowerGlow", "hr_sn")
_pump = _part("heat_pump", "Heat pump", "dev_sn")


def _rods(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    for rod in message.hr_energy_stream:
        yield from _rod(context, rod, plan)


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


_COMMON: dict[Route, Report] = {
    (53, 113): _report("Modules", _modules),
    (96, 1): _report("Heartbeat", _system, HEARTBEAT),
    (96, 3): _report("ErrorChange", _errors),
    (96, 7): _report("PackReport", _packs, PACK, entry="Pack"),
    (96, 9): _report("ErrorCodeMask", _system, ERROR_MASK),
    (96, 11): _report("EcologyReport", _heat_pump, HEAT_PUMP, entry="HeatPump"),
    (96, 13): _report("ParamChange", _system, PARAM_CHANGE),
    (96, 33): _report("EnergyStream", _stream, ENERGY_STREAM + _STREAM_STRINGS, _STREAM_NAMES),
    (96, 34): _report("EnergyHistory", _history),
    (96, 39): _report("PvInverterStream", _system, PV_INVERTER),
    (209, 8): _report("WallBox", _wall_box, WALL_BOX),
    (212, 8): _report("HeatingRod", _rod, HEATING_ROD_PARAM),
    (212, 33): _report("RodStreamReport", _rods, HEATING_ROD_STREAM, entry="RodStream"),
    (254, 32): _report("EnergyTotals", _totals),
}

_OCEAN: dict[Route, Report] = {**_COMMON, (96, 8): _report("ChangeReport", _system, CHANGE)}

_PLUS: dict[Route, Report] = {
    **_COMMON,
    (96, 8): _report("PlusConfigReport", _system, CHANGE),
    (96, 16): _report("PlusGridCodeReport", _system, CHANGE),
    (96, 17): _report("PlusStateReport", _system, CHANGE, _STATE_NAMES),
}

REPORTS: dict[Family, dict[Route, Report]] = {
    Family.PLUS: _PLUS,
    Family.OCEAN: _OCEAN,
    Family.SINGLE_PHASE: _OCEAN,
}
