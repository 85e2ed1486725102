"""All states of the family, by the report that tells them."""

from __future__ import annotations

from ..model.states import KindTable, SourceTable
from .states_accessory import (
    HEAT_PUMP_STATE,
    HEAT_PUMP_UI,
    HEATING_ROD_PARAM,
    HEATING_ROD_RUN_DATA,
    HEATING_ROD_STREAM,
    HEATING_ROD_TIMERS,
    PILE,
    SMART_PLUG,
    SMART_PLUG_PRIORITY,
    SMART_PLUG_STREAM,
    WALL_BOX,
    WALL_BOX_TIMERS,
)
from .states_change import CHANGE
from .states_energy import ENERGY
from .states_fit import (
    FIT_BMS,
    FIT_DC,
    FIT_DC_STATUS,
    FIT_HEARTBEAT,
    FIT_HOURS,
    FIT_PACK,
    FIT_STREAM,
    POWER_FACTORS,
)
from .states_pack import PACK, PACK_ERRORS
from .states_parallel import UNIT_STREAM
from .states_system import (
    CLOUD,
    ENERGY_STREAM,
    ERROR_MASK,
    ERRORS,
    HEARTBEAT,
    HEAT_PUMP,
    INVERTER_OUTPUT,
    METER_POWERS,
    PARAM_CHANGE,
    PV_INVERTER,
)

TABLE = SourceTable(
    "EcoFlow PowerOcean",
    {
        "system": KindTable(
            "System (inverter)",
            (
                *ENERGY_STREAM,
                *HEARTBEAT,
                *CHANGE,
                *PARAM_CHANGE,
                *ERRORS,
                *ERROR_MASK,
                *PV_INVERTER,
                *CLOUD,
                *ENERGY,
            ),
        ),
        "unit": KindTable(
            "Inverter of a parallel system (beside the system's states, energy stream excepted)",
            UNIT_STREAM,
        ),
        "fit": KindTable(
            "PowerOcean DC Fit (beside the system's errors, snapshot and counted energies)",
            (*FIT_STREAM, *FIT_HEARTBEAT, *FIT_DC, *FIT_DC_STATUS, *FIT_HOURS),
        ),
        "fit_pack": KindTable(
            "Battery pack of a DC Fit (beside the pack's error)", (*FIT_PACK, *FIT_BMS)
        ),
        "pack": KindTable("Battery pack", (*PACK, *PACK_ERRORS)),
        "wall_box": KindTable("Wall box (PowerPulse)", (*WALL_BOX, *WALL_BOX_TIMERS, *PILE)),
        "heating_rod": KindTable(
            "Heating rod (PowerGlow)",
            (
                *HEATING_ROD_PARAM,
                *HEATING_ROD_STREAM,
                *HEATING_ROD_RUN_DATA,
                *HEATING_ROD_TIMERS,
            ),
        ),
        "heat_pump": KindTable("Heat pump", (*HEAT_PUMP, *HEAT_PUMP_UI, *HEAT_PUMP_STATE)),
        "smart_plug": KindTable(
            "Smart plug", (*SMART_PLUG_STREAM, *SMART_PLUG, *SMART_PLUG_PRIORITY)
        ),
    },
)

__all__ = [
    "CHANGE",
    "CLOUD",
    "ENERGY",
    "ENERGY_STREAM",
    "ERRORS",
    "ERROR_MASK",
    "FIT_BMS",
    "FIT_DC",
    "FIT_DC_STATUS",
    "FIT_HEARTBEAT",
    "FIT_HOURS",
    "FIT_PACK",
    "FIT_STREAM",
    "HEARTBEAT",
    "HEATING_ROD_PARAM",
    "HEATING_ROD_RUN_DATA",
    "HEATING_ROD_STREAM",
    "HEATING_ROD_TIMERS",
    "HEAT_PUMP",
    "HEAT_PUMP_STATE",
    "HEAT_PUMP_UI",
    "INVERTER_OUTPUT",
    "METER_POWERS",
    "PACK",
    "PACK_ERRORS",
    "PARAM_CHANGE",
    "PILE",
    "POWER_FACTORS",
    "PV_INVERTER",
    "SMART_PLUG",
    "SMART_PLUG_PRIORITY",
    "SMART_PLUG_STREAM",
    "TABLE",
    "UNIT_STREAM",
    "WALL_BOX",
    "WALL_BOX_TIMERS",
]
