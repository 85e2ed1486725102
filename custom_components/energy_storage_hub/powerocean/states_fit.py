"""States of PowerOcean DC Fit: its own reports, numbering and signs.

Source: [SEED-FIT]; units and signs as in [NILTRIP], and as measured
on a Fit (docs/powerocean_products.md): grid and meter + = export, load below zero, battery
+ = charge. Here they are turned to Home Assistant's convention.
"""

from __future__ import annotations

from dataclasses import replace

from ..model.states import Absent, StateRow, Take
from .rows import RUN_STATES, Q, family, technical, with_report
from .states_pack import BUS_CURRENT, CONVERTER_STATES, PACK

_ZERO = Absent.ZERO
_SEEN = Absent.ZERO_ONCE_SEEN
_BATTERY = "bpSoc"

_GRID = (
    "Wire: + = export (solar 968.59 W = battery 530.0 + home 351.6 + grid 87.0);"
    " turned to + = import, as Home Assistant's energy dashboard has it."
)
_HOME = "Wire: below zero while the house draws; turned."
_CHARGE = "Wire: + = charge; turned to + = discharge."
_DAY = "Seed: Wh; shown in kWh like every other energy."
_DAY_TURNED = "Seed: Wh, below zero on the wire (import, discharge, home); its size in kWh."
_RATIO = "Seed: x 100 %. A factor: 0.9 and 1.0 seen beside an SOC of 99 %."

FIT_STREAM: tuple[StateRow, ...] = with_report(
    "EnergyStreamItem",
    (
        # Older firmware does not send it: then there is none, rather than one of 0 W.
        StateRow(
            "loadPwr",
            "Home consumption",
            Q.POWER,
            scale=-1,
            enabled=True,
            absent=_SEEN,
            deviates=_HOME,
        ),
        StateRow("pvPwr", "Solar power", Q.POWER, enabled=True, absent=_ZERO),
        StateRow(
            "gridPwr",
            "Grid power",
            Q.POWER,
            scale=-1,
            enabled=True,
            absent=_ZERO,
            deviates=_GRID,
        ),
        StateRow(
            "gridImportPower",
            "Grid import power",
            Q.POWER,
            wire="gridPwr",
            take=Take.NEGATIVE,
            enabled=True,
            absent=_ZERO,
        ),
        StateRow(
            "gridExportPower",
            "Grid export power",
            Q.POWER,
            wire="gridPwr",
            take=Take.POSITIVE,
            enabled=True,
            absent=_ZERO,
        ),
        StateRow(
            "bpPwr",
            "Battery power",
            Q.POWER,
            scale=-1,
            enabled=True,
            absent=_ZERO,
            witness=_BATTERY,
            deviates=_CHARGE,
        ),
        StateRow(
            "batteryChargePower",
            "Battery charge power",
            Q.POWER,
            wire="bpPwr",
            take=Take.POSITIVE,
            enabled=True,
            absent=_ZERO,
            witness=_BATTERY,
        ),
        StateRow(
            "batteryDischargePower",
            "Battery discharge power",
            Q.POWER,
            wire="bpPwr",
            take=Take.NEGATIVE,
            enabled=True,
            absent=_ZERO,
            witness=_BATTERY,
        ),
        StateRow("bpSoc", "State of charge", Q.STATE_OF_CHARGE, enabled=True),
        StateRow("bpHeatingPower", "Battery heating power", Q.POWER, absent=_SEEN),
        StateRow("heatingPower", "Heating power", Q.POWER, absent=_SEEN),
        *technical(
            (
                # Its sign follows the battery's, its size (63 to 103 % of it) is not explained.
                StateRow("dcdcPwr", "DC converter power", Q.POWER, absent=_SEEN),
                StateRow("timestamp", "Time of measurement", Q.TIMESTAMP),
                StateRow(
                    "timezone",
                    "Time zone",
                    Q.CODE,
                    deviates="Seed: h, from -1200 to 1200, which are no hours. A number: 0 in the"
                    " one sample, so its unit is not known.",
                ),
            )
        ),
    ),
)

_PHASES = family(
    "ABC",
    (
        StateRow("meter{}Voltage", "Phase {} voltage", Q.VOLTAGE),
        StateRow("meter{}Current", "Phase {} current", Q.CURRENT),
    ),
)

