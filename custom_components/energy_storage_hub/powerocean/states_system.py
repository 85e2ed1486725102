"""States of the system but for its change report: energy stream, heartbeat, parameters, errors.

Source: [SEED-PLUS], fields of newer firmware [GNOX]; units, signs
and presence as in [CAPTURES].
"""

from __future__ import annotations

from ..model.states import Absent, StateRow, Take
from .rows import TURNED, WORK_MODES, Q, explained, family, technical, with_report

_ZERO = Absent.ZERO
_SEEN = Absent.ZERO_ONCE_SEEN

# The battery is missing on sites without one: then bpSoc is missing too.
_BATTERY = "bpSoc"

ENERGY_STREAM: tuple[StateRow, ...] = with_report(
    "JTS1_ENERGY_STREAM_REPORT",
    (
        StateRow("sysLoadPwr", "Home consumption", Q.POWER, enabled=True, absent=_ZERO),
        StateRow("mpptPwr", "Solar power", Q.POWER, enabled=True, absent=_ZERO),
        StateRow("pvInvPwr", "PV inverter power", Q.POWER, enabled=True, absent=_SEEN),
        StateRow("otherPvPwr", "Other solar power", Q.POWER, enabled=True, absent=_SEEN),
        StateRow("sysGridPwr", "Grid power", Q.POWER, enabled=True, absent=_ZERO),
        StateRow(
            "gridImportPower",
            "Grid import power",
            Q.POWER,
            wire="sysGridPwr",
            take=Take.POSITIVE,
            enabled=True,
            absent=_ZERO,
        ),
        StateRow(
            "gridExportPower",
            "Grid export power",
            Q.POWER,
            wire="sysGridPwr",
            take=Take.NEGATIVE,
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
            deviates=TURNED,
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
    ),
)

# No direction: - is delivering on three-phase systems, + on single-phase ones [CAPTURES].
_PHASES = family(
    "ABC",
    (
        StateRow("pcs{}Phase_volt", "Phase {} voltage", Q.VOLTAGE, absent=_SEEN),
        StateRow("pcs{}Phase_amp", "Phase {} current", Q.CURRENT, absent=_SEEN),
        StateRow("pcs{}Phase_actPwr", "Phase {} active power", Q.POWER, absent=_SEEN),
        StateRow("pcs{}Phase_reactPwr", "Phase {} reactive power", Q.REACTIVE_POWER, absent=_SEEN),
        StateRow(
            "pcs{}Phase_apparentPwr", "Phase {} apparent power", Q.APPARENT_POWER, absent=_SEEN
        ),
    ),
)

_STRINGS = family(
    {"0": "1", "1": "2", "2": "3", "3": "4"},
    (
        StateRow(
            "mpptHeartBeat_mpptPv_vol{}", "String {} voltage", Q.VOLTAGE, enabled=True, absent=_SEEN
        ),
        StateRow("mpptHeartBeat_mpptPv_amp{}", "String {} current", Q.CURRENT, absent=_SEEN),
        StateRow(
            "mpptHeartBeat_mpptPv_pwr{}", "String {} power", Q.POWER, enabled=True, absent=_SEEN
        ),
        StateRow(
            "mpptHeartBeat_mpptPv_lightSta{}",
            "String {} light",
            Q.FLAG,
            diagnostic=True,
            absent=_SEEN,
        ),
    ),
)

# The seed has one load without a number: it is the first of up to three on the wire.
_LOADS = family(
    {
        "": "Backup output",
        "0": "Backup output 1",
        "1": "Backup output 2",
        "2": "Backup output 3",
    },
    (
        StateRow("pcsLoadInfo_vol{}", "{} voltage", Q.VOLTAGE, absent=_SEEN),
        StateRow("pcsLoadInfo_amp{}", "{} current", Q.CURRENT, absent=_SEEN),
        StateRow("pcsLoadInfo_freq{}", "{} frequency", Q.FREQUENCY, absent=_SEEN),
        StateRow("pcsLoadInfo_pwr{}", "{} power", Q.POWER, absent=_SEEN),
    ),
)

_METER = (
    "Three-phase wire: + = import. Single-phase wire: + = export (meter +1151 W beside an AC output"
    " of 1360 W and a load of 209 W); turned to + = import there."
)

_METERS = family(
    {"0": "1", "1": "2"},
    (
        # Phases A, B, C and their total, which is last.
        StateRow(
            "meterHeartBeat_meterData{}",
            "Meter {} power",
            Q.POWER_ARRAY,
            take=Take.LAST,
            deviates="Seed: text without a unit. W: three phases and what they make up. " + _METER,
        ),
        StateRow("meterHeartBeat_meterType{}", "Meter {} type", Q.CODE, diagnostic=True),
        StateRow("meterHeartBeat_meterAddr{}", "Meter {} address", Q.CODE, diagnostic=True),
    ),
)

METER_POWERS = (
    StateRow("pcsMeterPower", "Meter power", Q.POWER, deviates=_METER),
    *(row for row in _METERS if row.quantity is Q.POWER_ARRAY),
)

INVERTER_OUTPUT = StateRow(
    "inverterOutput",
    "Inverter output power",
    Q.POWER,
    wire="pcsActPwr",
    scale=-1,
    enabled=True,
    deviates="Not in the seed: pcsActPwr with + = delivering. Three-phase systems deliver below"
    " zero (-2121 with 3490 W of solar power), single-phase ones above (1360 with 1429 W).",
)

_SENT_EVERY = "Seed: no unit. Seconds between reports: 60, its default, fits what arrives."
_NO_UNIT = {
    Q.VOLTAGE: "Seed: no unit. V beside a bus of 770 to 860 V.",
    Q.POWER: "Seed: no unit. W: the lowest limit is the rated power (-12000, -29900).",
    Q.REACTIVE_POWER: "Seed: no unit. var: -50 beside phases of some 150 var.",
    Q.PERCENTAGE: "Seed: no unit. 7 and 9 are percent of charge, 72 and 94 percent of time.",
}

_SETPOINTS = explained(
    _NO_UNIT,
    (
        StateRow("pcsActivePowerRef", "Active power setpoint", Q.POWER),
        StateRow("pcsActivePowerLimitUp", "Upper active power limit", Q.POWER),
        StateRow("pcsActivePowerLimitDn", "Lower active power limit", Q.POWER),
        StateRow("pcsReactivePowerRef", "Reactive power setpoint", Q.REACTIVE_POWER),
        StateRow("pcsVbusRef", "DC bus voltage setpoint", Q.VOLTAGE),
        StateRow("mpptBusVolRef", "DC bus voltage setpoint of the MPPT", Q.VOLTAGE),
        StateRow("dcdcBusVolRef", "DC bus voltage setpoint of the DC converter", Q.VOLTAGE),
        StateRow("pcsInterruptOccupancyRate", "Processor load", Q.PERCENTAGE),
        StateRow("emsAcMakeupTriggleSoc", "AC make-up start SOC", Q.PERCENTAGE),
        StateRow("emsAcMakeupExitSoc", "AC make-up stop SOC", Q.PERCENTAGE),
    ),
)

HEARTBEAT: tuple[StateRow, ...] = with_report(
    "JTS1_EMS_HEARTBEAT",
    (
        # Battery
        StateRow("bpRemainWatth", "Remaining energy", Q.ENERGY_STORED, scale=0.001, enabled=True),
        StateRow(
            "bpDsgTime",
            "Remaining discharge time",
            Q.DURATION_MIN,
            enabled=True,
            unknown=frozenset({600000, 144000}),
        ),
        StateRow("emsBpPower", "Battery power (heartbeat)", Q.POWER, scale=-1, deviates=TURNED),
        StateRow(
            "emsBpChg",
            "Maximum charge power",
            Q.POWER,
            deviates="Seed: x 0.001 kWh. The wire has W: 2498 with one pack, 7500 with three.",
        ),
        StateRow(
            "emsBpDsg",
            "Maximum discharge power",
            Q.POWER,
            scale=-1,
            deviates="Seed: x 0.001 kWh. The wire has W below zero: -3298 with one pack, -9900 with"
            " three; turned, since the name tells the direction.",
        ),
        StateRow("emsBpAliveNum", "Battery packs alive", Q.COUNT),
        # Solar
        *_STRINGS,
        StateRow(
            "mpptHeartBeat_mpptInsResist",
            "Insulation resistance",
            Q.RESISTANCE,
            diagnostic=True,
            deviates="Seed: no unit. Values seen (464, 406, 375) fit kOhm.",
        ),
        StateRow("mpptHeartBeat_mpptTempVal", "MPPT temperature", Q.TEMPERATURE_ARRAY),
        StateRow("emsPvInvPwr", "PV inverter power (heartbeat)", Q.POWER),
        # Grid and inverter
        StateRow("pcsAcFreq", "Grid frequency", Q.FREQUENCY, enabled=True),
        StateRow("pcsActPwr", "Inverter power", Q.POWER),
        # The same with a direction, which the wire has one way or the other by product.
        INVERTER_OUTPUT,
        METER_POWERS[0],
        *_PHASES,
        *_METERS,
        *_LOADS,
        StateRow("pcsBackupPwr", "Backup power", Q.POWER, enabled=True),
        StateRow("innerTemperature", "Inverter temperature", Q.TEMPERATURE, enabled=True),
        # The largest of mpptTempVal in every sample.
        StateRow("emsNtcTempMax", "Hottest MPPT temperature", Q.TEMPERATURE, enabled=True),
        StateRow("emsWorkMode", "Work mode (heartbeat)", Q.ENUM, options=WORK_MODES),
        *technical(
            (
                *_SETPOINTS,
                # Inverter
                StateRow(
                    "pcsBpPower",
                    "Battery power at the inverter",
                    Q.POWER,
                    scale=-1,
                    deviates=TURNED,
                ),
                StateRow(
                    "pcsBpPowerChgLimit",
                    "Charge power limit of the inverter",
                    Q.POWER,
                    deviates="Seed: Wh. The wire has W: it follows emsBpChg (2498, 14997).",
                ),
                StateRow("invRatedPower", "Rated power", Q.POWER),
                StateRow("pcsBusVolt", "DC bus voltage at the inverter", Q.VOLTAGE),
                StateRow(
                    "pcsAverageVoltage",
                    "Average voltage",
                    Q.MEASURE,
                    deviates="Seed: V. 0 to 1.06 beside phases of 225 to 245 V: no voltage.",
                ),
                StateRow("pcsLeakAmp", "Leakage current", Q.LEAKAGE_CURRENT),
                # Some mA, some mV.
                StateRow("pcsDci", "DC component of the current", Q.MEASURE, digits=4),
                StateRow("pcsDcv", "DC component of the voltage", Q.MEASURE, digits=4),
                StateRow("pcsPfcCurReal", "PFC current", Q.CURRENT),
                StateRow("pcsPfcCurRef", "PFC current setpoint", Q.CURRENT),
                StateRow("pcsVgridThd", "Grid voltage distortion", Q.MEASURE, digits=4),
                StateRow("pcsGridInvErrorRms", "Grid voltage error", Q.MEASURE, digits=4),
                StateRow("powerLimitMode", "Power limit mode", Q.CODE),
                StateRow("pcsRelayStateShow", "Relay state (heartbeat)", Q.CODE),
                StateRow("pcsGridSafetyFuncRecord", "Grid protection functions", Q.CODE),
                StateRow("pcsGridSafetyStateRecord", "Grid protection states", Q.CODE),
                StateRow("pcsCommInterfaceState", "Inverter communication state", Q.CODE),
                StateRow("pcsDevState", "Inverter device state", Q.CODE),
                StateRow("pcsRunCtrl", "Inverter run control", Q.CODE),
                StateRow("pcsOffgridParaAddr", "Off-grid parallel address", Q.CODE),
                StateRow("pcsOffgridParaType", "Off-grid parallel type", Q.CODE),
                # DC side
                StateRow("emsBusVolt", "DC bus voltage", Q.VOLTAGE),
                *explained(
                    {Q.VOLTAGE: "Not in the seed. V: 860 and 800 beside a bus of 802."},
                    (
                        StateRow("emsMpptBusvoltRef", "DC bus voltage for the MPPT", Q.VOLTAGE),
                        StateRow("emsBpBusvoltRef", "DC bus voltage for the battery", Q.VOLTAGE),
                    ),
                ),
                StateRow("emsBusVoltRipple", "DC bus voltage ripple", Q.PERCENTAGE),
                StateRow("emsBusVoltErrSlidFilter", "DC bus voltage error", Q.MEASURE),
                StateRow("dcdcBpVol", "Battery voltage at the DC converter", Q.VOLTAGE),
                StateRow("dcdcInductanceCurr", "DC converter inductor current", Q.CURRENT),
                StateRow("dcdcStateRecord", "DC converter state", Q.CODE),
                # Energy management
                *family(
                    {"Mppt": "MPPT", "Bp": "Battery", "Pcs": "Inverter"},
                    (
                        StateRow("ems{}SelfcheckState", "{} self-check state", Q.CODE),
                        StateRow("ems{}StartupState", "{} start-up state", Q.CODE),
                    ),
                ),
                StateRow("emsStartFsmState", "Start-up sequence state", Q.CODE),
                StateRow("emsMpptRunState", "MPPT run state", Q.CODE),
                StateRow("emsMpptModStat", "MPPT mode state", Q.CODE),
                StateRow("emsMpptHbState", "MPPT heartbeat state", Q.CODE),
                StateRow("emsActiveOffGridCmd", "Off-grid command", Q.CODE),
                StateRow("emsStopCmd", "Stop command", Q.CODE),
                StateRow("emsSysCfg", "System configuration", Q.CODE),
                StateRow("emsBpChgRequest", "Battery charge request", Q.CODE),
                StateRow("emsSelfUsedCnt", "Self-use counter", Q.COUNT),
                StateRow("emsAcMakeupMinSoc", "AC make-up minimum SOC", Q.PERCENTAGE),
                StateRow("emsAcMakeupCnt", "AC make-up counter", Q.COUNT),
                StateRow("emsSocCalibState", "SOC calibration state", Q.CODE),
                StateRow("emsSocCalibRequest", "SOC calibration request", Q.CODE),
                StateRow("emsLpState", "Low-power state", Q.CODE),
                StateRow("emsLpType", "Low-power type", Q.CODE),
                StateRow("emsLpMpptCnt", "Low-power MPPT counter", Q.COUNT),
                StateRow("emsLpBpCnt", "Low-power battery counter", Q.COUNT),
                StateRow("emsLpStateFlag", "Low-power flags", Q.CODE),
                StateRow("ems_14AEebusPower", "§14a power limit", Q.POWER),
                # Reporting
                StateRow("rateCtrlSwtich", "Report rate control (heartbeat)", Q.FLAG),
                StateRow(
                    "sysRateCtrlTime",
                    "Report interval (heartbeat)",
                    Q.DURATION_S,
                    deviates=_SENT_EVERY,
                ),
                StateRow("duraTime", "Report duration (heartbeat)", Q.SETTING),
            )
        ),
    ),
)

PARAM_CHANGE: tuple[StateRow, ...] = with_report(
    "JTS1_EMS_PARAM_CHANGE_REPORT",
    (
        # Above it controllable devices get the surplus: it moves with the slider of the app.
        StateRow("devSoc", "SOC for surplus devices", Q.PERCENTAGE, enabled=True),
        StateRow("smartCtrl", "Smart control", Q.FLAG),
        StateRow("energyEfficientEnable", "Energy efficiency mode", Q.FLAG),
        StateRow("lowerPowerStat", "Low-power mode", Q.FLAG),
        StateRow("bpBurst", "Battery burst mode", Q.FLAG),
        StateRow("breakerEnableState", "Main breaker protection", Q.FLAG),
        *technical(
            (
                StateRow("breakerCapacityMax", "Main breaker rating", Q.SETTING),
                StateRow("sysZone", "Time zone", Q.CODE),
                StateRow("sysTimeTab", "Time table", Q.CODE),
                StateRow("sysSwitchBit", "Switch bits", Q.CODE),
                StateRow("modbusOnlineStatus", "Modbus status", Q.CODE),
                StateRow("touOffset", "Time-of-use offset", Q.SETTING),
                StateRow("alarmResetCount", "Alarm resets", Q.COUNT),
                StateRow("krakenRegisterStatus", "Kraken registration", Q.CODE),
                StateRow("krakenSwitch", "Kraken", Q.FLAG),
            )
        ),
    ),
)

ERRORS: tuple[StateRow, ...] = with_report(
    "ErrorChangeReport",
    (
        StateRow("emsErrCode", "System error", Q.FAULT, enabled=True),
        StateRow("pcsErrCode", "Inverter error", Q.FAULT, enabled=True),
    ),
)

ERROR_MASK: tuple[StateRow, ...] = with_report(
    "JTS1_ERROR_CODE_MASK_REPORT",
    (StateRow("errorCode", "Error mask", Q.FAULT, diagnostic=True),),
)

PV_INVERTER: tuple[StateRow, ...] = with_report(
    "EmsPVInvEnergyStreamReport",
    (StateRow("pvInvPwr", "PV inverter power (inverter report)", Q.POWER, absent=_SEEN),),
)

HEAT_PUMP: tuple[StateRow, ...] = with_report(
    "EmsEcologyDevReport",
    (
        StateRow("online", "Connection", Q.CONNECTIVITY, enabled=True),
        StateRow("errorCode", "Error", Q.FAULT, enabled=True),
    ),
)

CLOUD: tuple[StateRow, ...] = with_report(
    "snapshot",
    (
        StateRow("todayElectricityGeneration", "Solar energy today", Q.ENERGY_DAY, enabled=True),
        StateRow("monthElectricityGeneration", "Solar energy this month", Q.ENERGY_DAY),
        StateRow("yearElectricityGeneration", "Solar energy this year", Q.ENERGY_DAY),
        StateRow(
            "totalElectricityGeneration", "Lifetime solar energy", Q.ENERGY_TOTAL, enabled=True
        ),
        StateRow("online", "Cloud connection", Q.CONNECTIVITY, enabled=True),
    ),
)
