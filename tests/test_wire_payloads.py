"""Payloads put together byte by byte, and what they tell.

Field numbers, units and signs are those of the public tables and captures; no message of this
integration helps to write them. Every field has a value of its own, so that no two can be
mistaken for each other.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from .helpers import CHANGE, HEARTBEAT, OCEAN, PACK, PLUS, SINGLE_PHASE, STREAM, Receiver
from .wire import Content, codes, field, fields, fixed, frame, zigzag

FIT = "HC31ZTEST0000001"
PACK_SERIAL = "HJ3AZTEST0000001"

type Rows = tuple[tuple[int, Content, str, Any], ...]
"""Number of a field, what is sent, the state, what it is then."""


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def sent(rows: Rows) -> bytes:
    return fields({number: value for number, value, _, _ in rows})


def shown(report: str, rows: Rows) -> dict[str, Any]:
    return {report + state: value for _, _, state, value in rows}


def told(payload: bytes, serial: str = PLUS, device: str = "") -> dict[str, Any]:
    """The states of the system or another device after this payload."""
    receiver = Receiver(serial)
    assert receiver.system.mqtt(payload)
    return receiver.states(device)


# 96/1

HEARTBEAT_ROWS: Rows = (
    (1, 7340.0, "bpRemainWatth", 7.34),
    (2, 125, "bpDsgTime", 125),
    (3, 1, "rateCtrlSwtich", True),
    (4, 61, "sysRateCtrlTime", 61),
    (5, 62, "duraTime", 62),
    (10, -2121.5, "pcsActPwr", -2121.5),
    (11, 50.25, "pcsAcFreq", 50.25),
    (16, 801.5, "pcsBusVolt", 801.5),
    (17, 12.5, "pcsLeakAmp", 12.5),
    (18, 0.125, "pcsDci", 0.125),
    (19, 0.375, "pcsDcv", 0.375),
    (20, 120, "pcsDevState", 120),
    (21, 121, "pcsRunCtrl", 121),
    (22, 122, "pcsOffgridParaAddr", 122),
    (23, 123, "pcsOffgridParaType", 123),
    (32, 802.5, "pcsVbusRef", 802.5),
    (33, -2300.5, "pcsActivePowerRef", -2300.5),
    (34, 11800.5, "pcsActivePowerLimitUp", 11800.5),
    (35, -11900.5, "pcsActivePowerLimitDn", -11900.5),
    (36, 1366.5, "pcsBpPower", -1366.5),
    (37, 7501.5, "pcsBpPowerChgLimit", 7501.5),
    (38, 138, "pcsRelayStateShow", 138),
    (39, 139, "pcsGridSafetyFuncRecord", 139),
    (40, 140, "pcsGridSafetyStateRecord", 140),
    (41, 0.625, "pcsGridInvErrorRms", 0.625),
    (42, 4.25, "pcsPfcCurReal", 4.25),
    (43, 4.75, "pcsPfcCurRef", 4.75),
    (44, -50.5, "pcsReactivePowerRef", -50.5),
    (45, -1730.5, "pcsMeterPower", -1730.5),
    (46, 146, "pcsCommInterfaceState", 146),
    (47, 1.125, "pcsAverageVoltage", 1.125),
    (48, 0.875, "pcsVgridThd", 0.875),
    (49, 72.5, "pcsInterruptOccupancyRate", 72.5),
    (50, 150, "emsMpptSelfcheckState", 150),
    (51, 151, "emsMpptStartupState", 151),
    (52, 152, "emsBpSelfcheckState", 152),
    (53, 153, "emsBpStartupState", 153),
    (54, 154, "emsPcsSelfcheckState", 154),
    (55, 155, "emsPcsStartupState", 155),
    (56, 803.5, "emsBusVolt", 803.5),
    (57, 157, "emsActiveOffGridCmd", 157),
    (58, 3, "emsBpAliveNum", 3),
    (59, 1367.5, "emsBpPower", -1367.5),
    (60, 7500.5, "emsBpChg", 7500.5),
    (61, -9900.5, "emsBpDsg", 9900.5),
    (62, 162, "emsBpChgRequest", 162),
    (63, 163, "emsSelfUsedCnt", 163),
    (64, 7, "emsAcMakeupTriggleSoc", 7),
    (65, 9, "emsAcMakeupExitSoc", 9),
    (66, 5, "emsAcMakeupMinSoc", 5),
    (67, 167, "emsAcMakeupCnt", 167),
    (68, 168, "emsStartFsmState", 168),
    (69, 169, "emsMpptRunState", 169),
    (70, 170, "emsMpptModStat", 170),
    (71, 171, "emsStopCmd", 171),
    (72, 172, "emsSysCfg", 172),
    (73, 173, "emsLpState", 173),
    (74, 174, "emsLpType", 174),
    (75, 175, "emsLpMpptCnt", 175),
    (76, 176, "emsLpBpCnt", 176),
    (77, 177, "emsLpStateFlag", 177),
    (78, 178, "emsSocCalibState", 178),
    (79, 179, "emsSocCalibRequest", 179),
    (80, 180, "emsMpptHbState", 180),
    (81, 48.5, "emsNtcTempMax", 48.5),
    (82, 2.125, "emsBusVoltErrSlidFilter", 2.125),
    (83, 1.75, "emsBusVoltRipple", 1.75),
    (84, 650.5, "emsPvInvPwr", 650.5),
    (85, 4200, "ems_14AEebusPower", 4200),
    (100, 860.5, "mpptBusVolRef", 860.5),
    (101, 800.5, "dcdcBusVolRef", 800.5),
    (102, 102.5, "dcdcBpVol", 102.5),
    (103, 3.25, "dcdcInductanceCurr", 3.25),
    (104, 41.5, "innerTemperature", 41.5),
    (105, 105, "powerLimitMode", 105),
    (106, 12000, "invRatedPower", 12000),
    (107, 107, "dcdcStateRecord", 107),
    (108, 12, "emsWorkMode", "ai_schedule"),
    (109, 333.5, "pcsBackupPwr", 333.5),
)

# A phase: voltage, current, active, reactive and apparent power.
PHASES = {
    12: ("A", (230.5, 3.25, -707.5, 151.5, 723.5)),
    13: ("B", (231.5, 3.5, -708.5, 152.5, 724.5)),
    14: ("C", (232.5, 3.75, -709.5, 153.5, 725.5)),
}
_PHASE = ("volt", "amp", "actPwr", "reactPwr", "apparentPwr")

# A backup output: voltage, current, frequency, power.
LOADS = ((226.5, 1.25, 49.75, 281.5), (227.5, 1.5, 49.5, 282.5), (228.5, 1.75, 49.25, 283.5))
_LOAD = ("vol", "amp", "freq", "pwr")

# A meter: type, address, then phases and total.
METERS = ((31, 41, (101.5, 102.5, 103.5, 307.5)), (32, 42, (11.5, 12.5, 13.5, 37.5)))

# A string: voltage, current, power.
STRINGS = ((610.5, 2.25, 1373.5), (620.5, 2.5, 1551.5), (630.5, 2.75, 1733.5))
_STRING = ("vol", "amp", "pwr")


def numbered(values: tuple[Content, ...]) -> bytes:
    return fields(dict(enumerate(values, start=1)))


def test_heartbeat() -> None:
    expected = shown(HEARTBEAT, HEARTBEAT_ROWS)
    report = sent(HEARTBEAT_ROWS)
    # Three-phase systems deliver below zero.
    expected[f"{HEARTBEAT}inverterOutput"] = 2121.5
    for number, (phase, values) in PHASES.items():
        report += field(number, numbered(values))
        for name, value in zip(_PHASE, values, strict=True):
            expected[f"{HEARTBEAT}pcs{phase}Phase_{name}"] = value
    for place, values in enumerate(LOADS):
        report += field(15, numbered(values))
        for name, value in zip(_LOAD, values, strict=True):
            expected[f"{HEARTBEAT}pcsLoadInfo_{name}{place}"] = value
            if not place:
                expected[f"{HEARTBEAT}pcsLoadInfo_{name}"] = value
    for place, meter in enumerate(METERS):
        report += field(30, numbered(meter))
        kind, address, data = meter
        expected[f"{HEARTBEAT}meterHeartBeat_meterType{place}"] = kind
        expected[f"{HEARTBEAT}meterHeartBeat_meterAddr{place}"] = address
        expected[f"{HEARTBEAT}meterHeartBeat_meterData{place}"] = data
    mppt = b""
    for place, values in enumerate(STRINGS):
        mppt += field(1, numbered((*values, 1)))
        for name, value in zip(_STRING, values, strict=True):
            expected[f"{HEARTBEAT}mpptHeartBeat_mpptPv_{name}{place}"] = value
        expected[f"{HEARTBEAT}mpptHeartBeat_mpptPv_lightSta{place}"] = True
    report += field(31, mppt + field(2, 464.5) + field(3, (44.5, 45.5, 46.5)))
    expected[f"{HEARTBEAT}mpptHeartBeat_mpptInsResist"] = 464.5
    expected[f"{HEARTBEAT}mpptHeartBeat_mpptTempVal"] = (44.5, 45.5, 46.5)
    assert told(frame(96, 1, report)) == expected


def test_single_phase_inverter_delivers_above_zero() -> None:
    states = told(frame(96, 1, field(10, 1360.5)), SINGLE_PHASE)
    assert states[f"{HEARTBEAT}pcsActPwr"] == 1360.5
    assert states[f"{HEARTBEAT}inverterOutput"] == 1360.5


# 96/33: + is import and charge on the wire.

STREAM_SENT: dict[int, Content] = {
    1: 740.5,
    2: -1250.5,
    3: 2400.5,
    4: 409.5,
    5: 57,
    6: 1000.5,
    7: 800.5,
    8: 301.5,
    9: 601.5,
    10: 151.5,
}


@pytest.mark.parametrize("serial", [PLUS, OCEAN, SINGLE_PHASE])
def test_energy_stream(serial: str) -> None:
    assert told(frame(96, 33, fields(STREAM_SENT)), serial) == {
        f"{STREAM}sysLoadPwr": 740.5,
        f"{STREAM}sysGridPwr": -1250.5,
        f"{STREAM}gridImportPower": 0.0,
        f"{STREAM}gridExportPower": 1250.5,
        f"{STREAM}mpptPwr": 2400.5,
        f"{STREAM}bpPwr": -409.5,
        f"{STREAM}batteryChargePower": 409.5,
        f"{STREAM}batteryDischargePower": 0.0,
        f"{STREAM}bpSoc": 57.0,
        f"{STREAM}pvInvPwr": 301.5,
        f"{STREAM}otherPvPwr": 151.5,
        f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr0": 1000.5,
        f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr1": 800.5,
        f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr2": 601.5,
    }


def test_energy_stream_at_night() -> None:
    states = told(frame(96, 33, fields({1: 640.5, 2: 140.5, 4: -500.5, 5: 56})))
    assert states[f"{STREAM}gridImportPower"] == 140.5
    assert states[f"{STREAM}gridExportPower"] == 0.0
    assert states[f"{STREAM}batteryChargePower"] == 0.0
    assert states[f"{STREAM}batteryDischargePower"] == 500.5
    assert states[f"{STREAM}bpPwr"] == 500.5


# 96/8, 96/16, 96/17

CONFIG_ROWS: Rows = (
    (3, 1, "emsWorkMode", "time_of_use"),
    (4, 104, "emsBackupEvent", 104),
    (6, 16, "emsKeepSoc", 16),
    (11, 98, "sysBatChgUpLimit", 98),
    (12, 8, "sysBatDsgDownLimit", 8),
    (15, 22, "sysBatBackupRatio", 22),
    (16, 3, "emsFeedMode", "limited"),
    (17, 70, "emsFeedRatio", 70),
    (18, 8400, "emsFeedPwr", 8400),
    (19, 119, "sysMeterCfg", 119),
    (20, 120, "sysTypeCfg", 120),
    (133, 1, "rateCtrlSwtich", True),
    (134, 63, "sysRateCtrlTime", 63),
    (135, 64, "duraTime", 64),
    (151, 151, "emsCtrlLedType", 151),
    (152, 40, "emsCtrlLedBright", 40),
    (180, 0, "sysMulPeakSwitch", False),
    (181, 181, "sysMulPeakTime", 181),
    (182, field(1, 1), "emsSgReady", "manual"),
    (183, 1, "emsSgReadyEn", True),
    (184, 184, "emsSgRunStat", 184),
    (228, 28, "userRole", 28),
    (229, 29, "chgDsgMode", 29),
    (230, -1500.5, "chgDsgPwr", -1500.5),
)

PLUS_CONFIG_ROWS: Rows = (
    (300, 1, "energyEfficientEnable", True),
    (301, 201, "sysZone", 201),
    (302, 202, "sysTimeTab", 202),
    (350, 63, "breakerCapacityMax", 63),
    (351, 0, "breakerEnableState", False),
    (352, 15, "devSoc", 15),
    (353, 253, "sysSwitchBit", 253),
    (354, 254, "modbusOnlineStatus", 254),
    (355, 0.25, "touOffset", 0.25),
    (500, 1, "sysRcrEnable", True),
    (501, 255, "sysEffectBit", 255),
    (504, 0, "sysThreePhaseCtrlEnable", False),
)

# Thresholds and times of VDE-AR-N 4105 as far as it has them, each a little off.
GRID_CODE_ROWS: Rows = (
    (31, 253.5, "pcsOverVol1", 253.5),
    (32, 287.5, "pcsOverVol2", 287.5),
    (33, 288.5, "pcsOverVol3", 288.5),
    (34, 60000, "pcsOverVolTime1", 60000),
    (35, 100, "pcsOverVolTime2", 100),
    (36, 101, "pcsOverVolTime3", 101),
    (37, 184.5, "pcsLowVol1", 184.5),
    (38, 103.5, "pcsLowVol2", 103.5),
    (39, 104.5, "pcsLowVol3", 104.5),
    (40, 3000, "pcsLowVolTime1", 3000),
    (41, 300, "pcsLowVolTime2", 300),
    (42, 301, "pcsLowVolTime3", 301),
    (43, 252.5, "pcsOverVolRecover", 252.5),
    (44, 195.5, "pcsLowVolRecover", 195.5),
    (45, 61000, "pcsVolRecoverTime", 61000),
    (46, 254.5, "pcs_10minOverVol", 254.5),
    (47, 102, "pcs_10minOverVolTime", 102),
    (48, 51.5, "pcsOverFreq1", 51.5),
    (49, 52.5, "pcsOverFreq2", 52.5),
    (50, 103, "pcsOverFreqTime1", 103),
    (51, 104, "pcsOverFreqTime2", 104),
    (52, 47.5, "pcsLowFreq1", 47.5),
    (53, 46.5, "pcsLowFreq2", 46.5),
    (54, 105, "pcsLowFreqTime1", 105),
    (55, 106, "pcsLowFreqTime2", 106),
    (56, 50.25, "pcsOverFreqRecover", 50.25),
    (57, 47.75, "pcsLowFreqRecover", 47.75),
    (58, 62000, "pcsFreqRecoverTime", 62000),
    (59, 1, "pcsHvrtLvrtSwitch", True),
    (72, 0, "pcsIslandDetectSwitch", False),
    (80, 50.75, "pcsOverFreqDeratingStart", 50.75),
    (81, 51.25, "pcsOverFreqDeratingEnd", 51.25),
    (87, 49.75, "pcsUnderFreqIncrementStart", 49.75),
    (88, 49.25, "pcsUnderFreqIncrementEnd", 49.25),
    (101, 0.875, "pcsPfValue", 0.875),
    (103, 207.5, "pcsQuV1", 207.5),
    (104, 218.5, "pcsQuV2", 218.5),
    (105, 241.5, "pcsQuV3", 241.5),
    (106, 253.25, "pcsQuV4", 253.25),
    (115, 0.9375, "pcsCospPf1", 0.9375),
    (116, 0.96875, "pcsCospPf2", 0.9688),
    (118, 118, "pcsSafetyCountryCodeSelection", 118),
    (120, 63000, "pcsOnGridWaitTime", 63000),
    (121, 255.5, "pcsHighVolOnGrid", 255.5),
    (122, 196.5, "pcsLowVolOnGrid", 196.5),
    (123, 50.125, "pcsHighFreqOnGrid", 50.12),
    (124, 47.25, "pcsLowFreqOnGrid", 47.25),
    (125, 64000, "pcsFaultRecoverOnGridWaitTime", 64000),
    (136, 1, "pcs_10minOverVolSwitch", True),
    (291, 9000.5, "pcsHardExportLimit", 9000.5),
)

STATE_ROWS: Rows = (
    (1, 101, "sysWorkSta", 101),
    (2, 102, "sysGridSta", 102),
    (5, 2, "bpChgDsgSta", "discharging"),
    (7, 58, "bpSoc", 58),
    (8, 108, "emsSysSelfCheckStat", 108),
    (9, 3, "bpOnlineSum", 3),
    (10, 110, "sysOnOffMachineStat", 110),
    (13, 1234567, "bpTotalChgEnergy", 1234.567),
    (14, 1122334, "bpTotalDsgEnergy", 1122.334),
    (30, 130, "meterConnectStat", 130),
    (185, 85, "emsStopAll", 85),
    (190, 90, "sysHeatStat", 90),
    (191, 91, "pcsAcWarningCode", 91),
    (192, 92, "pcsRelaySelfCheckSta", 92),
    (193, 93, "pcsRunFsmState", 93),
    (194, 94, "mppt1FaultCode", 94),
    (195, 95, "mppt2FaultCode", 95),
    (196, 96, "mppt1WarningCode", 96),
    (197, 97, "mppt2WarningCode", 97),
    (198, 98, "bpLineOffFlag", 98),
    (199, 1, "bpRestartFlag", True),
    (200, 200, "bpReverseFlag", 200),
    (201, 201, "batRelayCloseFailFlag", 201),
    (202, 202, "batSoftRelayStatus", 202),
    (203, 203, "batRealyStatus", 203),
    (204, 204, "pcsRelayStateShow", 204),
    (205, 205, "emsWorkState", 205),
    (206, field(1, "AC31A") + field(1, "AC31B"), "evBindList", ("AC31A", "AC31B")),
    (207, 207, "afciFaultCntCh1", 207),
    (208, 208.5, "afciFaultValueCh1", 208.5),
    (209, 209.5, "afciFaultMaxValueCh1", 209.5),
    (210, 210.5, "afciProtectValueCh1", 210.5),
    (211, 211, "afciFaultFlagCh1", 211),
    (212, 212, "afciFaultCntCh2", 212),
    (213, 213.5, "afciFaultValueCh2", 213.5),
    (214, 214.5, "afciFaultMaxValueCh2", 214.5),
    (215, 215.5, "afciProtectValueCh2", 215.5),
    (216, 216, "afciFaultFlagCh2", 216),
    (217, 217, "afciSelfTestCmdState", 217),
    (218, 218, "afciEnableCmdState", 218),
    (219, 219, "afciFaultClearState", 219),
    (220, 220, "afciSellfTestResult", 220),
    (221, 221, "afciSwitchFreqCh1", 221),
    (222, 222, "afciSwitchFreqCh2", 222),
    (223, 223, "sysCalStat", 223),
    (224, 224, "ethWanStat", 224),
    (225, 225, "wifiStaStat", 225),
    (226, "89490200001234567890", "wireless_4gIccid", "89490200001234567890"),
    (227, 227, "virtualHardEdition", 227),
    (231, 1, "parallelAllowState", True),
    (232, 232, "parallelTypeSet", 232),
    (233, 233, "parallelType", 233),
    (234, 1, "afciIsExist", True),
    (235, 0, "afciEn", False),
    (236, 1, "afciEnSet", True),
    (237, 237, "parallelTypeCur", 237),
    (261, 61, "relay_14a", 61),
    (262, 62, "sys_14aType", 62),
    (263, 1, "sys_14aEnable", True),
    (264, 64, "offgridParallelBit", 64),
    (266, 66, "sysStateBit", 66),
    (267, 67, "slaveModbusAddr", 67),
    (268, 1780315200, "endTimestamp", 1780315200),
    (269, 69, "duration", 69),
    (270, 11500, "devMaxPower", 11500),
)

_4G = zigzag(186, -1) + zigzag(187, 2) + zigzag(188, -3) + zigzag(189, 7)
_4G_SHOWN = {"iot_4gOn": -1, "iot_4gSta": 2, "iot_4gPdp": -3, "iot_4gErr": "no_modem"}

PCS_ROWS: Rows = (
    (21, 1, "pcsRunSta", "running"),
    (22, 522, "pcsAcErrCode", 522),
    (23, 523, "pcsDcErrCode", 523),
)

PLUS_STATE_ROWS: Rows = (
    (303, 303, "mppt3FaultCode", 303),
    (304, 304, "mppt3WarningCode", 304),
    (305, 1, "lowerPowerStat", True),
    (306, 0, "emsAcmakeStat", False),
)


def changed(rows: Rows) -> dict[str, Any]:
    return shown(CHANGE, rows)


def test_settings_of_plus() -> None:
    rows = CONFIG_ROWS + PLUS_CONFIG_ROWS
    assert told(frame(96, 8, sent(rows))) == changed(rows)


def test_grid_code_of_plus() -> None:
    assert told(frame(96, 16, sent(GRID_CODE_ROWS))) == changed(GRID_CODE_ROWS)


@pytest.mark.parametrize("moved", [0, 279], ids=["at 21", "at 300"])
def test_state_of_plus(moved: int) -> None:
    """The inverter's own three have moved to 300 with a newer firmware."""
    inverter = tuple((number + moved, *rest) for number, *rest in PCS_ROWS)
    rows = STATE_ROWS + PLUS_STATE_ROWS + PCS_ROWS
    report = sent(STATE_ROWS + PLUS_STATE_ROWS) + fields({n: value for n, value, *_ in inverter})
    four_g = {CHANGE + state: value for state, value in _4G_SHOWN.items()}
    assert told(frame(96, 17, report, _4G)) == changed(rows) | four_g


