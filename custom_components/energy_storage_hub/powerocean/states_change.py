"""States of the change report: settings, status and grid code.

PowerOcean sends them all with 96/8; PowerOcean Plus parts them into 96/8 (settings), 96/16
(grid code) and 96/17 (status). Source: [SEED-PLUS], fields of newer
firmware [GNOX]; units from values of a German system [CAPTURES].
"""

from __future__ import annotations

from ..model.states import StateRow
from .rows import RUN_STATES, WORK_MODES, Q, explained, family, technical, with_report

# The system's own numbers: 1 and 2 the other way round than in a pack's `bmsChgDsgSta`.
BATTERY_STATES = {0: "standby", 1: "charging", 2: "discharging"}

# As the command that sets it (96/115) has them.
FEED_IN_MODES = {0: "off", 1: "no_limit", 2: "zero_feed_in", 3: "limited"}

_NO_UNIT = {
    Q.VOLTAGE: "Seed: no unit. V fits the values seen around 230 V (287.5, 253.0, 184.0).",
    Q.FREQUENCY: "Seed: no unit. Hz fits the values seen around 50 Hz (51.5, 50.2, 47.5).",
    Q.DURATION_MS: "Seed: no unit. ms fits VDE-AR-N 4105 values seen (100, 3000, 60000).",
    Q.DURATION_S: "Seed: no unit. s fits VDE-AR-N 4105 values seen (10).",
    Q.PERCENTAGE: "Seed: no unit. Percent: a charge to keep, a brightness of 40, 50 or 100.",
}

# The vendor's enumeration; 7, no USB modem, is what systems without one say.
MODEM_STATES = {
    0: "no_error",
    1: "no_card",
    2: "card_code_needed",
    3: "unlocking_code_needed",
    4: "card_error",
    6: "no_operator",
    7: "no_modem",
    8: "unknown_modem",
    9: "control_error",
}

