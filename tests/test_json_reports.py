"""Reports in JSON: the HTTPS snapshot in all its shapes, and JSON on the MQTT topics."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.energy_storage_hub.powerocean.json_reports import route_of
from custom_components.energy_storage_hub.powerocean.system import SILENT
from simulator.powerocean import frames
from simulator.powerocean.build import message
from simulator.powerocean.frames import Model
from simulator.powerocean.plant import PACK_SERIALS, WALL_BOX_SERIAL

from .helpers import (
    CHANGE,
    HEARTBEAT,
    NOON,
    OCEAN,
    PACK,
    PLUS,
    STREAM,
    Receiver,
    detail,
    header,
    plant,
)

# When the snapshots say that it is.
pytestmark = pytest.mark.freeze_time(NOON)

BOX = WALL_BOX_SERIAL
PARAM = "JTS1_EMS_PARAM_CHANGE_REPORT_"


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def quota(receiver: Receiver, reports: Mapping[str, Any]) -> dict[str, Any]:
    """Take a snapshot with these reports only; the states of the system afterwards."""
    receiver.system.snapshot({"quota": dict(reports)})
    return receiver.states()


def heartbeat(receiver: Receiver, **values: Any) -> dict[str, Any]:
    return quota(receiver, {"RE307_EMS_HEARTBEAT": values})


def over_mqtt(receiver: Receiver, func: int, cmd: int, **params: Any) -> bool:
    body = {"cmdFunc": func, "cmdId": cmd, "params": params}
    return receiver.system.mqtt(orjson.dumps(body))


# The snapshot as a whole.

# Counted, told by the snapshot only, or different in the simulated snapshot.
ONLY_IN_ONE_WAY = ("snapshot_", "energy_", "EVChargingParamReport_unknown3")


@pytest.mark.parametrize(("serial", "model"), [(PLUS, Model.PLUS), (OCEAN, Model.OCEAN)])
def test_both_ways_give_the_same_states(serial: str, model: Model) -> None:
    house = plant(serial=serial)
    house.hold(load=640.0, strings=(3100.0, 1250.0, 380.0), battery=2210.0)
    house.errors = {"ems": [2001], PACK_SERIALS[2]: [77, 78]}
    by_mqtt, by_https = Receiver(serial), Receiver(serial)
    by_mqtt.system.mqtt(frames.get_answer(frames.bundle(house, model), frames.sequence()))
    by_https.system.snapshot(detail(house, model))
    left, right = by_mqtt.all_states(), by_https.all_states()
    both = [key for key in left.keys() & right.keys() if not key[1].startswith(ONLY_IN_ONE_WAY)]
    assert {key: right[key] for key in both} == {key: left[key] for key in both}
    # All that the simulated snapshot leaves out: backup loads, unknown values of the wall box.
    silent = {key for _, key in left.keys() - right.keys()}
    left_out = (f"{HEARTBEAT}pcsLoadInfo_", *ONLY_IN_ONE_WAY)
    assert not {key for key in silent if not key.startswith(left_out)}
    assert len(both) > 700
    assert {device: entry.kind for device, entry in by_mqtt.devices.items()} == {
        device: entry.kind for device, entry in by_https.devices.items()
    } | {serial: "system"}


def test_snapshot_without_battery_and_wall_box() -> None:
    house = plant(packs=(), wall_box=False)
    receiver = Receiver()
    receiver.system.snapshot(detail(house))
    states = receiver.states()
    assert states[f"{STREAM}sysLoadPwr"] == house.flow.load
    assert f"{STREAM}bpSoc" not in states
    assert set(receiver.devices) == set()


def test_totals_of_the_cloud(receiver: Receiver) -> None:
    house = plant()
    receiver.system.snapshot(detail(house))
    states = receiver.states()
    assert states["snapshot_todayElectricityGeneration"] == pytest.approx(
        house.solar_today_wh / 1000, abs=0.01
    )
    assert states["snapshot_totalElectricityGeneration"] == pytest.approx(
        house.solar_total_wh / 1000, abs=0.01
    )
    assert states["snapshot_online"] is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12.5", 12.5), (12.5, 12.5), ("-1", None), ("nan", None), ("1e400", None), ("x", None)],
)
def test_total_of_the_cloud_in_any_spelling(
    receiver: Receiver, value: Any, expected: float | None
) -> None:
    receiver.system.snapshot({"totalElectricityGeneration": value})
    assert receiver.states().get("snapshot_totalElectricityGeneration") == expected


def test_totals_stand_in_for_a_missing_stream(receiver: Receiver) -> None:
    house = plant()
    house.hold(load=640.0, strings=(900.0, 0.0, 0.0), battery=-120.0)
    data = detail(house)
    del data["quota"]["RE307_ENERGY_STREAM_REPORT"]
    receiver.system.snapshot(data)
    states = receiver.states()
    assert states[f"{STREAM}sysLoadPwr"] == 640.0
    assert states[f"{STREAM}bpPwr"] == 120.0
    assert states[f"{STREAM}gridExportPower"] == 380.0


def test_totals_do_not_overrule_the_stream(receiver: Receiver) -> None:
    data = detail(plant())
    data |= {"sysLoadPwr": 11.0, "bpPwr": 12.0}
    receiver.system.snapshot(data)
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == plant().flow.load


def test_totals_do_not_overrule_mqtt(receiver: Receiver) -> None:
    """They have no time of their own: who has heard MQTT just now knows better."""
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0})
    data = detail(plant())
    del data["quota"]["RE307_ENERGY_STREAM_REPORT"]
    receiver.system.snapshot(data | {"sysLoadPwr": 11.0})
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


def test_totals_that_stand_still_grow_old(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """They have no time: that they change is all that tells of a system that speaks."""
    data = detail(plant()) | {"sysLoadPwr": 11.0}
    del data["quota"]["RE307_ENERGY_STREAM_REPORT"]
    for load in (11.0, 12.0):
        receiver.system.snapshot(data | {"sysLoadPwr": load})
        assert receiver.states()[f"{STREAM}sysLoadPwr"] == load
    for _ in range(7):
        freezer.tick(60)
        receiver.system.snapshot(data | {"sysLoadPwr": 12.0})
        receiver.expire()
    assert receiver.states()[f"{STREAM}sysLoadPwr"] is None


def test_totals_are_enough(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    for load in (11.0, 12.0):
        receiver.system.snapshot({"sysLoadPwr": load, "bpSoc": 50, "online": 1})
        assert receiver.states()[f"{STREAM}sysLoadPwr"] == load


@pytest.mark.parametrize(
    ("report", "route"),
    [
        ("JTS1_ENERGY_STREAM_REPORT", (96, 33)),
        ("RE307_EMS_HEARTBEAT", (96, 1)),
        ("JT303_BP_STA_REPORT", (96, 7)),
        ("RE307_EMS_STATE_CHANGE_REPORT", (96, 17)),
        ("RE307_EMS_SAFETY_PARAM_REPORT", (96, 16)),
        ("RE307_SOMETHING_NEW", None),
        ("", None),
    ],
)
def test_report_names(report: str, route: tuple[int, int] | None) -> None:
    assert route_of(report) == route


# Packs.


def pack_text(slot: int, **values: Any) -> str:
    serial = base64.b64encode(PACK_SERIALS[slot - 1].encode()).decode()
    return json.dumps({"bpSn": serial, "bpDsrc": slot, "bpDesignCap": 100000, **values})


def test_packs_are_json_in_json(receiver: Receiver) -> None:
    report = {PACK_SERIALS[slot - 1]: pack_text(slot, bpSoc=40 + slot) for slot in (4, 2, 1)}
    quota(receiver, {"RE307_BP_STA_REPORT": report})
    for slot in (4, 2, 1):
        assert receiver.states(PACK_SERIALS[slot - 1])[f"{PACK}bpSoc"] == 40.0 + slot
        assert receiver.devices[PACK_SERIALS[slot - 1]].number == slot


def test_packs_may_be_objects(receiver: Receiver) -> None:
    report = {PACK_SERIALS[0]: json.loads(pack_text(1, bpSoc=41))}
    quota(receiver, {"RE307_BP_STA_REPORT": report})
    assert receiver.states(PACK_SERIALS[0])[f"{PACK}bpSoc"] == 41.0


def test_pack_serial_may_be_plain(receiver: Receiver) -> None:
    report = {PACK_SERIALS[0]: json.dumps({"bpSn": PACK_SERIALS[0], "bpSoc": 41})}
    quota(receiver, {"RE307_BP_STA_REPORT": report})
    assert receiver.states(PACK_SERIALS[0])[f"{PACK}bpSoc"] == 41.0


def test_stale_heartbeat_is_no_pack(receiver: Receiver) -> None:
    """The report holds an entry that is months old, and one without a name."""
    stale = json.loads(pack_text(1, bpSoc=11))
    report = {
        "bpHeartBeat": [stale],
        "": json.dumps({"bpSn": "", "bpDsrc": 0}),
        PACK_SERIALS[0]: pack_text(1, bpSoc=77),
    }
    quota(receiver, {"RE307_BP_STA_REPORT": report})
    assert receiver.states(PACK_SERIALS[0])[f"{PACK}bpSoc"] == 77.0
    assert set(receiver.devices) == {PACK_SERIALS[0]}


@pytest.mark.parametrize("shape", [str, json.loads, lambda text: [json.loads(text)]])
def test_only_a_stale_heartbeat_is_nothing(receiver: Receiver, shape: Callable[..., Any]) -> None:
    report = {"bpHeartBeat": shape(pack_text(1, bpSoc=11))}
    quota(receiver, {"RE307_BP_STA_REPORT": report})
    assert receiver.all_states() == {}


@pytest.mark.parametrize("text", ["{", "{]", "null", "", "[]", '{"bpSn":', 7, None, [], {"a": {}}])
def test_broken_pack_is_left_out(receiver: Receiver, text: Any) -> None:
    report = {PACK_SERIALS[1]: text, PACK_SERIALS[0]: pack_text(1, bpSoc=77)}
    quota(receiver, {"RE307_BP_STA_REPORT": report})
    assert receiver.states(PACK_SERIALS[0])[f"{PACK}bpSoc"] == 77.0
    assert set(receiver.devices) == {PACK_SERIALS[0]}


def test_vendor_names_of_a_pack(receiver: Receiver) -> None:
    text = pack_text(1, bpCellMaxVol=3417.0, bpCellMinVol=3404.0, bpPtcHeatFlag=True)
    quota(receiver, {"RE307_BP_STA_REPORT": {PACK_SERIALS[0]: text}})
    states = receiver.states(PACK_SERIALS[0])
    assert states[f"{PACK}bpMaxCellVol"] == 3.417
    assert states[f"{PACK}bpMinCellVol"] == 3.404
    assert states[f"{PACK}bpPtcHeatFlag"] is True


# Spellings.


def test_phase_voltage_is_called_vol(receiver: Receiver) -> None:
    states = heartbeat(receiver, pcsAPhase={"vol": 231.5, "amp": 4.5, "actPwr": -1040.0})
    assert states[f"{HEARTBEAT}pcsAPhase_volt"] == 231.5
    assert states[f"{HEARTBEAT}pcsAPhase_actPwr"] == -1040.0
    # JSON writes zeros: what is left out is not known.
    assert f"{HEARTBEAT}pcsAPhase_reactPwr" not in states


def test_empty_phase_is_not_wired(receiver: Receiver) -> None:
    states = heartbeat(receiver, pcsAPhase={"vol": 231.5}, pcsBPhase={})
    assert not [key for key in states if "BPhase" in key]


def test_loads_and_strings(receiver: Receiver) -> None:
    strings = [
        {"vol": 600.0, "amp": 2.0, "pwr": 1200.0, "lightSta": True},
        {"vol": 13.0, "amp": 0.0, "pwr": 0.0, "lightSta": False},
    ]
    states = heartbeat(
        receiver,
        mpptHeartBeat=[{"mpptPv": strings, "mpptInsResist": 464.0, "mpptTempVal": [41.0, 39.5]}],
        pcsLoadInfo=[{"vol": 230.0, "pwr": 99.0}],
        meterHeartBeat=[{"meterData": [1.0, 2.0, 3.0, 6.0], "meterAddr": 1}],
    )
    assert states[f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr0"] == 1200.0
    assert states[f"{HEARTBEAT}mpptHeartBeat_mpptPv_lightSta0"] is True
    assert states[f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr1"] == 0.0
    assert states[f"{HEARTBEAT}mpptHeartBeat_mpptInsResist"] == 464.0
    assert states[f"{HEARTBEAT}mpptHeartBeat_mpptTempVal"] == (41.0, 39.5)
    assert states[f"{HEARTBEAT}pcsLoadInfo_pwr0"] == 99.0
    assert states[f"{HEARTBEAT}meterHeartBeat_meterData0"] == (1.0, 2.0, 3.0, 6.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("WORKMODE_BACKUP", "backup"),
        ("WORKMODE_SELFUSE", "self_use"),
        (2, "backup"),
        ("2", "backup"),
        (0, "self_use"),
    ],
)
def test_enumeration_by_name_and_number(receiver: Receiver, value: Any, expected: str) -> None:
    states = quota(receiver, {"RE307_EMS_CHANGE_REPORT": {"emsWordMode": value}})
    assert states[f"{CHANGE}emsWorkMode"] == expected


@pytest.mark.parametrize("value", ["WORKMODE_OF_TOMORROW", 99, 2**40, -1, 1.5, [], {}, None, ""])
def test_unknown_enumeration(receiver: Receiver, value: Any) -> None:
    states = quota(receiver, {"RE307_EMS_CHANGE_REPORT": {"emsWordMode": value}})
    assert states.get(f"{CHANGE}emsWorkMode") is None


@pytest.mark.parametrize("value", [1360.5, "1360.5", "1.3605e3", " 1360.5"])
def test_number_as_text(receiver: Receiver, value: Any) -> None:
    assert heartbeat(receiver, pcsActPwr=value)[f"{HEARTBEAT}pcsActPwr"] == 1360.5


@pytest.mark.parametrize("value", [60, "60", 60.0, "60.0"])
def test_whole_number_in_any_spelling(receiver: Receiver, value: Any) -> None:
    assert heartbeat(receiver, sysRateCtrlTime=value)[f"{HEARTBEAT}sysRateCtrlTime"] == 60.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), (1, True), (0, False), ("1", True), ("0", False)],
)
def test_flag_in_any_spelling(receiver: Receiver, value: Any, expected: bool) -> None:
    states = quota(receiver, {"RE307_EMS_PARAM_CHANGE_REPORT": {"smartCtrl": value}})
    assert states[f"{PARAM}smartCtrl"] is expected


@pytest.mark.parametrize("value", [-3, 2**32, 1.5, "x", [], {}, None, "nan", "-inf", 1e300])
def test_impossible_whole_number_is_left_out(receiver: Receiver, value: Any) -> None:
    states = heartbeat(receiver, emsSelfUsedCnt=value, pcsAcFreq=50.0)
    assert states.get(f"{HEARTBEAT}emsSelfUsedCnt") is None
    assert states[f"{HEARTBEAT}pcsAcFreq"] == 50.0


@pytest.mark.parametrize("value", ["x", [], {}, None, "nan", "-inf", 1e300, 1e28])
def test_impossible_number_is_unknown(receiver: Receiver, value: Any) -> None:
    states = heartbeat(receiver, pcsActPwr=value, pcsAcFreq=50.0)
    assert states.get(f"{HEARTBEAT}pcsActPwr") is None
    assert states[f"{HEARTBEAT}pcsAcFreq"] == 50.0


@pytest.mark.parametrize("value", [[1.0, "x"], [None], "x", 3, {}, [[1.0]]])
def test_broken_array_is_left_out(receiver: Receiver, value: Any) -> None:
    states = heartbeat(receiver, mpptHeartBeat=[{"mpptTempVal": value}], pcsAcFreq=50.0)
    assert states.get(f"{HEARTBEAT}mpptHeartBeat_mpptTempVal") is None
    assert states[f"{HEARTBEAT}pcsAcFreq"] == 50.0


def test_unknown_names_are_ignored(receiver: Receiver) -> None:
    assert heartbeat(receiver, somethingNew={"a": [1]}, pcsAcFreq=50.0) == {
        f"{HEARTBEAT}pcsAcFreq": 50.0
    }


def test_unknown_reports_are_ignored(receiver: Receiver) -> None:
    reports = {"RE307_SOMETHING_NEW": {"a": 1}, "RE307_EMS_HEARTBEAT": [], "JTS1": None}
    assert quota(receiver, reports) == {}


def test_reports_of_another_product_are_ignored() -> None:
    receiver = Receiver(OCEAN)
    reports = {"RE307_EMS_STATE_CHANGE_REPORT": {"bpSoc": 55}}
    assert quota(receiver, reports) == {}


def test_errors(receiver: Receiver) -> None:
    quota(receiver, {"RE307_BP_STA_REPORT": {PACK_SERIALS[0]: pack_text(1)}})
    report = {
        "emsErrCode": {"errCode": [2001], "moduleSn": PLUS},
        "pcsErrCode": {"errCode": [], "moduleSn": PLUS},
        "bpErrCode": [{"errCode": [77], "moduleSn": PACK_SERIALS[0]}],
    }
    states = quota(receiver, {"RE307_ERROR_CHANGE_REPORT": report})
    assert states["ErrorChangeReport_emsErrCode"] == (2001,)
    assert states["ErrorChangeReport_pcsErrCode"] == ()
    assert receiver.states(PACK_SERIALS[0])["ErrorChangeReport_bpErrCode"] == (77,)


# The wall box.


def test_wall_box(receiver: Receiver) -> None:
    report = {
        "evSn": BOX,
        "chargingStatus": "EV_CHG_STS_CHARGING",
        "evPwr": 3700.0,
        "evCurrSet": 160,
        "errorCode": base64.b64encode(bytes(8)).decode(),
    }
    quota(receiver, {"RE307_EVCHARGING_REPORT": report})
    states = receiver.states(BOX)
    assert states["EVChargingParamReport_chargingStatus"] == "charging"
    assert states["EVChargingParamReport_unknown31"] == 16.0
    assert states["EVChargingParamReport_errorCode"] == 0


def test_wall_boxes_by_serial(receiver: Receiver) -> None:
    report = {
        BOX: json.dumps({"evSn": BOX, "evPwr": 3700.0}),
        "AC31ZSIM00000002": {"evSn": "AC31ZSIM00000002", "evPwr": 1400.0},
    }
    quota(receiver, {"RE307_EVCHARGING_REPORT": report})
    assert receiver.states(BOX)["EVChargingParamReport_evPwr"] == 3700.0
    assert receiver.states("AC31ZSIM00000002")["EVChargingParamReport_evPwr"] == 1400.0


# JSON over MQTT.


@pytest.mark.parametrize("name", ["params", "param"])
def test_json_report(receiver: Receiver, name: str) -> None:
    body = {"cmdFunc": 96, "cmdId": 33, name: {"sysLoadPwr": 740.0, "bpSoc": 50, "bpPwr": -260}}
    assert receiver.system.mqtt(orjson.dumps(body))
    states = receiver.states()
    assert states[f"{STREAM}sysLoadPwr"] == 740.0
    assert states[f"{STREAM}batteryDischargePower"] == 260.0


def test_json_and_protobuf_share_the_states(receiver: Receiver) -> None:
    over_mqtt(receiver, 96, 17, bpSoc=50, pcsRunSta="RUNSTA_RUN")
    receiver.report(96, 17, "PlusStateReport", {"bpSoc": 51})
    assert receiver.states()[f"{CHANGE}bpSoc"] == 51.0
    assert receiver.states()[f"{CHANGE}pcsRunSta"] == "running"


def test_json_packs(receiver: Receiver) -> None:
    packs = [json.loads(pack_text(slot, bpSoc=40 + slot)) for slot in (2, 1)]
    assert over_mqtt(receiver, 96, 7, bpSta=packs)
    assert receiver.states(PACK_SERIALS[0])[f"{PACK}bpSoc"] == 41.0


def test_json_snapshot_over_mqtt(receiver: Receiver) -> None:
    """Some answer a JSON get with the whole snapshot."""
    assert receiver.system.mqtt(orjson.dumps({"code": "0", "data": detail(plant())}))
    assert f"{HEARTBEAT}pcsAcFreq" in receiver.states()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cmdFunc": 96},
        {"cmdFunc": 96, "cmdId": 33},
        {"cmdFunc": 96, "cmdId": 33, "params": None},
        {"cmdFunc": 96, "cmdId": 33, "params": []},
        {"cmdFunc": 96, "cmdId": 33, "params": {}},
        {"cmdFunc": "96", "cmdId": [], "params": {"sysLoadPwr": 1}},
        {"cmdFunc": 2**40, "cmdId": -1, "params": {"sysLoadPwr": 1}},
        {"cmdFunc": 53, "cmdId": 14, "params": {"a": 1}},
        {"data": None},
        {"data": {"quota": []}},
        {"data": {"quota": {}}},
        {"operateType": "latestQuotas", "params": {}},
        {"version": "1.0", "id": "7", "code": "0"},
    ],
)
def test_json_that_is_no_report(receiver: Receiver, body: Any) -> None:
    assert not receiver.system.mqtt(orjson.dumps(body))
    assert receiver.all_states() == {}


@pytest.mark.parametrize("name", ["params", "param"])
@pytest.mark.parametrize("report", [{}, {"something": 7}, {"updateTime": "2026-06-01 10:30:00"}])
def test_json_of_nothing_known_leaves_the_powers_alone(
    receiver: Receiver, name: str, report: dict[str, Any]
) -> None:
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0, "mpptPwr": 900.0, "bpSoc": 50})
    before = receiver.states()
    body = {"cmdFunc": 96, "cmdId": 33, name: report}
    assert not receiver.system.mqtt(orjson.dumps(body))
    assert receiver.states() == before


def test_json_writes_zeros_so_what_is_absent_is_unknown(receiver: Receiver) -> None:
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0, "mpptPwr": 900.0, "bpSoc": 50})
    over_mqtt(receiver, 96, 33, sysLoadPwr=300.0, sysGridPwr=0.0, bpSoc=50)
    told = receiver.states()
    assert told[f"{STREAM}sysGridPwr"] == 0.0
    assert told[f"{STREAM}mpptPwr"] is None
    assert told[f"{STREAM}bpPwr"] is None


def test_stream_beside_an_empty_report_of_a_parallel_system(receiver: Receiver) -> None:
    """As a public snapshot of a single system has it."""
    reports = {
        "JTS1_ENERGY_STREAM_REPORT": {"sysLoadPwr": 1730.0, "sysGridPwr": 0.0, "mpptPwr": 1770.0},
        "JTS1_PARALLEL_ENERGY_STREAM_REPORT": {},
    }
    assert quota(receiver, reports)[f"{STREAM}sysLoadPwr"] == 1730.0


@pytest.mark.parametrize(
    ("report", "route"),
    [
        ("RE307_EV_CHARGING_ENERGY_STREAM_REPORT", (209, 33)),
        ("RE307_EV_CHARGING_TIMER_TASK_REPORT", (209, 2)),
        ("JTS1_HP_UI_REPORT", (211, 1)),
        ("JTS1_HEATING_ROD_TIMER_TASK_REPORT", (212, 2)),
    ],
)
def test_reports_of_accessories_have_routes(report: str, route: tuple[int, int]) -> None:
    assert route_of(report) == route


def test_wall_box_power_is_that_of_its_stream(receiver: Receiver) -> None:
    """The other report is 5 h old in a public snapshot."""
    reports = {
        "RE307_EVCHARGING_REPORT": {"evSn": BOX, "evPwr": 7300.0, "chargingStatus": 3},
        "RE307_EV_CHARGING_ENERGY_STREAM_REPORT": {"evStreamShow": [{"evSn": BOX, "evPwr": 0.0}]},
        "RE307_EV_CHARGING_TIMER_TASK_REPORT": {
            "evSn": BOX,
            "timeTaskCfg": [{"isEnable": True, "isEffect": False}],
        },
    }
    for order in (reports, dict(reversed(reports.items()))):
        own = Receiver()
        quota(own, order)
        told = own.states(BOX)
        assert told["EVChargingParamReport_evPwr"] == 0.0
        assert told["EVChargingTimerTaskReport_enabledTasks"] == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [("True", True), ("False", False), ("TRUE", True), ("false", False), (True, True)],
)
def test_flag_is_spelled_in_many_ways(value: Any, expected: bool) -> None:
    receiver = Receiver("HC31ZSIM00000001")
    told = quota(receiver, {"JTS1_EMS_HEARTBEAT": {"autoDetectStartPowerEn": value}})
    assert told["EMSHeartbeatReport_autoDetectStartPowerEn"] is expected


def test_measured_power_of_a_plug(receiver: Receiver) -> None:
    """As in a public snapshot: the setting says 2500 W, 160 W flow."""
    plug = {"devAddr": 213, "devSn": "HW52ZSIM00000001", "subAddr": 1}
    box = {"devAddr": 209, "devSn": BOX, "subAddr": 1}
    part = {"householdPwr": 2500.0, "maxPwr": 2500.0, "switchStat": 1, "errorCode": ""}
    entries = [
        {"allocatedPower": 0.0, "realPowerLock": 160.0, "refPower": 0.0, "devInfo": plug},
        {"allocatedPower": 0.0, "realPowerLock": 4000.0, "refPower": 0.0, "devInfo": box},
    ]
    reports = {
        "RE307_EDEV_PARAM_REPORT": {
            "HW52ZSIM00000001": json.dumps({"devInfo": plug, "plugParam": part})
        },
        "RE307_EDEV_SYS_REPORT": {"socDev": 30, "devInfoVar": {"devSubInfoVar": entries}},
    }
    quota(receiver, reports)
    told = receiver.states("HW52ZSIM00000001")
    assert told["EDevEnergyStreamShow_pwr"] == 160.0
    assert told["EDevParamReport_plugParam_householdPwr"] == 2500.0
    assert receiver.states(BOX) == {}


@pytest.mark.parametrize(
    "broken",
    [{}, [], None, {"devSubInfoVar": 7}, {"devSubInfoVar": [7, {}, {"realPowerLock": "x"}]}],
)
def test_broken_report_of_energy_devices(receiver: Receiver, broken: Any) -> None:
    quota(receiver, {"RE307_EDEV_SYS_REPORT": {"devInfoVar": broken}})
    assert receiver.all_states() == {}


@pytest.mark.parametrize("text", [b"{", b'{"a":', b"{]", b"{\xff}", b'{"a":' + b"[" * 5000])
def test_broken_json(receiver: Receiver, text: bytes) -> None:
    assert not receiver.system.mqtt(text)


# Values never go back in time.


def test_snapshot_is_told_once(receiver: Receiver) -> None:
    house = plant()
    receiver.system.snapshot(detail(house))
    house.hold(load=99.0)
    receiver.system.snapshot(detail(house))  # with the same time: the same report
    assert receiver.states()[f"{STREAM}sysLoadPwr"] != 99.0
    receiver.system.snapshot(detail(house, later=30))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 99.0


def test_mqtt_is_newer_than_the_snapshot(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    house = plant()
    house.hold(load=99.0)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0, "bpSoc": 50})
    freezer.tick(40)
    receiver.system.snapshot(detail(house))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0
    assert f"{HEARTBEAT}pcsAcFreq" in receiver.states()  # which MQTT has not told


def test_json_over_mqtt_is_newer_than_the_snapshot(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    house = plant()
    house.hold(load=99.0)
    over_mqtt(receiver, 96, 33, sysLoadPwr=740.0, bpSoc=50)
    freezer.tick(40)
    receiver.system.snapshot(detail(house))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


def test_snapshot_takes_over_when_mqtt_is_silent(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    house = plant()
    house.hold(load=99.0)
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0, "bpSoc": 50})
    freezer.tick(SILENT + 1)
    receiver.system.snapshot(detail(house))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 99.0
    freezer.tick(60)
    house.hold(load=98.0)
    receiver.system.snapshot(detail(house, later=60))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 98.0


def test_old_report_in_a_new_snapshot_is_older_than_mqtt(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """A report's age is measured against the newest report of the same snapshot."""
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0, "bpSoc": 50})
    freezer.tick(SILENT + 1)
    data = detail(plant(), later=3600)
    data["quota"]["RE307_ENERGY_STREAM_REPORT"] |= {
        "updateTime": detail(plant())["quota"]["RE307_EMS_HEARTBEAT"]["updateTime"],
        "sysLoadPwr": 99.0,
    }
    receiver.system.snapshot(data)
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


