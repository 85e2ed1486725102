"""States of one battery pack: `statusReportBattery1..6`, message `bpSta` of 96/7.

Source: [SEED-PLUS]; units and signs as in [CAPTURES]. The pack's
number is not part of the state: the pack's own serial stands in front of it.
"""

from __future__ import annotations

from ..model.states import StateRow, Take
from .rows import RUN_STATES, TURNED, Q, technical, with_report

# The pack's own numbers: 1 and 2 the other way round than in the system's `bpChgDsgSta`.
CHARGING_STATES = {0: "standby", 1: "discharging", 2: "charging"}

BMS_STATES = {0: "shutdown", 1: "normal", 2: "chargeable", 3: "dischargeable", 4: "fault"}

# The vendor's enumeration says 2 for a fault, the seed table 3.
CONVERTER_STATES = {0: "normal", 1: "warning", 2: "fault", 3: "fault"}

SYSTEM_STATES = {
    0: "pre_power_on",
    1: "power_on_confirmed",
    2: "normal",
    3: "power_off",
    4: "sleep",
}

# 0 (`PB_PTC_OT_STATE`) is what every pack at rest sends.
HEATING_EXIT_EVENTS = {
    0: "no_event",
    1: "temperature_reached",
    2: "abnormal",
    3: "temperature_difference",
    4: "battery_fault",
    5: "timeout",
    6: "charging_disabled",
    7: "low_power",
    8: "abnormal_discharge",
    9: "low_charge_while_discharging",
    10: "low_voltage_while_discharging",
    11: "discharging_disabled",
    12: "cell_monitor_fault",
    13: "overtemperature_protection",
    14: "overvoltage_protection",
    15: "power_fault",
    16: "heater_short_circuit",
    17: "transistor_short_circuit",
    18: "heater_temperature_fault",
    19: "heater_overtemperature",
}

_WATT_HOURS = "Seed: x 0.01 kWh. The wire has Wh: 171237 at 33 cycles of 5.1 kWh."
_AMPERE_HOURS = "Seed: x 0.01 mAh. The wire has mAh: 998119 at 10 cycles of 100 Ah; shown in Ah."
_STATE_OF_POWER = (
    "Seed: %. A: 50 and 80 with 100 Ah, 49 and 79 with 99 Ah; 13 at 98 % SOC while charging 14.2 A."
)
BUS_CURRENT = (
    "No sample has it beside a power. Turned like bpAmp: of the DC converter between them the sign"
    " is the battery's (dcdcPwr of the Fit)."
)
_CAPACITY = "Seed: mAh. The wire has mAh (100000 for a pack of 100 Ah); shown in Ah."