_STATUS = (
    StateRow("bpChgDsgSta", "Battery state", Q.ENUM, options=BATTERY_STATES, enabled=True),
    StateRow(
        "bpTotalChgEnergy",
        "Battery energy charged",
        Q.ENERGY_TOTAL,
        scale=0.001,
        enabled=True,
        unknown=frozenset({0}),
    ),
    StateRow(
        "bpTotalDsgEnergy",
        "Battery energy discharged",
        Q.ENERGY_TOTAL,
        scale=0.001,
        enabled=True,
        unknown=frozenset({0}),
    ),
    StateRow("pcsRunSta", "Inverter status", Q.ENUM, options=RUN_STATES, enabled=True),
    StateRow("pcsAcErrCode", "Inverter AC error", Q.FAULT, enabled=True),
    StateRow("pcsDcErrCode", "Inverter DC error", Q.FAULT, enabled=True),
    StateRow("bpSoc", "State of charge (change report)", Q.STATE_OF_CHARGE),
    StateRow("bpOnlineSum", "Battery packs online", Q.COUNT),
    StateRow("lowerPowerStat", "Low-power mode (change report)", Q.FLAG),
    StateRow("emsAcmakeStat", "AC make-up active", Q.FLAG),
    StateRow("evBindList", "Wall boxes", Q.TEXT_ARRAY),
    *technical(
        (
            StateRow("sysWorkSta", "System state", Q.CODE),
            StateRow("sysGridSta", "Grid state", Q.CODE),
            StateRow("emsWorkState", "Work state", Q.CODE),
            StateRow("emsSysSelfCheckStat", "System self-check state", Q.CODE),
            StateRow("sysOnOffMachineStat", "Power switch state", Q.CODE),
            StateRow("sysHeatStat", "Heating state", Q.CODE),
            StateRow("sysCalStat", "Calibration state", Q.CODE),
            StateRow("sysStateBit", "State bits", Q.CODE),
            StateRow("emsStopAll", "Stop all", Q.CODE),
            StateRow("roleEffectState", "Role state", Q.CODE),
            StateRow("safetyEffectState", "Grid code state", Q.CODE),
            StateRow("meterConnectStat", "Meter connection state", Q.CODE),
            StateRow("meterCheckState", "Meter check state", Q.CODE),
            StateRow("userRole", "User role", Q.CODE),
            StateRow("virtualHardEdition", "Hardware edition", Q.CODE),
            StateRow("slaveModbusAddr", "Modbus address", Q.CODE),
            # Remote control, as far as the names tell
            StateRow("endTimestamp", "End time", Q.TIMESTAMP, unknown=frozenset({0})),
            StateRow("duration", "Duration", Q.SETTING),
            StateRow("devMaxPower", "Maximum device power", Q.POWER),
            # Inverter
            StateRow("pcsAcWarningCode", "Inverter AC warning", Q.FAULT),
            StateRow("pcsRunFsmState", "Inverter run state", Q.CODE),
            StateRow("pcsRelayStateShow", "Relay state", Q.CODE),
            StateRow("pcsRelaySelfCheckSta", "Relay self-check state", Q.CODE),
            *family(
                "123",
                (
                    StateRow("mppt{}FaultCode", "MPPT {} fault", Q.FAULT),
                    StateRow("mppt{}WarningCode", "MPPT {} warning", Q.FAULT),
                ),
            ),
            # Battery
            StateRow("bpLineOffFlag", "Battery line off", Q.FAULT),
            StateRow("bpReverseFlag", "Battery polarity reversed", Q.FAULT),
            StateRow("batRelayCloseFailFlag", "Battery relay failed to close", Q.FAULT),
            StateRow("bpRestartFlag", "Battery restart", Q.FLAG),
            StateRow("batRealyStatus", "Battery relay state", Q.CODE),
            StateRow("batSoftRelayStatus", "Battery soft-start relay state", Q.CODE),
            # Network
            StateRow("wifiStaStat", "Wi-Fi state", Q.CODE),
            StateRow("ethWanStat", "Ethernet state", Q.CODE),
            StateRow("iot_4gOn", "4G switch", Q.CODE),
            StateRow("iot_4gSta", "4G state", Q.CODE),
            StateRow("iot_4gPdp", "4G data connection state", Q.CODE),
            # No problem: most systems have no modem, and say so.
            StateRow("iot_4gErr", "4G status", Q.ENUM, options=MODEM_STATES),
            StateRow("wireless_4gIccid", "SIM card number", Q.TEXT),
            # Several systems in parallel
            StateRow("parallelAllowState", "Parallel operation allowed", Q.FLAG),
            StateRow("parallelType", "Parallel type", Q.CODE),
            StateRow("parallelTypeSet", "Parallel type setting", Q.CODE),
            StateRow("parallelTypeCur", "Current parallel type", Q.CODE),
            StateRow("offgridParallelBit", "Off-grid parallel bits", Q.CODE),
            # Control by the grid operator: section 14a of the German EnWG
            StateRow("sys_14aEnable", "§14a control", Q.FLAG),
            StateRow("sys_14aType", "§14a control type", Q.CODE),
            StateRow("relay_14a", "§14a relay state", Q.CODE),
        )
    ),
)