@pytest.mark.parametrize("serial", [OCEAN, SINGLE_PHASE])
def test_change_report_of_powerocean(serial: str) -> None:
    """All in one: 96/8."""
    rows = CONFIG_ROWS + GRID_CODE_ROWS + STATE_ROWS + PCS_ROWS
    four_g = {CHANGE + state: value for state, value in _4G_SHOWN.items()}
    assert told(frame(96, 8, sent(rows), _4G), serial) == changed(rows) | four_g


def test_numbers_from_300_are_each_their_own() -> None:
    """352 is the reserve of a Plus in 96/8 and nothing on a PowerOcean; 306 is in 96/17."""
    receiver = Receiver(OCEAN)
    assert not receiver.system.mqtt(frame(96, 8, field(352, 15)))
    assert told(frame(96, 8, field(306, 1)), OCEAN) == {f"{CHANGE}emsAcmakeStat": True}


# 96/7

PACK_ROWS: Rows = (
    (1, 866.5, "bpPwr", -866.5),
    (2, 71, "bpSoc", 71),
    (3, 99, "bpSoh", 99),
    (4, 81, "bpSop", 81),
    (5, (25.5, 26.5, 24.5), "bpTemp", (25.5, 26.5, 24.5)),
    (6, 3417.0, "bpMaxCellVol", 3.417),
    (7, 3404.0, "bpMinCellVol", 3.404),
    (8, 1, "bpRunSta", "running"),
    (9, 54.625, "bpVol", 54.625),
    (10, 15.75, "bpAmp", -15.75),
    (11, 801.25, "bpBusVol", 801.25),
    (12, 1.125, "bpBusAmp", -1.12),
    (13, 213, "bpErrCode", 213),
    (14, (3404.0, 3410.0, 3417.0), "bpCellVol", (3.404, 3.41, 3.417)),
    (15, 2, "bpDsrc", 2),
    (16, PACK_SERIAL, "bpSn", PACK_SERIAL),
    (17, 33, "bpCycles", 33),
    (18, 218, "bpBalanceState", 218),
    (19, 41.5, "bpHvMosTemp", 41.5),
    (20, 42.5, "bpLvMosTemp", 42.5),
    (21, 43.5, "bpPtcTemp", 43.5),
    (22, 44.5, "bpHtsTemp", 44.5),
    (23, 45.5, "bpBusNegTemp", 45.5),
    (24, 46.5, "bpBusPosTemp", 46.5),
    (25, 21.5, "bpEnvTemp", 21.5),
    (26, 998119, "bpAccuChgCap", 998.119),
    (27, 977005, "bpAccuDsgCap", 977.005),
    (28, 100000, "bpDesignCap", 100.0),
    (29, 99500, "bpFullCap", 99.5),
    (30, 27.5, "bpMaxCellTemp", 27.5),
    (31, 23.5, "bpMinCellTemp", 23.5),
    (32, 47.5, "bpMaxMosTemp", 47.5),
    (33, 40.5, "bpMinMosTemp", 40.5),
    (34, 234, "bpBmsFault", 234),
    (35, 72, "bpEcloundSoc", 72),
    (36, 236, "bpHeartbeatVer", 236),
    (37, 1780315260, "bpTimestamp", 1780315260),
    (38, 71.25, "bpRealSoc", 71.25),
    (39, 99.25, "bpRealSoh", 99.25),
    (40, 240, "bpGlobalProtect", 240),
    (41, 11, "bpDownLimitSoc", 11),
    (42, 97, "bpUpLimitSoc", 97),
    (43, 243, "bpActiveCalReqStat", 243),
    (44, 244, "bpActiveCalRunStat", 244),
    (45, 245, "moduleProductInfo", 245),
    (46, 246, "moduleProgramSta", 246),
    (47, 0x01020304, "moduleAplSwVer", "1.2.3.4"),
    (48, 0x05060708, "moduleLoaderSwVer", "5.6.7.8"),
    (49, 3, "bmsRunSta", "dischargeable"),
    (50, 2, "bmsChgDsgSta", "charging"),
    (51, 1, "dabModSta", "warning"),
    (52, 50, "bpChgSop", 50),
    (53, 80, "bpDsgSop", 80),
    (54, 3621.0, "bpRemainWatth", 3.621),
    (55, 73.5, "bpTargetSoc", 73.5),
    (56, 0.5, "bpDiffSoc", 0.5),
    (57, 74.5, "bpMaxSoc", 74.5),
    (58, 70.5, "bpMinSoc", 70.5),
    (59, 75.5, "bpLimitSoc", 75.5),
    (60, 98.5, "bpCalendarSoh", 98.5),
    (61, 98.75, "bpCycleSoh", 98.75),
    (62, 1, "bpAcRechargeFlag", True),
    (63, 0, "bpPtcHeatFlag", False),
    (64, 5, "bpPtcExitEvent", "timeout"),
    (65, 171237, "bpAccuChgEnergy", 171.237),
    (66, 163005, "bpAccuDsgEnergy", 163.005),
    (67, 48.5, "bpPtcTemp2", 48.5),
    (68, 2, "bpSysState", "normal"),
    (69, 3333.0, "bpAuxCellVol01", 3.333),
)