@pytest.mark.parametrize("stamp", ["", "yesterday", None, 7, "2026-13-45 99:00:00"])
def test_report_without_a_time_is_believed(receiver: Receiver, stamp: Any) -> None:
    report = {"pcsAcFreq": 50.0, "updateTime": stamp}
    assert quota(receiver, {"RE307_EMS_HEARTBEAT": report}) == {f"{HEARTBEAT}pcsAcFreq": 50.0}


# Whether the system is there.


def test_snapshot_of_an_offline_system(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    receiver.system.snapshot(detail(plant(), online=False))
    assert receiver.system.offline
    assert receiver.states()["snapshot_online"] is False
    receiver.system.snapshot(detail(plant(), later=60))
    assert not receiver.system.offline


def test_mqtt_knows_better_than_the_snapshot(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    receiver.report(96, 33, "EnergyStream", {"sysLoadPwr": 740.0})
    freezer.tick(30)
    receiver.system.snapshot(detail(plant(), online=False))
    assert not receiver.system.offline
    freezer.tick(SILENT)
    receiver.system.snapshot(detail(plant(), online=False, later=SILENT))
    assert receiver.system.offline


def test_unchanged_snapshot_does_not_keep_a_system_alive(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    data = detail(plant())
    receiver.system.snapshot(data)
    assert receiver.system.available()
    for _ in range(12):
        freezer.tick(60)
        receiver.system.snapshot(data)
    assert not receiver.system.available()


# Whatever it may be, it never raises.

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["WORKMODE_TOU", "AAAA", "{", '{"evSn":"A"}', "1e999", "-1", "nan"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)

_NAMES = sorted(
    {name for report in detail(plant())["quota"].values() for name in report}
    | set(json.loads(pack_text(1)))
    | {"vol", "amp", "pwr", "mpptPv", "mpptTempVal", "errCode", "moduleSn", "bpSta", "evSn"}
)
REPORTS = st.dictionaries(
    st.sampled_from(sorted(detail(plant())["quota"])),
    st.dictionaries(
        st.sampled_from(_NAMES),
        JSON | st.dictionaries(st.sampled_from(_NAMES), JSON, max_size=4),
        max_size=6,
    )
    | JSON,
    max_size=4,
)


def plain(value: Any) -> Any:
    """Return a value as it would come off the wire."""
    return orjson.loads(orjson.dumps(value))


@settings(max_examples=150, deadline=None)
@given(REPORTS)
def test_arbitrary_reports_never_raise(reports: Any) -> None:
    receiver = Receiver()
    receiver.system.snapshot({"quota": plain(reports)})
    receiver.system.mqtt(orjson.dumps({"data": {"quota": reports}}))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["quota", "online", "sysLoadPwr", "bpSoc", "x"]), JSON))