_FACTOR = (
    "Seed: text. Elements are total, phase A, B, C: 0.483 is 167 W by 234.4 V and 1.484 A, -0.768"
    " about -283.4 W by 236.1 V and 1.616 A. Turned like the power."
)

# In the order of the elements of meterPowerFactor.
POWER_FACTORS = with_report(
    "EMSHeartbeatReport",
    family(
        {"": "Power factor", **{phase: f"Phase {phase} power factor" for phase in "ABC"}},
        (StateRow("powerFactor{}", "{}", Q.POWER_FACTOR, scale=-1, deviates=_FACTOR),),
    ),
)

NETWORKS = {0: "wireless", 1: "mobile_network", 2: "ethernet", 3: "no_network"}

FIT_HEARTBEAT: tuple[StateRow, ...] = with_report(
    "EMSHeartbeatReport",
    (
        # Energies of the day: counters that begin again at midnight.
        StateRow(
            "pvInDayEnergy",
            "Daily solar energy",
            Q.ENERGY_DAY,
            scale=0.001,
            enabled=True,
            deviates=_DAY,
        ),
        StateRow(
            "loadDayEnergy",
            "Daily energy consumed at home",
            Q.ENERGY_DAY,
            scale=-0.001,
            enabled=True,
            deviates=_DAY_TURNED,
        ),
        StateRow(
            "gridInDayEnergy",
            "Daily grid energy imported",
            Q.ENERGY_DAY,
            scale=-0.001,
            enabled=True,
            deviates=_DAY_TURNED,
        ),
        StateRow(
            "gridOutDayEnergy",
            "Daily grid energy exported",
            Q.ENERGY_DAY,
            scale=0.001,
            enabled=True,
            deviates=_DAY,
        ),
        StateRow(
            "bpInDayEnergy",
            "Daily battery energy in",
            Q.ENERGY_DAY,
            scale=0.001,
            enabled=True,
            deviates=_DAY,
        ),
        StateRow(
            "bpOutDayEnergy",
            "Daily battery energy out",
            Q.ENERGY_DAY,
            scale=-0.001,
            enabled=True,
            deviates=_DAY_TURNED,
        ),
        # Battery
        StateRow(
            "bpRemainWatth",
            "Remaining energy",
            Q.ENERGY_STORED,
            scale=0.001,
            enabled=True,
            deviates="Seed: Wh; shown in kWh like every other energy.",
        ),
        StateRow(
            "bpDsgTime",
            "Remaining discharge time",
            Q.DURATION_MIN,
            enabled=True,
            unknown=frozenset({144000, 600000}),
            deviates="Seed: h. Minutes: 144000, which stands for none, is 100 days.",
        ),
        StateRow("bpSoc", "State of charge (heartbeat)", Q.STATE_OF_CHARGE),
        StateRow("batterySocUpperLimit", "Charge limit", Q.PERCENTAGE),
        StateRow("batterySocLowerLimit", "Discharge limit", Q.PERCENTAGE),
        # Meter
        StateRow("meterTotalPower", "Meter power", Q.POWER, scale=-1, enabled=True, deviates=_GRID),
        *_PHASES,
        StateRow(
            "meterPhasePower",
            "Meter power per phase",
            Q.POWER_ARRAY,
            scale=-1,
            deviates="Seed: no unit. W: the three make up meterTotalPower. Turned like it.",
        ),
        StateRow("meterPowerFactor", "Power factors", Q.NUMBER_ARRAY),
        *POWER_FACTORS,
        *technical(
            (
                StateRow("meterRatio", "Meter ratios", Q.NUMBER_ARRAY),
                StateRow("meterType", "Meter type", Q.CODE),
                StateRow("meterAddress", "Meter address", Q.CODE),
                # States
                StateRow("sysWorkSta", "System state", Q.CODE),
                StateRow("emsSystemState", "Energy management state", Q.CODE),
                StateRow("bpChgDsgSta", "Battery state", Q.CODE),
                StateRow("workingMode", "Work mode", Q.CODE),
                StateRow("appCtrlState", "App control state", Q.CODE),
                StateRow("epoSwitchState", "Emergency power-off switch", Q.CODE),
                StateRow("currentNetif", "Network", Q.ENUM, options=NETWORKS),
                StateRow("appConfigFinish", "Configuration finished", Q.FLAG),
                # Not 0 in a healthy system: the error report tells what is wrong.
                StateRow("emsErrCode", "System error (heartbeat)", Q.FAULT),
                StateRow("sysErrCode", "Overall error (heartbeat)", Q.FAULT),
                StateRow("errCode", "Error codes (heartbeat)", Q.FAULT),
                # Which errors are left out: a setting, not a problem.
                StateRow("emsErrorCodeMask", "System error mask", Q.CODE),
                StateRow("bpErrorCodeMask", "Battery error mask", Q.CODE),
                StateRow("pv1ErrorCodeMask", "PV 1 error mask", Q.CODE),
                StateRow("pv2ErrorCodeMask", "PV 2 error mask", Q.CODE),
                StateRow("pvaErrorCodeMask", "PV converter error mask", Q.CODE),
                # Solar and wiring
                StateRow("mpptRatePower", "Rated solar power", Q.POWER),
                StateRow("mpptVoltageMaximum", "Highest MPPT voltage", Q.VOLTAGE),
                StateRow("mpptVoltageMinimum", "Lowest MPPT voltage", Q.VOLTAGE),
                StateRow("mpptWithstandVoltage", "MPPT withstand voltage", Q.VOLTAGE),
                StateRow("underVoltageProtectPoint", "Undervoltage protection", Q.VOLTAGE),
                # Numbers by MQTT, names in the snapshot: which is which is not known.
                StateRow("pvWiringType", "PV wiring type", Q.TEXT),
                StateRow("invWiringType", "Inverter wiring type", Q.TEXT),
                StateRow("pvInvWiringMode", "Wiring mode of PV and inverter", Q.TEXT),
                StateRow("isPvToInvDirectly", "PV wired to the inverter", Q.FLAG),
                # The command that sets it calls it brand.
                StateRow("inverterBand", "Inverter brand", Q.CODE),
                # Control
                StateRow(
                    "sysRunMeterTakePower",
                    "Start threshold of import",
                    Q.POWER,
                    scale=-1,
                    deviates=_GRID,
                ),
                StateRow("sysRunMeterFeedPower", "Start threshold of export", Q.POWER),
                StateRow("gridFeedPowerMinimum", "Lowest export power", Q.POWER),
                StateRow("gridFeedRate", "Export limit", Q.PERCENTAGE),
                StateRow("autoDetectStartPowerEn", "Automatic start power", Q.FLAG),
                StateRow("manualSetStartChargePower", "Charge start power", Q.POWER),
                StateRow("startDischargePower", "Discharge start power", Q.POWER),
                *family(
                    "12",
                    (
                        StateRow(
                            "bpDichargeAbilityAdjustValueLv{}",
                            "Discharge ability adjustment {}",
                            Q.SETTING,
                        ),
                    ),
                ),
                StateRow("disOrChargeAbilityStepValue", "Ability step", Q.SETTING),
                StateRow("bpRunDelay", "Battery start delay", Q.SETTING),
                StateRow("bpStopDelay", "Battery stop delay", Q.SETTING),
                StateRow("bpSaveSocStopDelay", "Battery stop delay at low SOC", Q.SETTING),
                *family(
                    "123",
                    (
                        StateRow(
                            "bp{}SocCoefficient",
                            "SOC coefficient of battery {}",
                            Q.RATIO,
                            deviates=_RATIO,
                        ),
                    ),
                ),
                StateRow("bpSocBaseCoefficient", "SOC coefficient", Q.RATIO, deviates=_RATIO),
                StateRow(
                    "bpBusVoltCoefficient", "Bus voltage coefficient", Q.RATIO, deviates=_RATIO
                ),
                StateRow(
                    "bpBusVoltageBaseCoefficient",
                    "Bus voltage base coefficient",
                    Q.RATIO,
                    deviates="Seed: V. A factor like the others: 1.0 beside a bus of 717 V.",
                ),
                # Reporting
                StateRow("sysRateCtrlTime", "Report interval (heartbeat)", Q.DURATION_S),
                StateRow(
                    "reportCycleTime",
                    "Report cycle",
                    Q.DURATION_S,
                    deviates="Seed: text. Seconds: 60, and the reports come every minute.",
                ),
            )
        ),
    ),
)