def test_pack() -> None:
    receiver = Receiver()
    assert receiver.system.mqtt(frame(96, 7, field(1, sent(PACK_ROWS))))
    assert receiver.states(PACK_SERIAL) == {
        **shown(PACK, PACK_ROWS),
        f"{PACK}chargePower": 866.5,
        f"{PACK}dischargePower": 0.0,
        f"{PACK}bpTemp_max": 26.5,
        f"{PACK}bpCellVol_spread": 13.0,
    }
    assert receiver.devices[PACK_SERIAL].number == 2
    assert receiver.states() == {}


# 96/3: codes of the system, the inverter and each pack.


@pytest.mark.parametrize("serial", [PLUS, OCEAN])
def test_errors(serial: str) -> None:
    receiver = Receiver(serial)
    receiver.system.mqtt(frame(96, 7, field(1, field(15, 1) + field(16, PACK_SERIAL))))
    errors = (
        field(1, field(1, serial) + codes(2, 1001, 0, 1002)),
        field(2, field(1, serial) + codes(2, 2001)),
        field(3, field(1, PACK_SERIAL) + codes(2, 3001, 3002)),
    )
    assert receiver.system.mqtt(frame(96, 3, *errors))
    assert receiver.states() == {
        "ErrorChangeReport_emsErrCode": (1001, 1002),
        "ErrorChangeReport_pcsErrCode": (2001,),
    }
    assert receiver.states(PACK_SERIAL)["ErrorChangeReport_bpErrCode"] == (3001, 3002)


