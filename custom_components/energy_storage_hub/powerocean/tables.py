"""All states of the family, by the report that tells them."""

from __future__ import annotations

from ..states import KindTable, SourceTable
from .states_accessory import HEATING_ROD_PARAM, HEATING_ROD_STREAM, WALL_BOX
from .states_change import CHANGE
from .states_energy import ENERGY
from .states_pack import PACK, PACK_ERRORS
from .states_system import (
    CLOUD,
    ENERGY_STREAM,
    ERROR_MASK,
    ERRORS,
    HEARTBEAT,
    HEAT_PUMP,
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
        "pack": KindTable("Battery pack", (*PACK, *PACK_ERRORS)),
        "wall_box": KindTable("Wall box (PowerPulse)", WALL_BOX),
        "heating_rod": KindTable(
            "Heating rod (PowerGlow)", (*HEATING_ROD_PARAM, *HEATING_ROD_STREAM)
        ),
        "heat_pump": KindTable("Heat pump", HEAT_PUMP),
    },
)

__all__ = [
    "CHANGE",
    "CLOUD",
    "ENERGY",
    "ENERGY_STREAM",
    "ERRORS",
    "ERROR_MASK",
    "HEARTBEAT",
    "HEATING_ROD_PARAM",
    "HEATING_ROD_STREAM",
    "HEAT_PUMP",
    "PACK",
    "PACK_ERRORS",
    "PARAM_CHANGE",
    "PV_INVERTER",
    "TABLE",
    "WALL_BOX",
]