_SETTINGS = (
    StateRow("emsWorkMode", "Work mode", Q.ENUM, options=WORK_MODES, enabled=True),
    StateRow("sysBatChgUpLimit", "Charge limit", Q.PERCENTAGE, enabled=True),
    # What the app calls backup reserve; the planner of the AI schedule repeats it as its limit.
    StateRow("sysBatDsgDownLimit", "Backup reserve", Q.PERCENTAGE, enabled=True),
    # Neither: the app leaves it at 0.
    StateRow("sysBatBackupRatio", "Backup ratio", Q.PERCENTAGE, diagnostic=True),
    StateRow("emsFeedMode", "Feed-in mode", Q.ENUM, options=FEED_IN_MODES, enabled=True),
    StateRow("emsFeedPwr", "Feed-in power limit", Q.POWER),
    StateRow("emsFeedRatio", "Feed-in limit", Q.PERCENTAGE),
    StateRow("chgDsgPwr", "Battery power setting", Q.POWER),
    StateRow("emsSgReadyEn", "SG Ready", Q.FLAG),
    StateRow("sysMulPeakSwitch", "Multi-peak MPPT scan", Q.FLAG),
    *explained(
        _NO_UNIT,
        (
            StateRow("emsKeepSoc", "SOC to keep", Q.PERCENTAGE),
            StateRow("emsCtrlLedBright", "LED brightness", Q.PERCENTAGE),
        ),
    ),
    StateRow("sysThreePhaseCtrlEnable", "Three-phase control", Q.FLAG),
    StateRow("devSoc", "SOC for surplus devices (change report)", Q.PERCENTAGE),
    StateRow("energyEfficientEnable", "Energy efficiency mode (change report)", Q.FLAG),
    StateRow("breakerEnableState", "Main breaker protection (change report)", Q.FLAG),
    *technical(
        (
            StateRow("breakerCapacityMax", "Main breaker rating (change report)", Q.SETTING),
            StateRow("sysZone", "Time zone (change report)", Q.CODE),
            StateRow("sysTimeTab", "Time table (change report)", Q.CODE),
            StateRow("sysSwitchBit", "Switch bits (change report)", Q.CODE),
            StateRow("modbusOnlineStatus", "Modbus status (change report)", Q.CODE),
            StateRow("touOffset", "Time-of-use offset (change report)", Q.SETTING),
            StateRow("emsBackupEvent", "Backup event", Q.CODE),
            StateRow("chgDsgMode", "Battery mode setting", Q.CODE),
            StateRow(
                "emsSgReady",
                "SG Ready mode",
                Q.ENUM,
                wire="emsSgReady_emsSgMode",
                options={0: "automatic", 1: "manual"},
            ),
            StateRow("emsSgRunStat", "SG Ready state", Q.CODE),
            StateRow("sysMeterCfg", "Meter configuration", Q.CODE),
            StateRow("sysTypeCfg", "System type", Q.CODE),
            StateRow("sysMulPeakTime", "Multi-peak MPPT scan time", Q.SETTING),
            StateRow("emsCtrlLedType", "LED mode", Q.CODE),
            StateRow("sysRcrEnable", "Ripple control", Q.FLAG),
            StateRow("sysEffectBit", "Effect bits", Q.CODE),
            StateRow("rateCtrlSwtich", "Report rate control", Q.FLAG),
            StateRow(
                "sysRateCtrlTime",
                "Report interval",
                Q.DURATION_S,
                deviates="Seed: no unit. Seconds: 60, its default, fits what arrives.",
            ),
            StateRow("duraTime", "Report duration", Q.SETTING),
        )
    ),
)

_AFCI = technical(
    (
        *family(
            "12",
            (
                StateRow("afciFaultFlagCh{}", "AFCI channel {} fault", Q.FAULT),
                StateRow("afciFaultCntCh{}", "AFCI channel {} fault count", Q.COUNT),
                StateRow("afciFaultValueCh{}", "AFCI channel {} fault value", Q.MEASURE),
                StateRow("afciFaultMaxValueCh{}", "AFCI channel {} highest fault value", Q.MEASURE),
                StateRow("afciProtectValueCh{}", "AFCI channel {} protection threshold", Q.SETTING),
                StateRow("afciSwitchFreqCh{}", "AFCI channel {} switching frequency", Q.SETTING),
            ),
        ),
        StateRow("afciIsExist", "AFCI present", Q.FLAG),
        StateRow("afciEn", "AFCI", Q.FLAG),
        StateRow("afciEnSet", "AFCI setting", Q.FLAG),
        StateRow("afciEnableCmdState", "AFCI switch-on state", Q.CODE),
        StateRow("afciSelfTestCmdState", "AFCI self-test state", Q.CODE),
        StateRow("afciSellfTestResult", "AFCI self-test result", Q.CODE),
        StateRow("afciFaultClearState", "AFCI fault reset state", Q.CODE),
    )
)