# 96/13

PARAM_ROWS: Rows = (
    (1, 1, "smartCtrl", True),
    (2, 0, "energyEfficientEnable", False),
    (3, 103, "sysZone", 103),
    (4, 104, "sysTimeTab", 104),
    (5, 1, "bpBurst", True),
    (6, 0, "lowerPowerStat", False),
    (7, 50, "breakerCapacityMax", 50),
    (8, 1, "breakerEnableState", True),
    (10, 18, "devSoc", 18),
    (11, 111, "sysSwitchBit", 111),
    (12, 112, "modbusOnlineStatus", 112),
    (13, 1.5, "touOffset", 1.5),
    (16, 116, "alarmResetCount", 116),
    (18, 118, "krakenRegisterStatus", 118),
    (19, 0, "krakenSwitch", False),
)


def test_parameters() -> None:
    expected = shown("JTS1_EMS_PARAM_CHANGE_REPORT_", PARAM_ROWS)
    assert told(frame(96, 13, sent(PARAM_ROWS))) == expected
    # Yes and no the other way round: which is which.
    other = tuple((n, 1 - value, s, not now) for n, value, s, now in PARAM_ROWS if now in (0, 1))  # type: ignore[operator]
    assert told(frame(96, 13, sent(other))) == shown("JTS1_EMS_PARAM_CHANGE_REPORT_", other)


