"""States of the accessories: wall box (209/x), heating rod (212/x), heat pump (211/x), plugs.

Source: [SEED-PLUS] for the wall box, the public field tables of the family
for the rest; units and presence as in [CAPTURES].
"""

from __future__ import annotations

from ..model.states import Absent, StateRow
from .rows import Q, explained, family, technical, with_report

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

PILE_MODES = {1: "fast", 2: "solar", 3: "custom", 4: "smart"}

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
        StateRow("evChargingEnergy", "Session energy", Q.ENERGY_SESSION, scale=0.001, enabled=True),
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
                StateRow("selfcheckPercent", "Self-check progress", Q.PERCENTAGE),
                StateRow("runFlag", "Run flags", Q.CODE),
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

# 212/50 tells most states of 212/8 as well; these only here.
HEATING_ROD_RUN_DATA: tuple[StateRow, ...] = with_report(
    "HeatingRodRunDataAck",
    (
        StateRow("online", "Connection", Q.CONNECTIVITY, enabled=True),
        StateRow("targetRunStat", "Target run status", Q.CODE, diagnostic=True),
    ),
)

# What of a list of timers can be told in a state: how many, and whether one is at work.
TIMERS = (
    StateRow("enabledTasks", "Timers", Q.COUNT, diagnostic=True),
    StateRow("isEffect", "Timer active", Q.FLAG, diagnostic=True),
)
WALL_BOX_TIMERS: tuple[StateRow, ...] = with_report("EVChargingTimerTaskReport", TIMERS)
HEATING_ROD_TIMERS: tuple[StateRow, ...] = with_report("HeatingRodTimerTaskReport", TIMERS)

_SECTORS = family(
    {"sectorA": "Circuit A", "sectorB": "Circuit B", "sectorDhw": "Hot water"},
    (
        StateRow("{}_tempCurr", "{} temperature", Q.TEMPERATURE, enabled=True),
        StateRow("{}_tempTarget", "{} target temperature", Q.TEMPERATURE),
        StateRow("{}_switchStat", "{} switch", Q.FLAG),
    ),
)

HEAT_PUMP_UI: tuple[StateRow, ...] = with_report(
    "HPUIReport",
    (
        StateRow("hpMaster_tempAmbient", "Outdoor temperature", Q.TEMPERATURE, enabled=True),
        StateRow("hpMaster_tempInlet", "Return temperature", Q.TEMPERATURE, enabled=True),
        StateRow("hpMaster_tempOutlet", "Flow temperature", Q.TEMPERATURE, enabled=True),
        StateRow("hpMaster_switchStat", "Switch", Q.FLAG, enabled=True),
        # What the numbers of the modes mean is not known.
        StateRow("hpMaster_hpMode", "Mode", Q.CODE, enabled=True),
        StateRow("hpMaster_runMode", "Run mode", Q.CODE),
        *_SECTORS,
        *technical(
            (
                StateRow("hpMaster_specMode", "Special mode", Q.CODE),
                StateRow("hpMaster_runFlg0", "Run flags 0", Q.CODE),
                StateRow("hpMaster_runFlg1", "Run flags 1", Q.CODE),
                StateRow("hpMaster_iconBits", "Display bits", Q.CODE),
            )
        ),
    ),
)

HEAT_PUMP_STATE: tuple[StateRow, ...] = with_report(
    "HPRemoteStatGetAck",
    (
        StateRow("hpPwr", "Power", Q.POWER, enabled=True),
        StateRow("remoteOnline", "Remote connection", Q.CONNECTIVITY, diagnostic=True),
    ),
)

# A PowerPulse 2 is a wall box, too: what tells the same of it feeds the wall box's states.
PILE: tuple[StateRow, ...] = with_report(
    "EDevPileChargingParamReport",
    (
        StateRow("pileWorkMode", "Charging mode (PowerPulse 2)", Q.ENUM, options=PILE_MODES),
        *explained(
            {Q.CURRENT: "Not in the seed. Tenths of A: 60 is 6 A, 160 is 16 A."},
            (
                StateRow("currentOuputMax", "Maximum current", Q.CURRENT, scale=0.1),
                StateRow("solarCurrentMin", "Minimum solar current", Q.CURRENT, scale=0.1),
                *family(
                    {"0": "1", "1": "2", "2": "3"},
                    (
                        StateRow(
                            "voltCurr_curr{}",
                            "Phase {} current",
                            Q.CURRENT,
                            scale=0.1,
                            absent=Absent.ZERO_ONCE_SEEN,
                        ),
                    ),
                ),
            ),
        ),
        StateRow("phaseSpecified", "Phase setting", Q.CODE, diagnostic=True),
    ),
)

# Measured, while the parameters of the plug are settings.
SMART_PLUG_STREAM: tuple[StateRow, ...] = with_report(
    "EDevEnergyStreamShow",
    (StateRow("pwr", "Power", Q.POWER, enabled=True, absent=Absent.ZERO),),
)

_SETTING = (
    "Not in the seed. A setting: 2500 W in both samples, beside a measured power of 160 W in one."
)

SMART_PLUG: tuple[StateRow, ...] = with_report(
    "EDevParamReport",
    (
        StateRow(
            "plugParam_householdPwr",
            "Power setting",
            Q.POWER,
            diagnostic=True,
            absent=_SEEN,
            deviates=_SETTING,
        ),
        StateRow("plugParam_switchStat", "Switch", Q.FLAG, enabled=True, absent=_SEEN),
        StateRow("plugParam_errorCode", "Error", Q.FAULT, enabled=True),
        StateRow("plugParam_maxPwr", "Maximum power", Q.POWER, diagnostic=True),
    ),
)

SMART_PLUG_PRIORITY: tuple[StateRow, ...] = with_report(
    "EDevPriorityListReport",
    technical(
        (
            StateRow("devPrio", "Priority", Q.CODE),
            StateRow("enable", "Surplus use", Q.FLAG),
        )
    ),
)