_PROTECTION = (
    *family(
        "123",
        (
            StateRow("pcsOverVol{}", "Overvoltage stage {} threshold", Q.VOLTAGE),
            StateRow("pcsOverVolTime{}", "Overvoltage stage {} trip time", Q.DURATION_MS),
            StateRow("pcsLowVol{}", "Undervoltage stage {} threshold", Q.VOLTAGE),
            StateRow("pcsLowVolTime{}", "Undervoltage stage {} trip time", Q.DURATION_MS),
        ),
    ),
    *family(
        "12",
        (
            StateRow("pcsOverFreq{}", "Overfrequency stage {} threshold", Q.FREQUENCY),
            StateRow("pcsOverFreqTime{}", "Overfrequency stage {} trip time", Q.DURATION_MS),
            StateRow("pcsLowFreq{}", "Underfrequency stage {} threshold", Q.FREQUENCY),
            StateRow("pcsLowFreqTime{}", "Underfrequency stage {} trip time", Q.DURATION_MS),
        ),
    ),
    StateRow("pcsOverVolRecover", "Overvoltage recovery threshold", Q.VOLTAGE),
    StateRow("pcsLowVolRecover", "Undervoltage recovery threshold", Q.VOLTAGE),
    StateRow("pcsVolRecoverTime", "Voltage recovery time", Q.DURATION_MS),
    StateRow("pcsOverFreqRecover", "Overfrequency recovery threshold", Q.FREQUENCY),
    StateRow("pcsLowFreqRecover", "Underfrequency recovery threshold", Q.FREQUENCY),
    StateRow("pcsFreqRecoverTime", "Frequency recovery time", Q.DURATION_MS),
    StateRow("pcs_10minOverVolSwitch", "10-minute overvoltage protection", Q.FLAG),
    StateRow("pcs_10minOverVol", "10-minute overvoltage threshold", Q.VOLTAGE),
    StateRow("pcs_10minOverVolTime", "10-minute overvoltage trip time", Q.DURATION_MS),
    StateRow("pcsIslandDetectSwitch", "Islanding detection", Q.FLAG),
)

_RIDE_THROUGH = (
    StateRow("pcsHvrtLvrtSwitch", "Voltage ride-through", Q.FLAG),
    *family(
        {"OverVolRideThrough": "Overvoltage", "LowVolRideThrough": "Undervoltage"},
        (
            StateRow("pcs{}Start1", "{} ride-through stage 1 threshold", Q.VOLTAGE),
            StateRow("pcs{}ProtectTime1", "{} ride-through stage 1 time", Q.DURATION_MS),
            StateRow("pcs{}Start2", "{} ride-through stage 2 threshold", Q.VOLTAGE),
            StateRow("pcs{}ProtectTime2", "{} ride-through stage 2 time", Q.DURATION_MS),
        ),
    ),
    StateRow(
        "pcsLowVolRideThroughStart3", "Undervoltage ride-through stage 3 threshold", Q.VOLTAGE
    ),
    StateRow(
        "pcsLowVolRideThroughProtectTime3",
        "Undervoltage ride-through stage 3 time",
        Q.DURATION_MS,
    ),
    *family(
        {"High": "Overvoltage", "Low": "Undervoltage"},
        (StateRow("pcs{}VolRideThroughRecover", "{} ride-through recovery threshold", Q.VOLTAGE),),
    ),
)