# 209/8

BOX_SERIAL = "AC31ZTEST0000001"

WALL_BOX_ROWS: Rows = (
    (1, BOX_SERIAL, "evSn", BOX_SERIAL),
    (2, 12000.0, "expectChargingEnergy", 12.0),
    (3, 83, "stopChargingSoc", 83),
    (4, 104, "onlineBits", 104),
    (5, 1, "evPlugAndPlay", True),
    (6, 3, "chargingStatus", "charging"),
    (7, b"\x00\x00\x01\x07", "errorCode", 263),
    (8, 7360.5, "evPwr", 7360.5),
    (9, 449.0, "evChargingEnergy", 0.449),
    (10, 2, "workMode", "solar"),
    (11, 720, "orderTime", 720),
    (12, 112, "orderState", 112),
    (13, "CAR1", "defaultVehicleId", "CAR1"),
    (14, "CAR2", "chargeVehicleId", "CAR2"),
    (17, 0, "useGridFirst", False),
    (18, 118, "switchBits", 118),
    (30, 130, "unknown30", 130),
    (31, 160, "unknown31", 16.0),
    (32, 132, "unknown32", 132),
    (33, 133, "unknown33", 133),
    (34, 134, "unknown34", 134),
    (35, 135, "unknown35", 135),
)


