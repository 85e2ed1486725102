"""States of the accessories: wall box (209/8) and heating rod (212/8, 212/33).

Source: seed table POWEROCEANPLUS 1.4.3 for the wall box, the public field tables of the family
for the heating rod; units as in reference 4c and 4f.
"""

from __future__ import annotations

from ..states import Absent, StateRow
from .rows import Q, technical, with_report

CHARGING_STATES = {
    0: "no_status",
    1: "available",
    2: "preparing",
    3: "charging",
    4: "suspended_by_wall_box",
    5: "suspended_by_vehicle",
    6: "finishing",
    9: "fault",
}

CHARGING_MODES = {0: "fast", 1: "normal", 2: "solar", 3: "storage"}

_NO_TIME = frozenset({0})
_NO_VEHICLE = frozenset({-1})
_SESSION = "Seed: no unit. Seconds: 18984 was the session's end minus its start."
_TENTHS = "Seed: unknown value. The HTTPS snapshot names it evCurrSet; 60 is 6 A, 160 is 16 A."

WALL_BOX: tuple[StateRow, ...] = with_report(
    "EVChargingParamReport",
    (
        StateRow("chargingStatus", "Status", Q.ENUM, options=CHARGING_STATES, enabled=True),
        StateRow("evPwr", "Power", Q.POWER, enabled=True),
        # Of the session, not for life: 449 Wh after 720 s.
        StateRow("evChargingEnergy", "Session energy", Q.ENERGY_DAY, scale=0.001, enabled=True),
        StateRow("workMode", "Charging mode", Q.ENUM, options=CHARGING_MODES, enabled=True),
        StateRow(
            "unknown31", "Current limit", Q.CURRENT, scale=0.1, enabled=True, deviates=_TENTHS
        ),
        StateRow("errorCode", "Error", Q.FAULT, enabled=True),
        StateRow("orderStartTimestamp", "Session start", Q.TIMESTAMP, unknown=_NO_TIME),
        StateRow("orderEndTimestamp", "Session end", Q.TIMESTAMP, unknown=_NO_TIME),
        StateRow("orderTime", "Session duration", Q.DURATION_S, deviates=_SESSION),
        # A target, which no quantity says: of all energies the one to be stored comes closest.
        StateRow("expectChargingEnergy", "Target energy", Q.ENERGY_TARGET, scale=0.001),
        StateRow("stopChargingSoc", "Target SOC", Q.PERCENTAGE, unknown=frozenset({255})),
        StateRow("evPlugAndPlay", "Plug and charge", Q.FLAG),
        StateRow("useGridFirst", "Grid first", Q.FLAG),
        *technical(
            (
                StateRow("orderState", "Session status", Q.CODE),
                StateRow("unknown34", "Detected phases", Q.CODE),
                StateRow("unknown35", "Execution mode", Q.CODE),
                # Some of evOnoffSet, evPhaseSet and evUserManual of the HTTPS snapshot.
                StateRow("unknown30", "Unknown value 30", Q.CODE),
                StateRow("unknown32", "Unknown value 32", Q.CODE),
                StateRow("unknown33", "Unknown value 33", Q.CODE),
                StateRow("switchBits", "Switch bits", Q.CODE),
                StateRow("onlineBits", "Online bits", Q.CODE),
                StateRow("defaultVehicleId", "Default vehicle", Q.TEXT, unknown=_NO_VEHICLE),
                StateRow("chargeVehicleId", "Charging vehicle", Q.TEXT, unknown=_NO_VEHICLE),
                StateRow("evSn", "Serial number", Q.TEXT),
            )
        ),
    ),
)

HEATING_ROD_PARAM: tuple[StateRow, ...] = with_report(
    "HRChargingParamReport",
    (
        StateRow("temp", "Water temperature", Q.TEMPERATURE, enabled=True),
        StateRow("targetTemp", "Target temperature", Q.TEMPERATURE, enabled=True),
        StateRow("heatingPower", "Heating power", Q.POWER),
        StateRow("targetPower", "Target power", Q.POWER),
        StateRow("errorCode", "Error", Q.FAULT, enabled=True),
        *technical(
            (
                StateRow("mode", "Mode", Q.CODE),
                StateRow("runStat", "Run status", Q.CODE),
                StateRow("onlineBits", "Online bits", Q.CODE),
                # Litres (300, 400), for which there is no quantity.
                StateRow("waterTankVolume", "Water tank volume", Q.VOLUME),
            )
        ),
    ),
)

_SEEN = Absent.ZERO_ONCE_SEEN

HEATING_ROD_STREAM: tuple[StateRow, ...] = with_report(
    "HeatingRodEnergyStreamShow",
    (
        StateRow("hrPwr", "Power", Q.POWER, enabled=True, absent=_SEEN),
        StateRow("fromPv", "Power from solar", Q.POWER, enabled=True, absent=_SEEN),
        StateRow("fromBat", "Power from battery", Q.POWER, enabled=True, absent=_SEEN),
        StateRow("fromGrid", "Power from grid", Q.POWER, enabled=True, absent=_SEEN),
        # Not every rod sends it here, and a missing temperature is not 0 degrees.
        StateRow("temp", "Water temperature (energy stream)", Q.TEMPERATURE),
    ),
)