_ACTIVE_POWER = (
    StateRow("pcsActivePowerDeratingSwitch", "Active power derating", Q.FLAG),
    StateRow("pcsActivePowerDeratingPercent", "Active power derating limit", Q.RATIO),
    StateRow("pcsActivePowerGradient", "Active power gradient", Q.RATIO),
    StateRow("pcsActivePowerNormalRampUpRate", "Active power ramp rate", Q.SETTING),
    StateRow("pcsActivePowerSoftstartSwitch", "Active power soft start", Q.FLAG),
    StateRow("pcsActivePowerSoftstartTime", "Active power soft start time", Q.SETTING),
    StateRow("pcsActivePowerSoftStartRate", "Active power soft start rate", Q.SETTING),
    *family(
        {
            "OverFreqDerating": "Overfrequency derating",
            "UnderFreqIncrement": "Underfrequency increase",
        },
        (
            StateRow("pcs{}Switch", "{}", Q.FLAG),
            StateRow("pcs{}Start", "{} start", Q.FREQUENCY),
            StateRow("pcs{}End", "{} end", Q.FREQUENCY),
            StateRow("pcs{}StartDelay", "{} start delay", Q.SETTING),
            StateRow("pcs{}EndDelay", "{} end delay", Q.SETTING),
            StateRow("pcs{}Slope", "{} slope", Q.RATIO),
            StateRow("pcs{}RecoverSlope", "{} recovery slope", Q.RATIO),
            StateRow("pcs{}RecoverSlopeSwitch", "{} recovery slope limit", Q.FLAG),
            StateRow("pcs{}FrozeSwitch", "{} hold", Q.FLAG),
        ),
    ),
    StateRow("pcsOverFreqDeratingPowerBased", "Overfrequency derating power base", Q.SETTING),
    StateRow("pcsOverFreqDeratingCutoffPower", "Overfrequency derating cut-off power", Q.RATIO),
    StateRow("pcsOverVolDeratingSwitch", "Overvoltage derating", Q.FLAG),
    StateRow("pcsOverVolDeratingStart", "Overvoltage derating start", Q.VOLTAGE),
    StateRow("pcsOverVolDeratingEnd", "Overvoltage derating end", Q.VOLTAGE),
    StateRow("pcsOverVolDeratingStartingPower", "Overvoltage derating start power", Q.RATIO),
    StateRow("pcsOverVolDeratingEndPower", "Overvoltage derating end power", Q.RATIO),
    StateRow("pcsOverVolDeratingTimeConst", "Overvoltage derating time constant", Q.DURATION_S),
    StateRow("pcsOverVolDeratingDelayTime", "Overvoltage derating delay", Q.SETTING),
    # The same once more with a typo, and a float on the wire.
    StateRow("pcsOverVolDeratingDaleyTime", "Overvoltage derating second delay", Q.SETTING),
    StateRow("pcsAntiBackFlowSwitch", "Anti-backflow", Q.FLAG),
    StateRow("pcsPowerDeratingFlag", "Power derating flags", Q.CODE),
    StateRow("pcsPowerDeratingSet", "Power derating setting", Q.SETTING),
)

_REACTIVE_POWER = (
    StateRow("pcsReactPwrModeSelect", "Reactive power mode", Q.CODE),
    StateRow("pcsReactPwrCompensation", "Reactive power compensation", Q.RATIO),
    StateRow("pcsReactPwrPercent", "Reactive power ratio", Q.RATIO),
    StateRow("pcsPfValue", "Power factor setting", Q.POWER_FACTOR),
    *family(
        "1234",
        (
            StateRow("pcsQuV{}", "Q(U) point {} voltage", Q.VOLTAGE),
            StateRow("pcsQuQ{}", "Q(U) point {} reactive power", Q.RATIO),
            StateRow("pcsCospP{}", "cos phi(P) point {} power", Q.RATIO),
            StateRow("pcsCospPf{}", "cos phi(P) point {} power factor", Q.POWER_FACTOR),
        ),
    ),
    StateRow("pcsQuTimeConst", "Q(U) time constant", Q.DURATION_S),
    StateRow("pcsQuLockinPower", "Q(U) lock-in power", Q.RATIO),
    StateRow("pcsQuLockoutPower", "Q(U) lock-out power", Q.RATIO),
    StateRow("pcsQuMinimumCosphi", "Q(U) minimum cos phi", Q.POWER_FACTOR),
)