def test_wall_box() -> None:
    times = fixed(15, 1780315300) + fixed(16, 1780316020)
    states = told(frame(209, 8, sent(WALL_BOX_ROWS), times), device=BOX_SERIAL)
    report = "EVChargingParamReport_"
    assert states == {
        **shown(report, WALL_BOX_ROWS),
        f"{report}orderStartTimestamp": 1780315300,
        f"{report}orderEndTimestamp": 1780316020,
    }


# PowerOcean DC Fit: + is export on the wire, and energies that go in are below zero.

FIT_HEARTBEAT_ROWS: Rows = (
    (1, 101, "sysWorkSta", 101),
    (2, 102, "bpChgDsgSta", 102),
    (3, 8450.0, "bpRemainWatth", 8.45),
    (4, 66, "bpSoc", 66),
    (5, 205, "bpDsgTime", 205),
    (6, 106, "emsErrCode", 106),
    (7, 107, "sysErrCode", 107),
    (8, 108, "epoSwitchState", 108),
    (9, 59, "sysRateCtrlTime", 59),
    (10, 1, "currentNetif", "mobile_network"),
    (12, 16951.5, "meterTotalPower", -16951.5),
    (13, 231.5, "meterAVoltage", 231.5),
    (14, 232.5, "meterBVoltage", 232.5),
    (15, 233.5, "meterCVoltage", 233.5),
    (16, 22.5, "meterACurrent", 22.5),
    (17, 23.5, "meterBCurrent", 23.5),
    (18, 24.5, "meterCCurrent", 24.5),
    (19, 1.25, "bp1SocCoefficient", 1.25),
    (20, 1.5, "bp2SocCoefficient", 1.5),
    (21, 1.75, "bp3SocCoefficient", 1.75),
    (22, 2.25, "bpBusVoltCoefficient", 2.25),
    (23, 23001.0, "pvInDayEnergy", 23.001),
    (24, 7002.0, "bpInDayEnergy", 7.002),
    (25, -6003.0, "bpOutDayEnergy", 6.003),
    (26, -1004.0, "gridInDayEnergy", 1.004),
    (27, 9005.0, "gridOutDayEnergy", 9.005),
    (28, -8006.0, "loadDayEnergy", 8.006),
    (29, 129, "meterType", 129),
    (30, 130, "meterAddress", 130),
    (31, 131, "emsSystemState", 131),
    (32, 132, "appCtrlState", 132),
    (33, 58, "reportCycleTime", 58),
    (34, 96, "batterySocUpperLimit", 96),
    (35, 14, "batterySocLowerLimit", 14),
    (36, 136, "inverterBand", 136),
    (37, 950.5, "mpptVoltageMaximum", 950.5),
    (38, 150.5, "mpptVoltageMinimum", 150.5),
    (39, 25000.5, "mpptRatePower", 25000.5),
    (40, 1000.5, "mpptWithstandVoltage", 1000.5),
    (41, 141, "pvInvWiringMode", "141"),
    (42, 2.5, "bpSocBaseCoefficient", 2.5),
    (43, 2.75, "bpBusVoltageBaseCoefficient", 2.75),
    (44, 44.5, "bpDichargeAbilityAdjustValueLv1", 44.5),
    (45, 45.5, "bpDichargeAbilityAdjustValueLv2", 45.5),
    (46, 146, "bpRunDelay", 146),
    (47, 147, "bpStopDelay", 147),
    (48, 148, "bpSaveSocStopDelay", 148),
    (49, -349.5, "sysRunMeterTakePower", 349.5),
    (50, 350.5, "sysRunMeterFeedPower", 350.5),
    (51, 51.5, "disOrChargeAbilityStepValue", 51.5),
    (52, 152, "workingMode", 152),
    (53, 353.5, "gridFeedPowerMinimum", 353.5),
    (54, 54.5, "gridFeedRate", 54.5),
    (55, 155, "emsErrorCodeMask", 155),
    (56, 156, "bpErrorCodeMask", 156),
    (57, 157, "pv1ErrorCodeMask", 157),
    (58, 158, "pv2ErrorCodeMask", 158),
    (59, 159, "pvaErrorCodeMask", 159),
    (60, 160, "pvWiringType", "160"),
    (61, 161, "invWiringType", "161"),
    (62, 1, "isPvToInvDirectly", True),
    (63, 0, "autoDetectStartPowerEn", False),
    (64, 364.5, "manualSetStartChargePower", 364.5),
    (65, 365.5, "startDischargePower", 365.5),
    (66, 366.5, "underVoltageProtectPoint", 366.5),
    (67, (1.125, 1.25, 1.375), "meterRatio", (1.125, 1.25, 1.375)),
    (68, (501.5, 502.5, -503.5), "meterPhasePower", (-501.5, -502.5, 503.5)),
    (69, (0.5, 0.625, 0.75), "meterPowerFactor", (0.5, 0.625, 0.75)),
    (70, 1, "appConfigFinish", True),
)