def test_arbitrary_snapshots_never_raise(data: Any) -> None:
    receiver = Receiver()
    receiver.system.snapshot(plain(data))
    receiver.system.snapshot(plain(data))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([1, 3, 7, 8, 9, 11, 13, 16, 17, 33, 34, 39, 97]),
    st.dictionaries(st.sampled_from(_NAMES), JSON, max_size=6) | JSON,
    st.sampled_from(["params", "param", "data"]),
)
def test_arbitrary_json_over_mqtt_never_raises(cmd: int, params: Any, name: str) -> None:
    receiver = Receiver()
    receiver.system.mqtt(orjson.dumps({"cmdFunc": 96, "cmdId": cmd, name: params}))
    receiver.take(header(96, 33, message("EnergyStream", {"sysLoadPwr": 740.0})))
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 740.0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_arbitrary_text_over_mqtt_never_raises(data: bytes) -> None:
    Receiver().system.mqtt(b"{" + data)


def test_the_clouds_counters_are_guarded(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """They have no report of their own, but the same glitches."""
    total, today = "snapshot_totalElectricityGeneration", "snapshot_todayElectricityGeneration"

    def tell(lifetime: str, day: str) -> tuple[Any, Any]:
        freezer.tick(300)
        known = {"totalElectricityGeneration": lifetime, "todayElectricityGeneration": day}
        receiver.system.snapshot({"online": 1, "quota": {}, **known})
        states = receiver.states()
        return states[total], states[today]

    assert tell("3554.81", "12.10") == (3554.81, 12.1)
    assert tell("35554.92", "35554.92") == (3554.81, 12.1)
    assert tell("0", "0") == (3554.81, 12.1)
    assert tell("3554.83", "12.12") == (3554.83, 12.12)