PACK: tuple[StateRow, ...] = with_report(
    "statusReportBattery",
    (
        StateRow("bpPwr", "Power", Q.POWER, scale=-1, enabled=True, deviates=TURNED),
        StateRow("chargePower", "Charge power", Q.POWER, wire="bpPwr", take=Take.POSITIVE),
        StateRow("dischargePower", "Discharge power", Q.POWER, wire="bpPwr", take=Take.NEGATIVE),
        StateRow("bpSoc", "State of charge", Q.STATE_OF_CHARGE, enabled=True),
        StateRow("bpSoh", "State of health", Q.STATE_OF_HEALTH, enabled=True),
        StateRow("bmsChgDsgSta", "Charging state", Q.ENUM, options=CHARGING_STATES, enabled=True),
        StateRow("bpCycles", "Cycles", Q.CYCLES, enabled=True),
        StateRow(
            "bpAccuChgEnergy",
            "Energy charged",
            Q.ENERGY_TOTAL,
            scale=0.001,
            enabled=True,
            deviates=_WATT_HOURS,
        ),
        StateRow(
            "bpAccuDsgEnergy",
            "Energy discharged",
            Q.ENERGY_TOTAL,
            scale=0.001,
            enabled=True,
            deviates=_WATT_HOURS,
        ),
        StateRow(
            "bpRemainWatth",
            "Remaining energy",
            Q.ENERGY_STORED,
            scale=0.001,
            enabled=True,
            deviates="Seed: Wh; shown in kWh like every other energy.",
        ),
        StateRow("bpVol", "Voltage", Q.VOLTAGE, enabled=True),
        StateRow("bpAmp", "Current", Q.CURRENT, scale=-1, deviates=TURNED),
        # Temperatures
        StateRow("bpTemp", "Average temperature", Q.TEMPERATURE_ARRAY),
        StateRow(
            "bpTemp_max",
            "Hottest temperature",
            Q.TEMPERATURE,
            wire="bpTemp",
            take=Take.MAXIMUM,
            enabled=True,
        ),
        StateRow("bpMaxCellTemp", "Highest cell temperature", Q.TEMPERATURE),
        StateRow("bpMinCellTemp", "Lowest cell temperature", Q.TEMPERATURE),
        StateRow("bpEnvTemp", "Ambient temperature", Q.TEMPERATURE),
        # Cells
        StateRow(
            "bpCellVol",
            "Average cell voltage",
            Q.VOLTAGE_ARRAY,
            scale=0.001,
            deviates="Seed: no unit. The wire has mV (3404 to 3417), like that of bpMaxCellVol.",
        ),
        StateRow(
            "bpCellVol_spread",
            "Cell voltage difference",
            Q.VOLTAGE_DIFFERENCE,
            wire="bpCellVol",
            take=Take.SPREAD,
            enabled=True,
        ),
        StateRow("bpMaxCellVol", "Highest cell voltage", Q.VOLTAGE, scale=0.001),
        StateRow("bpMinCellVol", "Lowest cell voltage", Q.VOLTAGE, scale=0.001),
        # Limits
        StateRow("bpUpLimitSoc", "Charge limit", Q.PERCENTAGE),
        StateRow("bpDownLimitSoc", "Discharge limit", Q.PERCENTAGE),
        # State
        StateRow("bpRunSta", "Run status", Q.ENUM, options=RUN_STATES),
        StateRow("bpPtcHeatFlag", "Heating", Q.FLAG),
        StateRow("bpAcRechargeFlag", "Charging from AC", Q.FLAG),
        *technical(
            (
                StateRow("bmsRunSta", "BMS status", Q.ENUM, options=BMS_STATES),
                StateRow("bpSysState", "System status", Q.ENUM, options=SYSTEM_STATES),
                StateRow("dabModSta", "DC converter status", Q.ENUM, options=CONVERTER_STATES),
                StateRow(
                    "bpPtcExitEvent", "Heating end reason", Q.ENUM, options=HEATING_EXIT_EVENTS
                ),
                # 2 in every full pack at rest, while the error report calls it healthy.
                StateRow("bpErrCode", "Error (status report)", Q.FAULT),
                StateRow("bpBmsFault", "BMS fault", Q.FAULT),
                StateRow("bpGlobalProtect", "Protection", Q.FAULT),
                StateRow("bpBalanceState", "Balancing status", Q.CODE),
                StateRow("bpActiveCalReqStat", "Calibration request", Q.CODE),
                StateRow("bpActiveCalRunStat", "Calibration status", Q.CODE),
                # Temperatures inside
                StateRow("bpMaxMosTemp", "Highest MOSFET temperature", Q.TEMPERATURE),
                StateRow("bpMinMosTemp", "Lowest MOSFET temperature", Q.TEMPERATURE),
                StateRow("bpHvMosTemp", "High-voltage MOSFET temperature", Q.TEMPERATURE),
                StateRow("bpLvMosTemp", "Low-voltage MOSFET temperature", Q.TEMPERATURE),
                StateRow("bpPtcTemp", "PTC temperature", Q.TEMPERATURE),
                StateRow("bpPtcTemp2", "PTC 2 temperature", Q.TEMPERATURE),
                StateRow("bpHtsTemp", "Heat sink temperature", Q.TEMPERATURE),
                StateRow("bpBusPosTemp", "Positive busbar temperature", Q.TEMPERATURE),
                StateRow("bpBusNegTemp", "Negative busbar temperature", Q.TEMPERATURE),
                # DC bus and auxiliary cell
                StateRow("bpBusVol", "Bus voltage", Q.VOLTAGE),
                StateRow("bpBusAmp", "Bus current", Q.CURRENT, scale=-1, deviates=BUS_CURRENT),
                StateRow(
                    "bpAuxCellVol01",
                    "Auxiliary cell voltage",
                    Q.VOLTAGE,
                    scale=0.001,
                    wire="bpAuxCellVol_01",
                ),
                # Charge and health as the BMS counts them
                StateRow("bpSop", "State of power", Q.PERCENTAGE),
                StateRow(
                    "bpChgSop", "Largest charging current", Q.CURRENT, deviates=_STATE_OF_POWER
                ),
                StateRow(
                    "bpDsgSop", "Largest discharging current", Q.CURRENT, deviates=_STATE_OF_POWER
                ),
                StateRow("bpRealSoc", "Real SOC", Q.PERCENTAGE),
                StateRow("bpTargetSoc", "Target SOC", Q.PERCENTAGE),
                StateRow("bpMaxSoc", "Highest SOC", Q.PERCENTAGE),
                StateRow("bpMinSoc", "Lowest SOC", Q.PERCENTAGE),
                StateRow("bpDiffSoc", "SOC difference", Q.PERCENTAGE),
                StateRow("bpLimitSoc", "SOC limit", Q.PERCENTAGE),
                StateRow(
                    "bpEcloundSoc",
                    "Cloud SOC",
                    Q.PERCENTAGE,
                    unknown=frozenset({65535}),
                    deviates="Seed: text. The name says SOC; 65535, which all packs send, is none.",
                ),
                StateRow("bpRealSoh", "Real SOH", Q.PERCENTAGE),
                StateRow("bpCalendarSoh", "Calendar SOH", Q.PERCENTAGE),
                StateRow("bpCycleSoh", "Cycle SOH", Q.PERCENTAGE),
                StateRow(
                    "bpDesignCap", "Design capacity", Q.CAPACITY, scale=0.001, deviates=_CAPACITY
                ),
                StateRow("bpFullCap", "Full capacity", Q.CAPACITY, scale=0.001, deviates=_CAPACITY),
                StateRow(
                    "bpAccuChgCap",
                    "Accumulated charge",
                    Q.CHARGE_TOTAL,
                    scale=0.001,
                    deviates=_AMPERE_HOURS,
                ),
                StateRow(
                    "bpAccuDsgCap",
                    "Accumulated discharge",
                    Q.CHARGE_TOTAL,
                    scale=0.001,
                    deviates=_AMPERE_HOURS,
                ),
                # Identity
                StateRow("bpSn", "Serial number", Q.TEXT),
                StateRow("bpDsrc", "Slot", Q.CODE),
                StateRow("bpTimestamp", "Pack time", Q.TIMESTAMP, unknown=frozenset({0})),
                StateRow("bpHeartbeatVer", "Report version", Q.CODE),
                StateRow("moduleProductInfo", "Product code", Q.CODE),
                StateRow("moduleProgramSta", "Program status", Q.CODE),
                StateRow("moduleAplSwVer", "Firmware version", Q.VERSION),
                StateRow("moduleLoaderSwVer", "Boot loader version", Q.VERSION),
            )
        ),
    ),
)

# Codes of one pack, by its serial number, in the error report of the system (96/3).
PACK_ERRORS: tuple[StateRow, ...] = with_report(
    "ErrorChangeReport", (StateRow("bpErrCode", "Error", Q.FAULT, enabled=True),)
)