def test_fit_heartbeat() -> None:
    report = sent(FIT_HEARTBEAT_ROWS) + codes(11, 1101, 0, 1102)
    assert told(frame(96, 1, report), FIT) == {
        **shown("EMSHeartbeatReport_", FIT_HEARTBEAT_ROWS),
        "EMSHeartbeatReport_errCode": (1101, 1102),
    }


def fit_stream(timestamp: int) -> bytes:
    powers = {1: 5500.5, 2: 310.5, 3: -1200.5, 4: 4900.5, 5: timestamp, 7: 64}
    more = {8: -600.5, 9: 21.5, 10: 22.5}
    return fields(dict(powers)) + zigzag(6, 120) + fields(dict(more))


FIT_POWERS = {
    "gridPwr": -5500.5,
    "gridImportPower": 0.0,
    "gridExportPower": 5500.5,
    "dcdcPwr": 310.5,
    "bpPwr": 1200.5,
    "batteryChargePower": 0.0,
    "batteryDischargePower": 1200.5,
    "pvPwr": 4900.5,
    "bpSoc": 64.0,
    "loadPwr": 600.5,
    "bpHeatingPower": 21.5,
    "heatingPower": 22.5,
    "timezone": 120,
}


def test_fit_stream() -> None:
    states = told(frame(96, 33, fit_stream(1780315200)), FIT)
    powers = {f"EnergyStreamItem_{state}": value for state, value in FIT_POWERS.items()}
    assert states == powers | {"EnergyStreamItem_timestamp": 1780315200}


def test_fit_minute() -> None:
    """While nobody looks, a minute a minute is all that comes."""
    now = int(time.time())
    report = field(1, fit_stream(now - 10)) + field(2, 77)
    states = told(frame(96, 34, report), FIT)
    powers = {f"EnergyStreamItem_{state}": value for state, value in FIT_POWERS.items()}
    assert states == powers | {"EnergyStreamItem_timestamp": now - 10}


FIT_PACK_ROWS: Rows = (
    (1, -701.5, "bpPwr", 701.5),
    (2, 65.5, "bpSoc", 65.5),
    (3, 2, "bpRunSta", "stopped"),
    (4, 51.625, "bpVol", 51.625),
    (5, -13.5, "bpAmp", 13.5),
    (6, 1, "bpModSta", "warning"),
    (7, 3350.0, "bpRemainWatth", 3.35),
    (8, 108, "bpChgDsgStat", 108),
    (9, 402.5, "bpBusVol", 402.5),
    (10, 1.75, "bpBusAmp", -1.75),
    (12, 112, "bpSpinSwitch", 112),
    (13, 1780315280, "bpTimestamp", 1780315280),
    (14, 12.5, "bpDownLimitSoc", 12.5),
    (15, 95.5, "bpUpLimitSoc", 95.5),
    (16, 403.5, "bpBusVolFilter", 403.5),
    (17, 1, "bpAcRechargeFlag", True),
    (18, 118, "bpActiveCalReqStat", 118),
    (19, 119, "bpActiveCalRunStat", 119),
    (20, 2500.5, "bpModuleChgMaxPwr", 2500.5),
    (21, -3300.5, "bpModuleDsgMaxPwr", 3300.5),
    (22, 122, "bpErrCode", 122),
    (23, 123, "bpHeatFault", 123),
    (24, 24.25, "bpIna228A", 24.25),
    (25, PACK_SERIAL, "bpSn", PACK_SERIAL),
)


def test_fit_pack() -> None:
    report = field(1, sent(FIT_PACK_ROWS) + codes(11, 1111, 1112))
    states = told(frame(96, 108, report), FIT, PACK_SERIAL)
    assert {key.partition("_")[2]: value for key, value in states.items()} == {
        **shown("", FIT_PACK_ROWS),
        "errCode": (1111, 1112),
        "chargePower": 0.0,
        "dischargePower": 701.5,
    }


@pytest.mark.parametrize("flow", [1, 16, 32, 48, 64, 80])
def test_fit_hours(flow: int) -> None:
    """Wh of each hour; the state is their sum."""
    item = field(1, 1780272000) + field(2, flow) + codes(3, *([0] * 6), 100, 250, flow)
    (value,) = told(frame(254, 32, field(1, 5) + field(2, item)), FIT).values()
    assert value == pytest.approx((350 + flow) / 1000)