_INPUTS = family(
    "12",
    (
        # Volts times amperes of both is the solar power of the stream within 3 %.
        StateRow("pv{}BoardVoltage", "String {} voltage", Q.VOLTAGE, enabled=True),
        StateRow("pv{}BoardCurrent", "String {} current", Q.CURRENT, enabled=True),
    ),
)

_PORTS = family(
    "12",
    (
        StateRow("pv{}WorkState", "String {} converter status", Q.ENUM, options=RUN_STATES),
        StateRow("pv{}DcErrorCode", "String {} converter error", Q.FAULT),
        StateRow("inv{}PortVoltage", "Inverter port {} voltage", Q.VOLTAGE),
        StateRow("dc{}PortVoltage", "DC port {} voltage", Q.VOLTAGE),
        StateRow("dc{}PortCurrent", "DC port {} current", Q.CURRENT),
        StateRow("bat{}PortVoltage", "Battery port {} voltage", Q.VOLTAGE),
        StateRow("bat{}PortCurrent", "Battery port {} current", Q.CURRENT),
    ),
)

FIT_DC: tuple[StateRow, ...] = with_report(
    "DcChangeReport",
    (
        *_INPUTS,
        StateRow("environmentTemp", "Ambient temperature", Q.TEMPERATURE, enabled=True),
        *technical(
            (
                *_PORTS,
                StateRow("pvaDcErrorCode", "PV converter error", Q.FAULT),
                StateRow("dcErrorCodeMin", "DC converter error", Q.FAULT),
                StateRow("bpBusVoltSet", "Battery bus voltage setting", Q.VOLTAGE),
                StateRow("boost1Temp", "Boost converter 1 temperature", Q.TEMPERATURE),
                StateRow("boost2Temp", "Boost converter 2 temperature", Q.TEMPERATURE),
                StateRow("llcTemp", "LLC converter temperature", Q.TEMPERATURE),
            )
        ),
    ),
)