_CONNECTION = (
    StateRow("pcsSafetyCountryCodeSelection", "Grid code", Q.CODE),
    StateRow("pcsReconnectGridDetectSwitch", "Grid check before connection", Q.FLAG),
    StateRow("pcsOngridReconnectFlag", "Grid reconnection", Q.FLAG),
    *family(
        {"": "Grid connection", "FaultRecover": "Grid reconnection"},
        (
            StateRow("pcs{}OnGridWaitTime", "{} wait time", Q.DURATION_MS),
            StateRow("pcs{}HighVolOnGrid", "{} upper voltage", Q.VOLTAGE),
            StateRow("pcs{}LowVolOnGrid", "{} lower voltage", Q.VOLTAGE),
            StateRow("pcs{}HighFreqOnGrid", "{} upper frequency", Q.FREQUENCY),
            StateRow("pcs{}LowFreqOnGrid", "{} lower frequency", Q.FREQUENCY),
        ),
    ),
    StateRow("pcsSendEnd", "Grid code transfer end", Q.CODE),
    StateRow("pcsFastCheck", "Fast check", Q.CODE),
    StateRow("pcsFunctionEnable", "Grid code function bits", Q.CODE),
)

# Reserved 6 to 16 have names in the vendor's newer table; no value of them was ever seen.
_RATED = "Seed: a reserved field without a unit. Named {} in the vendor's newer table."
_RATINGS = (
    *family("12345", (StateRow("pcsReserved{}", "Reserved value {}", Q.CODE),)),
    StateRow("pcsReserved6", "Neutral-to-earth relay closing", Q.FLAG),
    StateRow(
        "pcsReserved7", "Nominal voltage", Q.VOLTAGE, deviates=_RATED.format("pcs_fvolt_rated")
    ),
    StateRow("pcsReserved8", "Nominal current", Q.CURRENT, deviates=_RATED.format("pcs_fIrated")),
    StateRow(
        "pcsReserved9", "Nominal frequency", Q.FREQUENCY, deviates=_RATED.format("pcs_ffreq_rate")
    ),
    StateRow("pcsReserved10", "Frequency deviation limit", Q.SETTING),
    StateRow("pcsReserved11", "Nominal apparent power", Q.SETTING),
    StateRow("pcsReserved12", "Maximum apparent power", Q.SETTING),
    StateRow("pcsReserved13", "Nominal active power", Q.SETTING),
    StateRow("pcsReserved14", "Maximum active power", Q.SETTING),
    StateRow("pcsReserved15", "Maximum reactive power", Q.SETTING),
    StateRow("pcsReserved16", "Maximum active power per phase", Q.SETTING),
    StateRow("pcsFreactPowerMaxEach", "Maximum reactive power per phase", Q.SETTING),
    StateRow("pcsFapparentMaxEach", "Maximum apparent power per phase", Q.SETTING),
    StateRow("pcsFapparentRateEach", "Nominal apparent power per phase", Q.SETTING),
)

_TRANSITION = "Not in the seed. Hz: between start and end of its line."