# 96/50: the whole has no serial number.

UNIT = "R371ZTEST0000002"


def test_parallel_stream() -> None:
    whole: dict[int, Content] = {1: 900.5, 2: 150.5, 3: 3000.5, 4: 2250.5, 5: 61}
    unit: dict[int, Content] = {
        1: 401.5,
        2: -202.5,
        3: 1303.5,
        4: -704.5,
        5: 62,
        6: UNIT,
        9: 705.5,
        10: 606.5,
    }
    receiver = Receiver()
    report = field(1, fields(whole)) + field(1, fields(unit))
    assert receiver.system.mqtt(frame(96, 50, report))
    states = receiver.states()
    assert states[f"{STREAM}sysLoadPwr"] == 900.5
    assert states[f"{STREAM}sysGridPwr"] == 150.5
    assert states[f"{STREAM}gridImportPower"] == 150.5
    assert states[f"{STREAM}mpptPwr"] == 3000.5
    assert states[f"{STREAM}batteryChargePower"] == 2250.5
    assert states[f"{STREAM}bpSoc"] == 61.0
    assert receiver.states(UNIT) == {
        "ParallelEnergyStream_sysLoadPwr": 401.5,
        "ParallelEnergyStream_sysGridPwr": -202.5,
        "ParallelEnergyStream_mpptPwr": 1303.5,
        "ParallelEnergyStream_bpPwr": 704.5,
        "ParallelEnergyStream_bpSoc": 62.0,
        "ParallelEnergyStream_pv1Pwr": 705.5,
        "ParallelEnergyStream_pv2Pwr": 606.5,
    }


def test_parallel_devices() -> None:
    devices = b"".join(
        field(1, field(1, address) + field(2, serial)) for address, serial in ((1, PLUS), (2, UNIT))
    )
    receiver = Receiver()
    receiver.system.mqtt(frame(96, 12, field(1, devices)))
    assert receiver.devices.keys() == {PLUS, UNIT}
    assert receiver.devices[UNIT].parent == PLUS


# What is kept and never shown as live.


def test_minutes() -> None:
    first = {1: 801.5, 2: -102.5, 3: 1503.5, 4: 604.5, 5: 1780315200}
    more = {7: 55, 8: 1005.5, 9: 406.5, 10: 107.5, 11: 208.5, 12: 309.5}
    minute = fields(dict(first)) + zigzag(6, -90) + fields(dict(more))
    decoder = Receiver().system.decoder
    assert not list(decoder.decode(frame(96, 34, field(1, minute) + field(2, 6599))))
    assert decoder.minutes == {
        1780315200: {
            "load_pwr": 801.5,
            "grid_pwr": -102.5,
            "mppt_pwr": 1503.5,
            "bp_pwr": 604.5,
            "timestamp": 1780315200,
            "timezone": -90,
            "bp_soc": 55,
            "pv1_pwr": 1005.5,
            "pv2_pwr": 406.5,
            "pv_inv_pwr": 107.5,
            "pv3_pwr": 208.5,
            "other_pv_pwr": 309.5,
        }
    }


def test_hours() -> None:
    item = field(1, 1780272000) + field(2, 64) + codes(3, 0, 5, 384)
    receiver = Receiver()
    assert not receiver.system.mqtt(frame(254, 32, field(1, 77) + field(2, item)))
    assert receiver.system.decoder.hours == {(1780272000, 64): (0, 5, 384)}


def test_modules() -> None:
    def module(serial: str, version: int) -> bytes:
        numbers = fields({1: 87, 2: 1, 5: 2, 6: 96, 7: 3, 8: version, 9: 0x09090909})
        return field(1, numbers + field(3, serial) + field(4, "cpu"))

    receiver = Receiver()
    report = module(PLUS, 0x04010E0F) + module(PACK_SERIAL, 0x01020304)
    receiver.system.mqtt(frame(53, 113, report + field(2, 1) + field(3, 1)))
    receiver.system.mqtt(frame(96, 7, field(1, field(15, 1) + field(16, PACK_SERIAL))))
    assert receiver.devices[PLUS].sw_version == "4.1.14.15"
    assert receiver.devices[PACK_SERIAL].sw_version == "1.2.3.4"


# The envelope.


def test_each_report_has_a_mask_of_its_own() -> None:
    stream = frame(96, 33, fields(STREAM_SENT), mask=0x1F5)
    parameters = frame(96, 13, sent(PARAM_ROWS), mask=0x7A)
    states = told(stream + parameters)
    assert states[f"{STREAM}gridExportPower"] == 1250.5
    assert states["JTS1_EMS_PARAM_CHANGE_REPORT_devSoc"] == 18.0


def test_what_the_app_sends_is_not_masked() -> None:
    report = fields(STREAM_SENT)
    header = {2: 32, 6: 1, 8: 96, 9: 33, 14: 0x1F5}
    states = told(field(1, field(1, report) + fields(dict(header))))
    assert states[f"{STREAM}sysLoadPwr"] == 740.5


def test_report_of_another_inverter() -> None:
    """The header says whose it is."""
    receiver = Receiver()
    report = field(1, fields({1: 900.5, 3: 3000.5})) + field(1, field(1, 401.5) + field(6, UNIT))
    receiver.system.mqtt(frame(96, 50, report))
    header = {2: 96, 8: 96, 9: 1, 24: UNIT}
    receiver.system.mqtt(field(1, field(1, field(104, 39.5)) + fields(dict(header))))
    assert receiver.states(UNIT)[f"{HEARTBEAT}innerTemperature"] == 39.5
    assert f"{HEARTBEAT}innerTemperature" not in receiver.states()


def test_offline() -> None:
    receiver = Receiver()
    assert not receiver.system.mqtt(field(1, field(2, 32) + field(22, "-2")))
    assert receiver.system.offline