# Of the 55 numbers of the converter's control loops, those that somebody can make use of.
FIT_DC_STATUS: tuple[StateRow, ...] = with_report(
    "DcStaReport2",
    technical(
        (
            StateRow("isoCheckPosRes", "Insulation of the positive pole", Q.MEASURE),
            StateRow("isoCheckNegRes", "Insulation of the negative pole", Q.MEASURE),
            StateRow("isoCheckFinishFlg", "Insulation check finished", Q.FLAG),
        )
    ),
)

FIT_PACK: tuple[StateRow, ...] = with_report(
    "bpInfo",
    (
        StateRow("bpPwr", "Power", Q.POWER, scale=-1, enabled=True, deviates=_CHARGE),
        StateRow("chargePower", "Charge power", Q.POWER, wire="bpPwr", take=Take.POSITIVE),
        StateRow("dischargePower", "Discharge power", Q.POWER, wire="bpPwr", take=Take.NEGATIVE),
        StateRow("bpSoc", "State of charge", Q.STATE_OF_CHARGE, enabled=True),
        StateRow(
            "bpRemainWatth",
            "Remaining energy",
            Q.ENERGY_STORED,
            scale=0.001,
            enabled=True,
            deviates="Seed: W. Wh: those of all packs make up the heartbeat's. Shown in kWh.",
        ),
        StateRow("bpVol", "Voltage", Q.VOLTAGE, enabled=True),
        StateRow("bpAmp", "Current", Q.CURRENT, scale=-1, deviates=_CHARGE),
        StateRow("bpRunSta", "Run status", Q.ENUM, options=RUN_STATES),
        StateRow("bpUpLimitSoc", "Charge limit", Q.PERCENTAGE),
        StateRow("bpDownLimitSoc", "Discharge limit", Q.PERCENTAGE),
        StateRow("bpModuleChgMaxPwr", "Maximum charge power", Q.POWER),
        StateRow(
            "bpModuleDsgMaxPwr",
            "Maximum discharge power",
            Q.POWER,
            scale=-1,
            deviates="Wire: below zero (-3419); turned, since the name tells the direction.",
        ),
        StateRow("bpAcRechargeFlag", "Charging from AC", Q.FLAG),
        StateRow("errCode", "Module errors", Q.FAULT, enabled=True),
        *technical(
            (
                # 2 in full packs at rest, while the error report calls them healthy.
                StateRow("bpErrCode", "Error (status report)", Q.FAULT),
                StateRow("bpHeatFault", "Heating fault", Q.FAULT),
                StateRow("bpModSta", "Module status", Q.ENUM, options=CONVERTER_STATES),
                StateRow("bpChgDsgStat", "Charging state code", Q.CODE),
                StateRow("bpSpinSwitch", "Pack switch", Q.CODE),
                StateRow("bpActiveCalReqStat", "Calibration request", Q.CODE),
                StateRow("bpActiveCalRunStat", "Calibration status", Q.CODE),
                StateRow("bpBusVol", "Bus voltage", Q.VOLTAGE),
                StateRow("bpBusVolFilter", "Filtered bus voltage", Q.VOLTAGE),
                StateRow("bpBusAmp", "Bus current", Q.CURRENT, scale=-1, deviates=BUS_CURRENT),
                # Not the pack's current: -6.4 while bpAmp is 0.
                StateRow(
                    "bpIna228A",
                    "Monitor reading",
                    Q.MEASURE,
                    deviates="Seed: text. A number on the wire, without a known unit.",
                ),
                StateRow("bpSn", "Serial number", Q.TEXT),
                StateRow("bpTimestamp", "Pack time", Q.TIMESTAMP, unknown=frozenset({0})),
            )
        ),
    ),
)

