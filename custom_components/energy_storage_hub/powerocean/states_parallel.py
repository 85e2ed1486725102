"""States of one device of a parallel system: what it adds to the whole (96/50).

The whole system's powers are those of the energy stream, as on a single system.
"""

from __future__ import annotations

from ..model.states import Absent, StateRow
from .rows import TURNED, Q, with_report

_ZERO = Absent.ZERO
_BATTERY = "bpSoc"

UNIT_STREAM: tuple[StateRow, ...] = with_report(
    "ParallelEnergyStream",
    (
        StateRow("mpptPwr", "Solar power of this inverter", Q.POWER, enabled=True, absent=_ZERO),
        StateRow(
            "bpPwr",
            "Battery power of this inverter",
            Q.POWER,
            scale=-1,
            enabled=True,
            absent=_ZERO,
            witness=_BATTERY,
            deviates=TURNED,
        ),
        StateRow("bpSoc", "State of charge of this inverter", Q.STATE_OF_CHARGE, enabled=True),
        # At the inverter, not at the meter: what it takes from the house's AC side.
        StateRow("sysGridPwr", "AC power drawn by this inverter", Q.POWER, absent=_ZERO),
        StateRow("sysLoadPwr", "Load power of this inverter", Q.POWER, absent=_ZERO),
        StateRow("pv1Pwr", "String 1 power of this inverter", Q.POWER, absent=_ZERO),
        StateRow("pv2Pwr", "String 2 power of this inverter", Q.POWER, absent=_ZERO),
    ),
)