# Fields 238 to 291, of newer firmware: the seed has none of them.
_NEWER = (
    StateRow("pcsPcsAntiBackFlowProtectSwitch", "Anti-backflow protection", Q.FLAG),
    StateRow("pcsAntiBackFlowExportCurrentLimit", "Export current limit", Q.SETTING),
    StateRow("pcsAntiBackFlowImportCurrentLimit", "Import current limit", Q.SETTING),
    StateRow("pcsHardExportLimit", "Hard export limit", Q.SETTING),
    StateRow("pcsFreqLocalCommand", "Frequency local command", Q.FLAG),
    StateRow("pcsFreqExternalSignal", "Frequency external signal", Q.FLAG),
    StateRow("pcsBatteryStorageMode", "Battery storage mode", Q.CODE),
    StateRow("pcsDciProtectSwitch", "DC injection protection", Q.FLAG),
    StateRow("pcsSafetySetRelatedFlag", "Grid code setting flags", Q.CODE),
    StateRow("pcsQuickSelfcheckEn", "Quick self-check", Q.FLAG),
    # The protection's self-test, as CEI 0-21 asks for
    StateRow("pcsAutoTestState", "Protection test state", Q.CODE),
    StateRow("pcsAutoTestFlag", "Protection test flags", Q.CODE),
    StateRow("pcsAutoTestPercent", "Protection test progress", Q.PERCENTAGE),
    *family(
        {
            "AvgOvp": "10-minute overvoltage",
            "Ovp": "Overvoltage",
            "Uvp1": "Undervoltage stage 1",
            "Uvp2": "Undervoltage stage 2",
        },
        (
            StateRow("pcs{}ProtectCnt", "{} test count", Q.COUNT),
            StateRow("pcs{}ProtectValue", "{} test value", Q.VOLTAGE),
        ),
    ),
    *family(
        {"Ofp": "Overfrequency", "Ufp": "Underfrequency"},
        (
            StateRow("pcs{}ProtectCnt", "{} test count", Q.COUNT),
            StateRow("pcs{}ProtectValue", "{} test value", Q.FREQUENCY),
        ),
    ),
    # More curves
    StateRow("pcsQuK", "Q(U) factor", Q.RATIO),
    *family(
        "1234",
        (
            StateRow("pcsQpP{}", "Q(P) point {} power", Q.RATIO),
            StateRow("pcsQpQ{}", "Q(P) point {} reactive power", Q.RATIO),
        ),
    ),
    StateRow(
        "pcsOverFreqDeratingTransitionPoint",
        "Overfrequency derating transition point",
        Q.FREQUENCY,
        deviates=_TRANSITION,
    ),
    StateRow(
        "pcsUnderFreqIncrementTransitionPoint",
        "Underfrequency increase transition point",
        Q.FREQUENCY,
        deviates=_TRANSITION,
    ),
    StateRow("pcsChargeUnderVolDeratingSwitch", "Undervoltage charge derating", Q.FLAG),
    StateRow("pcsChargeUnderVolDeratingStart", "Undervoltage charge derating start", Q.VOLTAGE),
    StateRow("pcsChargeUnderVolDeratingEnd", "Undervoltage charge derating end", Q.VOLTAGE),
    StateRow(
        "pcsChargeUnderVolDeratingStartingPower",
        "Undervoltage charge derating start power",
        Q.RATIO,
    ),
    StateRow(
        "pcsChargeUnderVolDeratingEndPower", "Undervoltage charge derating end power", Q.RATIO
    ),
)

# What the planner of the AI schedule reckons with.
_PLANNER = explained(
    {
        Q.ENERGY_STORED: "Not in the seed. Wh: 15360 with three packs of 5120 Wh; shown in kWh.",
        Q.POWER: "Not in the seed. W: 7500 and 9900 with three packs, as emsBpChg and emsBpDsg.",
    },
    (
        StateRow(
            "poAiSchedule_bpFullCap",
            "Battery capacity",
            Q.ENERGY_STORED,
            scale=0.001,
        ),
        StateRow("poAiSchedule_bpChgPwrMax", "Largest charge power", Q.POWER),
        StateRow("poAiSchedule_bpDsgPwrMax", "Largest discharge power", Q.POWER),
        StateRow("poAiSchedule_pcsMaxInPwr", "Largest AC input power", Q.POWER),
        StateRow("poAiSchedule_pcsMaxOutPwr", "Largest AC output power", Q.POWER),
    ),
)

CHANGE: tuple[StateRow, ...] = with_report(
    "JTS1_EMS_CHANGE_REPORT",
    (
        *_SETTINGS,
        *_STATUS,
        *_AFCI,
        *_PLANNER,
        *technical(
            (
                *explained(
                    _NO_UNIT,
                    (
                        *_PROTECTION,
                        *_RIDE_THROUGH,
                        *_ACTIVE_POWER,
                        *_REACTIVE_POWER,
                        *_CONNECTION,
                    ),
                ),
                *_RATINGS,
                *_NEWER,
                # IEEE 2030.5; what their numbers mean is not known.
                StateRow("ieee2030_5_612", "IEEE 2030.5 value 612", Q.CODE),
                StateRow("ieee2030_5_613", "IEEE 2030.5 value 613", Q.CODE),
            )
        ),
    ),
)