_RENAMED = {"bpMaxCellVol": "bpCellMaxVol", "bpMinCellVol": "bpCellMinVol"}
_NOT_ON_THE_FIT = {"bpAccuChgEnergy", "bpAccuDsgEnergy", "bpPtcTemp2", "bpSysState"}
_NOT_ON_THE_FIT |= {"bpAuxCellVol_01"}
_TOLD_TWICE = {row.source for row in FIT_PACK}
_BMS_NOTES = {
    "bpPwr": _CHARGE,
    "bpAmp": _CHARGE,
    "bpRemainWatth": _DAY,
    "bpCellMaxVol": "Seed: x 0.01 V. mV like bpCellVol (3342 to 3344).",
    "bpCellMinVol": "Seed: x 0.01 V. mV like bpCellVol (3342 to 3344).",
    "bpCellVol": "Seed: no unit. mV: the 16 make up the pack's 53.5 V.",
    "bpAccuChgCap": "Seed: mAh beside a factor of 0.001: Ah.",
    "bpAccuDsgCap": "Seed: mAh beside a factor of 0.001: Ah.",
}


def _bms_row(row: StateRow) -> StateRow:
    """Return a row of the other systems' pack report as the Fit's BMS report has it.

    The numbering is the same; what 96/108 tells too is left to that report.
    """
    row = replace(row, state=_RENAMED.get(row.state, row.state))
    if note := _BMS_NOTES.get(row.source, "" if row.deviates.startswith("Wire") else row.deviates):
        row = replace(row, deviates=note)
    if row.source not in _TOLD_TWICE:
        return row
    return replace(row, name=f"{row.name.removesuffix(' (status report)')} (BMS)", enabled=False)


FIT_BMS: tuple[StateRow, ...] = with_report(
    "CloudBmsInfoReport", (_bms_row(row) for row in PACK if row.source not in _NOT_ON_THE_FIT)
)

# The numbers of the flows: see docs/powerocean_products.md for how they are proved.
FIT_HOURS: tuple[StateRow, ...] = with_report(
    "EnergyTotalReport",
    (
        StateRow(f"watth{number}", f"{name} (hourly table)", Q.ENERGY_DAY, scale=0.001)
        for number, name in (
            (1, "Daily solar energy"),
            (16, "Daily battery energy in"),
            (32, "Daily battery energy out"),
            (48, "Daily grid energy imported"),
            (64, "Daily grid energy exported"),
            (80, "Daily energy consumed at home"),
        )
    ),
)
