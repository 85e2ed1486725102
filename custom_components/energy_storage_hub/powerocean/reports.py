"""The reports of each product: which message a route carries, and whose states it tells.

Routes: [IOBROKER] [GNOX]; presence rules: [CAPTURES]. A reader turns a parsed message into
readings (the modules `readers_*`); there is one per shape of message, not per message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..model.states import Absent, StateRow
from . import (
    readers_accessory as accessory,
    readers_fit as fit,
    readers_parallel as parallel,
    readers_system as system,
)
from .context import Reader
from .envelope import Route
from .messages import Message, message_class
from .models import Family
from .plan import Plan, plan_for, told_in_full
from .rows import by_state
from .tables import (
    CHANGE,
    ENERGY_STREAM,
    ERROR_MASK,
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
    METER_POWERS,
    PACK,
    PARAM_CHANGE,
    PILE,
    PV_INVERTER,
    SMART_PLUG,
    SMART_PLUG_STREAM,
    WALL_BOX,
)

# On single-phase systems + = delivering already on the wire, and + = export at the meter
# [CAPTURES].
_TURNED = {INVERTER_OUTPUT.state, *(row.state for row in METER_POWERS)}
_SINGLE_HEARTBEAT = tuple(
    replace(row, scale=-row.scale) if row.state in _TURNED else row for row in HEARTBEAT
)

_WALL_BOX_POWER = (replace(by_state(WALL_BOX)["evPwr"], absent=Absent.ZERO),)

_STATE_NAMES = {
    "pcsRunSta_300": "pcsRunSta",
    "pcsAcErrCode_300": "pcsAcErrCode",
    "pcsDcErrCode_300": "pcsDcErrCode",
}
"""96/17 has moved these to numbers from 300 up on newer firmware."""


@dataclass(frozen=True, slots=True)
class ReportType:
    """What a route carries: its message, the plan of its states, and how it is read."""

    message: type[Message]
    plan: Plan
    read: Reader
    explicit: Plan
    """For a sender that writes zeros."""


def _report(
    name: str,
    read: Reader,
    rows: tuple[StateRow, ...] = (),
    renamed: Mapping[str, str] | None = None,
    entry: str = "",
    *,
    may_be_empty: bool = False,
) -> ReportType:
    """Describe a message; `entry` is the part of it that holds the states, if not the whole."""
    plan = plan_for(message_class(entry or name), rows, renamed or {})
    plan.may_be_empty = may_be_empty
    return ReportType(message_class(name), plan, read, told_in_full(plan))


_PILE_SETTINGS = "pileChargingParamReport_paramSet"
_PILE_ORDER = "pileChargingParamReport_orderRealStatus"
_PILE_NAMES = {
    "pileChargingParamReport_chargingPwr": "evPwr",
    "pileChargingParamReport_chargingStatus": "chargingStatus",
    "pileChargingParamReport_errorCode": "errorCode",
    "pileChargingParamReport_onlineBits": "onlineBits",
    f"{_PILE_SETTINGS}_switchBits": "switchBits",
    f"{_PILE_SETTINGS}_workMode": "pileWorkMode",
    f"{_PILE_SETTINGS}_currentOuputMax": "currentOuputMax",
    f"{_PILE_SETTINGS}_solarCurrentMin": "solarCurrentMin",
    f"{_PILE_SETTINGS}_phaseSpecified": "phaseSpecified",
    f"{_PILE_SETTINGS}_userCurrentSet": "unknown31",
    f"{_PILE_ORDER}_orderChargingEnergy": "evChargingEnergy",
    f"{_PILE_ORDER}_orderTime": "orderTime",
    f"{_PILE_ORDER}_orderState": "orderState",
    f"{_PILE_ORDER}_orderStartTimestamp": "orderStartTimestamp",
    f"{_PILE_ORDER}_orderEndTimestamp": "orderEndTimestamp",
    **{f"pileChargingParamReport_voltCurr_curr{place}": f"voltCurr_curr{place}" for place in "012"},
}
"""The states of a wall box that a PowerPulse 2 tells under other names."""

_RUN_DATA_NAMES = {
    "plugRunData_realPwr": "pwr",
    "plugRunData_switchStat": "plugParam_switchStat",
    "plugRunData_errorCode": "plugParam_errorCode",
    "pileChargingRunData_chargingPwr": "evPwr",
    "pileChargingRunData_chargingStatus": "chargingStatus",
    "pileChargingRunData_errorCode": "errorCode",
}

_PLUG_POWER = replace(by_state(SMART_PLUG_STREAM)["pwr"], absent=Absent.UNCHANGED)
_ENERGY_DEVICES = _report(
    "EnergyDeviceStreamReport",
    accessory.energy_devices,
    SMART_PLUG_STREAM,
    entry="EnergyDeviceStream",
)

_ACCESSORIES: dict[Route, ReportType] = {
    (96, 11): _report("EcologyReport", system.heat_pump, HEAT_PUMP, entry="HeatPump"),
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
    (240, 33): _ENERGY_DEVICES,
    (241, 3): _report(
        "EnergyDeviceReport", accessory.energy_device, SMART_PLUG + PILE + WALL_BOX, _PILE_NAMES
    ),
    (241, 33): _ENERGY_DEVICES,
    (241, 44): _report(
        "EnergyDeviceRunDataReport",
        accessory.run_data,
        (_PLUG_POWER, *SMART_PLUG, *WALL_BOX),
        _RUN_DATA_NAMES,
        entry="EnergyDeviceRunData",
    ),
}

_COMMON: dict[Route, ReportType] = {
    **_ACCESSORIES,
    (53, 113): _report("Modules", system.modules),
    (96, 1): _report("Heartbeat", system.itself, HEARTBEAT),
    (96, 3): _report("ErrorChange", system.errors),
    (96, 7): _report("PackReport", system.packs, PACK, entry="Pack"),
    (96, 9): _report("ErrorCodeMask", system.itself, ERROR_MASK),
    (96, 12): _report("ParallelDevices", parallel.devices),
    (96, 13): _report("ParamChange", system.itself, PARAM_CHANGE),
    (96, 33): _report(
        "EnergyStream", system.stream, ENERGY_STREAM + system.STREAM_STRINGS, system.STREAM_NAMES
    ),
    (96, 34): _report("EnergyHistory", system.history),
    # Its one power is left out where it is zero: it comes without a byte on most systems.
    (96, 39): _report("PvInverterStream", system.itself, PV_INVERTER, may_be_empty=True),
    (96, 50): _report(
        "ParallelStreamReport", parallel.stream, ENERGY_STREAM, entry="ParallelStream"
    ),
    (96, 51): _report("ParallelHistory", parallel.history),
    (254, 32): _report("EnergyTotals", system.totals),
}

_OCEAN: dict[Route, ReportType] = {
    **_COMMON,
    (96, 8): _report("ChangeReport", system.itself, CHANGE),
}

_PLUS: dict[Route, ReportType] = {
    **_COMMON,
    (96, 8): _report("PlusConfigReport", system.itself, CHANGE),
    (96, 16): _report("PlusGridCodeReport", system.itself, CHANGE),
    (96, 17): _report("PlusStateReport", system.itself, CHANGE, _STATE_NAMES),
}

_WIRING_NAMES = {
    f"{state}Name": state for state in ("pvWiringType", "invWiringType", "pvInvWiringMode")
}
"""JSON has names where the wire has numbers."""

_FIT: dict[Route, ReportType] = {
    **_ACCESSORIES,
    (53, 113): _report("Modules", system.modules),
    (96, 1): _report("FitHeartbeat", fit.heartbeat, FIT_HEARTBEAT, _WIRING_NAMES),
    (96, 3): _report("FitErrorChange", system.errors),
    (96, 33): _report("FitEnergyStream", system.itself, FIT_STREAM),
    (96, 34): _report("FitEnergyHistory", fit.minutes, FIT_STREAM, entry="FitEnergyStream"),
    (96, 108): _report("FitPackReport", fit.packs, FIT_PACK, entry="FitPack"),
    (96, 109): _report("FitDcChange", system.itself, FIT_DC),
    (96, 110): _report("FitDcStatus", system.itself, FIT_DC_STATUS),
    (96, 111): _report("FitBms", fit.bms, FIT_BMS),
    (254, 32): _report("EnergyTotals", fit.hours),
}

REPORTS: dict[Family, dict[Route, ReportType]] = {
    Family.PLUS: _PLUS,
    Family.OCEAN: _OCEAN,
    Family.SINGLE_PHASE: {
        **_OCEAN,
        (96, 1): _report("Heartbeat", system.itself, _SINGLE_HEARTBEAT),
    },
    Family.FIT: _FIT,
}
