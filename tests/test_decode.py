"""What the reports tell: presence, signs, units, sentinels, and which part they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import math
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from google.protobuf.descriptor import FieldDescriptor
from homeassistant.const import Platform
from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.energy_storage_hub.hub.quantities import platform_of
from custom_components.energy_storage_hub.model.quantity import Quantity
from custom_components.energy_storage_hub.powerocean.messages import Message, message_class
from custom_components.energy_storage_hub.powerocean.models import Family
from custom_components.energy_storage_hub.powerocean.reports import REPORTS
from custom_components.energy_storage_hub.powerocean.tables import TABLE
from simulator.powerocean import frames
from simulator.powerocean.build import message, sparse, zeros

from . import wire
from .helpers import (
    CHANGE,
    HEARTBEAT,
    OCEAN,
    PACK,
    PLUS,
    SINGLE_PHASE,
    STREAM,
    Receiver,
    filled,
    header,
    payload,
    plant,
)

PACK_1, PACK_2, PACK_3 = "HJ3AZSIM00000001", "HJ3AZSIM00000002", "HJ3AZSIM00000003"
BOX, ROD = "AC31ZSIM00000001", "HF31ZSIM00000001"
FIT = "HC31ZSIM00000001"
PARAM = "JTS1_EMS_PARAM_CHANGE_REPORT_"

STRING_1, STRING_2, STRING_3 = (f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr{place}" for place in "012")


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def stream(receiver: Receiver, **values: float) -> dict[str, Any]:
    return receiver.report(96, 33, "EnergyStream", values)


def heartbeat(receiver: Receiver, **values: Any) -> dict[str, Any]:
    return receiver.report(96, 1, "Heartbeat", values)


def packs(receiver: Receiver, *parts: dict[str, Any]) -> None:
    entries = [message("Pack", part) for part in parts]
    receiver.report(96, 7, "PackReport", {"bpSta": entries})


def strings(*parts: dict[str, float]) -> list[Message]:
    """The heartbeat's PV strings."""
    return [message("MpptHeartbeat", {"mpptPv": [message("PvString", part) for part in parts]})]


# The energy stream: a snapshot.


def test_stream_absent_is_zero(receiver: Receiver) -> None:
    stream(receiver, sysLoadPwr=500.0, sysGridPwr=900.0, mpptPwr=2000.0, bpPwr=2400.0, bpSoc=60)
    states = stream(receiver, bpSoc=61)
    powers = ("sysLoadPwr", "sysGridPwr", "mpptPwr", "bpPwr", "gridImportPower", "gridExportPower")
    powers += ("batteryChargePower", "batteryDischargePower")
    assert {name: states[STREAM + name] for name in powers} == dict.fromkeys(powers, 0.0)
    assert states[f"{STREAM}bpSoc"] == 61.0


def test_stream_zero_is_told_at_once(receiver: Receiver) -> None:
    """At night and with a full battery the first report has no sun and no battery in it."""
    states = stream(receiver, sysLoadPwr=310.0, sysGridPwr=310.0, bpSoc=100)
    assert states[f"{STREAM}mpptPwr"] == 0.0
    assert states[f"{STREAM}bpPwr"] == 0.0


def test_stream_without_battery_tells_none(receiver: Receiver) -> None:
    states = stream(receiver, sysLoadPwr=310.0, sysGridPwr=310.0)
    assert not [key for key in states if "bp" in key or "battery" in key]


def test_stream_never_zeroes_the_charge(receiver: Receiver) -> None:
    stream(receiver, sysLoadPwr=310.0, bpSoc=44)
    assert stream(receiver, sysLoadPwr=310.0)[f"{STREAM}bpSoc"] == 44.0


def test_stream_battery_stops_when_both_are_absent(receiver: Receiver) -> None:
    """An empty battery has neither power nor charge: the last power must not stay."""
    stream(receiver, sysLoadPwr=700.0, bpPwr=-700.0, bpSoc=1)
    states = stream(receiver, sysLoadPwr=700.0, sysGridPwr=700.0)
    assert states[f"{STREAM}bpPwr"] == 0.0
    assert states[f"{STREAM}batteryDischargePower"] == 0.0


def test_stream_battery_power_without_charge_is_believed(receiver: Receiver) -> None:
    states = stream(receiver, sysLoadPwr=700.0, bpPwr=-700.0)
    assert states[f"{STREAM}bpPwr"] == 700.0


def test_stream_strings_only_once_seen(receiver: Receiver) -> None:
    states = stream(receiver, sysLoadPwr=500.0, mpptPwr=0.0, bpSoc=60)
    assert not states.keys() & {STRING_1, STRING_2, STRING_3}
    states = stream(receiver, sysLoadPwr=500.0, mpptPwr=900.0, pv1_pwr=900.0)
    assert states[STRING_1] == 900.0
    assert not states.keys() & {STRING_2, STRING_3}
    states = stream(receiver, sysLoadPwr=500.0, mpptPwr=300.0, pv2_pwr=300.0)
    assert (states[STRING_1], states[STRING_2]) == (0.0, 300.0)


def test_stream_of_older_firmware_leaves_the_strings_alone(receiver: Receiver) -> None:
    heartbeat(receiver, mpptHeartBeat=strings({"vol": 600.0, "pwr": 1200.0}, {"pwr": 800.0}))
    states = stream(receiver, sysLoadPwr=500.0, mpptPwr=2000.0, bpSoc=60)
    assert (states[STRING_1], states[STRING_2]) == (1200.0, 800.0)


def test_stream_without_sun_zeroes_the_strings(receiver: Receiver) -> None:
    heartbeat(receiver, mpptHeartBeat=strings({"pwr": 1200.0}, {"pwr": 800.0}))
    states = stream(receiver, sysLoadPwr=500.0, sysGridPwr=500.0, bpSoc=60)
    assert (states[STRING_1], states[STRING_2]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("field", "state"), [("pv_inv_pwr", "pvInvPwr"), ("other_pv_pwr", "otherPvPwr")]
)
def test_stream_other_sources_only_once_seen(receiver: Receiver, field: str, state: str) -> None:
    assert STREAM + state not in stream(receiver, sysLoadPwr=500.0, mpptPwr=200.0)
    assert stream(receiver, sysLoadPwr=500.0, **{field: 750.0})[STREAM + state] == 750.0
    assert stream(receiver, sysLoadPwr=500.0)[STREAM + state] == 0.0


def test_inverter_stream(receiver: Receiver) -> None:
    key = "EmsPVInvEnergyStreamReport_pvInvPwr"
    receiver.take(header(96, 39))
    assert key not in receiver.states()
    assert receiver.report(96, 39, "PvInverterStream", {"pv_inv_pwr": 640.0})[key] == 640.0
    receiver.take(header(96, 39))
    assert receiver.states()[key] == 0.0


# Phases, strings and loads within the heartbeat: snapshots too.


def test_empty_phase_is_not_wired(receiver: Receiver) -> None:
    """As single-phase systems send it: phases B and C are there, with no bytes."""
    phase = message("Phase", {"volt": 231.0, "amp": 5.9, "actPwr": 1360.0})
    empty = message("Phase", {})
    states = heartbeat(receiver, pcsAPhase=phase, pcsBPhase=empty, pcsCPhase=empty)
    assert states[f"{HEARTBEAT}pcsAPhase_actPwr"] == 1360.0
    assert not [key for key in states if "BPhase" in key or "CPhase" in key]


def test_wired_phase_without_a_leaf_is_zero(receiver: Receiver) -> None:
    states = heartbeat(receiver, pcsAPhase=message("Phase", {"volt": 231.0}))
    assert states[f"{HEARTBEAT}pcsAPhase_actPwr"] == 0.0
    assert states[f"{HEARTBEAT}pcsAPhase_apparentPwr"] == 0.0


def test_phase_that_becomes_empty_is_zero(receiver: Receiver) -> None:
    heartbeat(receiver, pcsBPhase=message("Phase", {"volt": 231.0, "actPwr": -900.0}))
    states = heartbeat(receiver, pcsBPhase=message("Phase", {}))
    assert states[f"{HEARTBEAT}pcsBPhase_actPwr"] == 0.0
    assert states[f"{HEARTBEAT}pcsBPhase_volt"] == 0.0
    assert not [key for key in states if "APhase" in key]


def test_absent_phase_is_unchanged(receiver: Receiver) -> None:
    heartbeat(receiver, pcsBPhase=message("Phase", {"volt": 231.0}))
    assert heartbeat(receiver, pcsAcFreq=50.0)[f"{HEARTBEAT}pcsBPhase_volt"] == 231.0


def test_dark_string_has_volts_only(receiver: Receiver) -> None:
    states = heartbeat(receiver, mpptHeartBeat=strings({"vol": 640.0, "pwr": 9.5}, {"vol": 13.0}))
    prefix = f"{HEARTBEAT}mpptHeartBeat_mpptPv"
    assert (states[f"{prefix}_vol1"], states[f"{prefix}_pwr1"]) == (13.0, 0.0)
    assert states[f"{prefix}_amp1"] == 0.0
    assert not [key for key in states if key.startswith(prefix) and key.endswith("2")]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_strings_from_the_heartbeat(receiver: Receiver, number: int) -> None:
    parts = [
        {"vol": 600.0 + place, "amp": 2.5 + place, "pwr": 1500.0 + place, "lightSta": 1}
        for place in range(number)
    ]
    states = heartbeat(receiver, mpptHeartBeat=strings(*parts))
    for place in range(3):
        names = [f"{HEARTBEAT}mpptHeartBeat_mpptPv_{name}{place}" for name in ("vol", "amp", "pwr")]
        told = [states.get(name) for name in names]
        expected = [600.0 + place, 2.5 + place, 1500.0 + place]
        assert told == (expected if place < number else [None] * 3)


def test_more_strings_than_known_are_ignored(receiver: Receiver) -> None:
    parts = [{"pwr": 100.0 + place} for place in range(9)]
    states = heartbeat(receiver, mpptHeartBeat=strings(*parts))
    assert (states[STRING_1], states[STRING_2], states[STRING_3]) == (100.0, 101.0, 102.0)


def test_strings_from_the_stream(receiver: Receiver) -> None:
    values = {"mpptPwr": 60.0, "pv1_pwr": 10.0, "pv2_pwr": 20.0, "pv3_pwr": 30.0}
    states = stream(receiver, **values)
    assert (states[STRING_1], states[STRING_2], states[STRING_3]) == (10.0, 20.0, 30.0)


def test_strings_follow_whichever_report_came_last(receiver: Receiver) -> None:
    heartbeat(receiver, mpptHeartBeat=strings({"pwr": 1000.0}))
    assert stream(receiver, mpptPwr=1200.0, pv1_pwr=1200.0)[STRING_1] == 1200.0
    assert heartbeat(receiver, mpptHeartBeat=strings({"pwr": 900.0}))[STRING_1] == 900.0


def test_first_load_has_two_names(receiver: Receiver) -> None:
    """The seed table knows one load, without a number."""
    loads = [message("Load", {"vol": 230.0 + place, "pwr": 99.0 + place}) for place in range(3)]
    states = heartbeat(receiver, pcsLoadInfo=loads)
    names = ["vol", "vol0", "vol1", "vol2"]
    told = [states[f"{HEARTBEAT}pcsLoadInfo_{name}"] for name in names]
    assert told == [230.0, 230.0, 231.0, 232.0]
    assert states[f"{HEARTBEAT}pcsLoadInfo_amp2"] == 0.0


def test_meters(receiver: Receiver) -> None:
    """Phases A, B, C and their total."""
    meter = {"meterType": 1, "meterAddr": 5, "meterData": [100.0, -20.0, 30.0, 110.0]}
    states = heartbeat(receiver, meterHeartBeat=[message("MeterHeartbeat", meter)])
    assert states[f"{HEARTBEAT}meterHeartBeat_meterData0"] == (100.0, -20.0, 30.0, 110.0)
    assert states[f"{HEARTBEAT}meterHeartBeat_meterAddr0"] == 5
    assert f"{HEARTBEAT}meterHeartBeat_meterData1" not in states


# Everything else: only what changed.

IDENTITY: dict[str, dict[str, Any]] = {
    "WallBox": {"ev_sn": BOX},
    "HeatingRod": {"hr_sn": ROD},
}

DELTAS = [
    (PLUS, 96, 1, "Heartbeat"),
    (PLUS, 96, 8, "PlusConfigReport"),
    (PLUS, 96, 13, "ParamChange"),
    (PLUS, 96, 16, "PlusGridCodeReport"),
    (PLUS, 96, 17, "PlusStateReport"),
    (OCEAN, 96, 8, "ChangeReport"),
    (SINGLE_PHASE, 96, 8, "ChangeReport"),
]


@pytest.mark.parametrize(("serial", "func", "cmd", "name"), DELTAS)
def test_absent_is_unchanged(serial: str, func: int, cmd: int, name: str) -> None:
    receiver = Receiver(serial)
    assert receiver.take(header(func, cmd, filled(name)))
    before = receiver.states()
    assert before
    receiver.take(header(func, cmd))
    assert receiver.states() == before


@pytest.mark.parametrize(("serial", "func", "cmd", "name"), DELTAS)
def test_single_fields_merge(serial: str, func: int, cmd: int, name: str) -> None:
    """Every field in a report of its own gives what all of them in one report give."""
    whole, parts = Receiver(serial), Receiver(serial)
    full = filled(name)
    whole.take(header(func, cmd, full))
    for field, value in full.ListFields():
        part = message_class(name)()
        if field.is_repeated:
            getattr(part, field.name).extend(value)
        elif field.message_type is not None:
            getattr(part, field.name).CopyFrom(value)
        else:
            setattr(part, field.name, value)
        parts.take(header(func, cmd, part))
    assert parts.states() == whole.states()


@pytest.mark.parametrize(
    ("serial", "func", "cmd", "name"),
    [*DELTAS, (PLUS, 209, 8, "WallBox"), (PLUS, 212, 8, "HeatingRod")],
)
def test_explicit_zero_is_told(serial: str, func: int, cmd: int, name: str) -> None:
    """In these reports a zero is on the wire, and means zero, no, or the first of the options."""
    own = IDENTITY.get(name, {})
    identity = Receiver(serial)
    identity.take(header(func, cmd, message(name, own)))
    wrong = []
    for field, zero in zeros(name).items():
        if field in own:
            continue
        receiver = Receiver(serial)
        receiver.take(header(func, cmd, message(name, {**own, field: zero})))
        told = set(receiver.all_states().items()) - set(identity.all_states().items())
        if not told or any(value and not isinstance(value, str) for _, value in told):
            wrong.append(field)
    assert not wrong


def test_wall_box_absent_is_unchanged(receiver: Receiver) -> None:
    box = {"ev_sn": BOX, "ev_pwr": 3700.0, "charging_status": 3}
    receiver.report(209, 8, "WallBox", box)
    receiver.report(209, 8, "WallBox", {"ev_sn": BOX, "ev_charging_energy": 449.0})
    states = receiver.states(BOX)
    assert states["EVChargingParamReport_evPwr"] == 3700.0
    assert states["EVChargingParamReport_chargingStatus"] == "charging"
    assert states["EVChargingParamReport_evChargingEnergy"] == 0.449


def test_part_without_serial_tells_nothing(receiver: Receiver) -> None:
    receiver.report(209, 8, "WallBox", {"ev_pwr": 3700.0})
    receiver.report(212, 8, "HeatingRod", {"temp": 50.0})
    receiver.report(96, 11, "EcologyReport", {"HP_report": message("HeatPump", {})})
    assert receiver.all_states() == {}
    assert set(receiver.devices) <= {PLUS}


def test_heating_rod_stream_absent_is_zero_once_seen(receiver: Receiver) -> None:
    def rods(**values: float) -> dict[str, Any]:
        entry = sparse("RodStream", {"hr_sn": ROD, **values})
        receiver.report(212, 33, "RodStreamReport", {"hr_energy_stream": [entry]})
        return receiver.states(ROD)

    prefix = "HeatingRodEnergyStreamShow_"
    states = rods(hr_pwr=5860.0, from_pv=4480.0, from_grid=1380.0, temp=48.5)
    assert states[f"{prefix}fromPv"] == 4480.0
    assert f"{prefix}fromBat" not in states
    states = rods()
    assert (states[f"{prefix}hrPwr"], states[f"{prefix}fromGrid"]) == (0.0, 0.0)
    assert states[f"{prefix}temp"] == 48.5  # not 0 degrees


def test_several_heating_rods(receiver: Receiver) -> None:
    entries = [
        message("RodStream", {"hr_sn": serial, "hr_pwr": power})
        for serial, power in ((ROD, 900.0), ("HF32ZSIM00000002", 300.0))
    ]
    receiver.report(212, 33, "RodStreamReport", {"hr_energy_stream": entries})
    key = "HeatingRodEnergyStreamShow_hrPwr"
    assert receiver.states(ROD)[key] == 900.0
    assert receiver.states("HF32ZSIM00000002")[key] == 300.0
    assert {device.kind for device in receiver.devices.values()} == {"heating_rod"}


# Packs.


def test_packs_are_told_apart_by_their_serials(receiver: Receiver) -> None:
    """The order is arbitrary and says nothing: a real Plus lists 4, 2, 1, 3, 5, 6."""
    serials = {slot: f"HJ3AZSIM0000000{slot}" for slot in (4, 2, 1, 3, 5, 6)}
    packs(
        receiver,
        *(
            {"bpSn": serial.encode(), "bpDsrc": slot, "bpSoc": 40 + slot, "bpPwr": 100.0 * slot}
            for slot, serial in serials.items()
        ),
    )
    for slot, serial in serials.items():
        assert receiver.states(serial)[f"{PACK}bpSoc"] == 40.0 + slot
        assert receiver.states(serial)[f"{PACK}bpPwr"] == -100.0 * slot
        device = receiver.devices[serial]
        assert (device.kind, device.number, device.parent) == ("pack", slot, PLUS)


def test_partial_pack_messages_leave_the_others_alone(receiver: Receiver) -> None:
    both = [{"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpSoc": 50, "bpCycles": 30}]
    both += [{"bpSn": PACK_2.encode(), "bpDsrc": 2, "bpSoc": 60, "bpCycles": 31}]
    packs(receiver, *both)
    packs(receiver, {"bpSn": PACK_2.encode(), "bpDsrc": 2, "bpSoc": 61})
    assert receiver.states(PACK_1) == {
        **receiver.states(PACK_1),
        f"{PACK}bpSoc": 50.0,
        f"{PACK}bpCycles": 30,
    }
    assert receiver.states(PACK_2)[f"{PACK}bpSoc"] == 61.0
    assert receiver.states(PACK_2)[f"{PACK}bpCycles"] == 31


def test_pack_without_serial_is_found_by_its_slot(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1}, {"bpSn": PACK_2.encode(), "bpDsrc": 2})
    packs(receiver, {"bpDsrc": 2, "bpSoc": 77}, {"bpDsrc": 1, "bpSoc": 33})
    assert receiver.states(PACK_1)[f"{PACK}bpSoc"] == 33.0
    assert receiver.states(PACK_2)[f"{PACK}bpSoc"] == 77.0


def test_pack_of_unknown_slot_is_nobody(receiver: Receiver) -> None:
    packs(receiver, {"bpDsrc": 2, "bpSoc": 77}, {"bpSoc": 12})
    assert receiver.all_states() == {}
    assert receiver.devices == {}


def test_pack_without_slot_is_not_mistaken_for_another(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpSoc": 50}, {"bpSn": PACK_2.encode(), "bpSoc": 60})
    packs(receiver, {"bpSoc": 12})
    assert receiver.states(PACK_1)[f"{PACK}bpSoc"] == 50.0
    assert receiver.states(PACK_2)[f"{PACK}bpSoc"] == 60.0


def test_pack_that_moves_keeps_its_states(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpSoc": 50})
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 3, "bpPwr": 5.0})
    assert receiver.states(PACK_1)[f"{PACK}bpSoc"] == 50.0
    assert receiver.devices[PACK_1].number == 3


def test_new_pack_in_a_slot_is_another_device(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpSoc": 50})
    packs(receiver, {"bpSn": PACK_3.encode(), "bpDsrc": 1, "bpSoc": 90})
    packs(receiver, {"bpDsrc": 1, "bpSoc": 91})
    assert receiver.states(PACK_1)[f"{PACK}bpSoc"] == 50.0
    assert receiver.states(PACK_3)[f"{PACK}bpSoc"] == 91.0


@pytest.mark.parametrize(
    "empty",
    [
        {"bpSn": b"", "bpDsrc": 4, "bpSoc": 0},
        {"bpSn": bytes(16), "bpDsrc": 4},
        {"bpSn": b"HJ3AZSIM00000009", "bpDsrc": 4, "bpDesignCap": 0},
        {},
    ],
    ids=["no serial", "zero bytes", "no capacity", "nothing"],
)
def test_empty_slot_is_no_pack(receiver: Receiver, empty: dict[str, Any]) -> None:
    packs(receiver, empty, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpDesignCap": 100000})
    assert set(receiver.devices) == {PACK_1}
    assert {serial for serial, _ in receiver.all_states()} == {PACK_1}


def test_idle_pack_is_kept(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpPwr": 0.0, "bpAmp": 0.0, "bpSoc": 0})
    assert receiver.states(PACK_1)[f"{PACK}bpPwr"] == 0.0
    assert receiver.states(PACK_1)[f"{PACK}bpSoc"] == 0.0


def test_pack_serial_is_padded(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode() + b"\0\0\0", "bpDsrc": 1, "bpSoc": 50})
    assert set(receiver.devices) == {PACK_1}


@pytest.mark.parametrize("garbage", [b"\x93\xfe\x01\x88\x90abc", b"HJ3A\nZSIM", b"\x01\x02\x03"])
def test_pack_with_garbage_for_a_serial_is_no_device(receiver: Receiver, garbage: bytes) -> None:
    packs(receiver, {"bpSn": garbage, "bpDsrc": 1, "bpSoc": 50})
    assert receiver.devices == {}


def test_pack_power_is_not_the_systems(receiver: Receiver) -> None:
    """A pack may charge while the system discharges."""
    stream(receiver, sysLoadPwr=470.0, bpPwr=-470.0, bpSoc=50)
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpPwr": 2113.0})
    assert receiver.states()[f"{STREAM}bpPwr"] == 470.0
    assert receiver.states(PACK_1)[f"{PACK}bpPwr"] == -2113.0


def test_cells_of_a_pack(receiver: Receiver) -> None:
    cells = [3404.0, 3417.0, 3410.0]
    pack = {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpCellVol": cells, "bpTemp": [21.0, 24.0, 22.0]}
    packs(receiver, pack)
    states = receiver.states(PACK_1)
    assert states[f"{PACK}bpCellVol"] == (3.404, 3.417, 3.41)
    assert states[f"{PACK}bpCellVol_spread"] == 13.0
    assert states[f"{PACK}bpTemp"] == (21.0, 24.0, 22.0)
    assert states[f"{PACK}bpTemp_max"] == 24.0


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 1e28])
def test_impossible_cell_spoils_the_array(receiver: Receiver, place: int, wrong: float) -> None:
    cells = [3404.0, 3417.0, 3410.0]
    temps = [21.0, 24.0, 22.0]
    cells[place] = temps[place] = wrong
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpCellVol": cells, "bpTemp": temps})
    states = receiver.states(PACK_1)
    assert states[f"{PACK}bpCellVol"] is None
    assert states[f"{PACK}bpCellVol_spread"] is None
    assert states[f"{PACK}bpTemp"] is None
    assert states[f"{PACK}bpTemp_max"] is None


# Faults.


def test_errors_come_and_go(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1})

    def errors(ems: list[int], pcs: list[int], pack: list[int]) -> list[object]:
        values = {
            "ems_err_code": message("ModuleErrors", {"module_sn": PLUS, "err_code": ems}),
            "pcs_err_code": message("ModuleErrors", {"module_sn": PLUS, "err_code": pcs}),
            "bp_err_code": [message("ModuleErrors", {"module_sn": PACK_1, "err_code": pack})],
        }
        states = receiver.report(96, 3, "ErrorChange", values)
        told = [states["ErrorChangeReport_emsErrCode"], states["ErrorChangeReport_pcsErrCode"]]
        return [*told, receiver.states(PACK_1)["ErrorChangeReport_bpErrCode"]]

    assert errors([2001, 0, 2002], [], [77]) == [(2001, 2002), (), (77,)]
    assert errors([], [9], []) == [(), (9,), ()]


def test_errors_of_unknown_packs_make_no_device(receiver: Receiver) -> None:
    errors = [message("ModuleErrors", {"module_sn": "HJ3AZSIM00000099", "err_code": [1]})]
    receiver.report(96, 3, "ErrorChange", {"bp_err_code": errors})
    assert receiver.all_states() == {}


def test_error_masks(receiver: Receiver) -> None:
    key = "JTS1_ERROR_CODE_MASK_REPORT_errorCode"
    assert receiver.report(96, 9, "ErrorCodeMask", {"errorCode": [0] * 32})[key] == ()
    assert receiver.report(96, 9, "ErrorCodeMask", {"errorCode": [0, 4, 0, 1]})[key] == (4, 1)


def test_long_error_code_fits_into_json(receiver: Receiver) -> None:
    """Codes come as bytes of any length; Home Assistant stores numbers up to 64 bit."""
    receiver.report(209, 8, "WallBox", {"ev_sn": BOX, "error_code": bytes(7) + b"\x05"})
    assert receiver.states(BOX)["EVChargingParamReport_errorCode"] == 5
    receiver.report(209, 8, "WallBox", {"ev_sn": BOX, "error_code": b"\x01" * 40})
    code = receiver.states(BOX)["EVChargingParamReport_errorCode"]
    assert code
    parts = code if isinstance(code, tuple) else (code,)
    assert all(isinstance(part, int) and 0 < part < 2**64 for part in parts)
    receiver.report(209, 8, "WallBox", {"ev_sn": BOX, "error_code": bytes(40)})
    assert not receiver.states(BOX)["EVChargingParamReport_errorCode"]


# Sentinels and impossible values.

CHANGED = "PlusStateReport"
SENTINELS: list[tuple[int, int, str, dict[str, Any], str, str]] = [
    (96, 1, "Heartbeat", {"bp_dsg_time": 600000}, PLUS, f"{HEARTBEAT}bpDsgTime"),
    (96, 1, "Heartbeat", {"bp_dsg_time": 144000}, PLUS, f"{HEARTBEAT}bpDsgTime"),
    (96, 1, "Heartbeat", {"emsSelfUsedCnt": 4294967295}, PLUS, f"{HEARTBEAT}emsSelfUsedCnt"),
    (96, 1, "Heartbeat", {"bp_dsg_time": 4294967295}, PLUS, f"{HEARTBEAT}bpDsgTime"),
    (96, 17, CHANGED, {"bpTotalChgEnergy": 0}, PLUS, f"{CHANGE}bpTotalChgEnergy"),
    (96, 17, CHANGED, {"bpTotalDsgEnergy": 0}, PLUS, f"{CHANGE}bpTotalDsgEnergy"),
    (96, 17, CHANGED, {"bpTotalChgEnergy": 4294967295}, PLUS, f"{CHANGE}bpTotalChgEnergy"),
    (96, 17, CHANGED, {"bpSoc": 4294967295}, PLUS, f"{CHANGE}bpSoc"),
    (96, 17, CHANGED, {"bpSoc": 999}, PLUS, f"{CHANGE}bpSoc"),
    (96, 17, CHANGED, {"end_timestamp": 0}, PLUS, f"{CHANGE}endTimestamp"),
    (96, 33, "EnergyStream", {"bpSoc": 999}, PLUS, f"{STREAM}bpSoc"),
    (96, 13, "ParamChange", {"dev_soc": 4294967295}, PLUS, "JTS1_EMS_PARAM_CHANGE_REPORT_devSoc"),
    *(
        (209, 8, "WallBox", {"ev_sn": BOX, **values}, BOX, f"EVChargingParamReport_{state}")
        for values, state in (
            ({"stop_charging_soc": 255}, "stopChargingSoc"),
            ({"default_vehicle_id": "-1"}, "defaultVehicleId"),
            ({"charge_vehicle_id": "-1"}, "chargeVehicleId"),
            ({"charge_vehicle_id": ""}, "chargeVehicleId"),
            ({"order_start_timestamp": 0}, "orderStartTimestamp"),
            ({"order_end_timestamp": 4294967295}, "orderEndTimestamp"),
            ({"ev_charging_energy": -3.0}, "evChargingEnergy"),
        )
    ),
]
PACK_SENTINELS: list[tuple[dict[str, Any], str]] = [
    ({"bpEcloundSoc": 65535}, "bpEcloundSoc"),
    ({"bpTimestamp": 0}, "bpTimestamp"),
    ({"bpTimestamp": 3600}, "bpTimestamp"),
    ({"bpSoc": 255}, "bpSoc"),
    ({"bpCycles": 4294967295}, "bpCycles"),
    ({"bpAccuChgEnergy": 4294967295}, "bpAccuChgEnergy"),
    ({"bpAccuDsgEnergy": 4294967291}, "bpAccuDsgEnergy"),
    ({"bpAccuChgCap": 4294967295}, "bpAccuChgCap"),
    ({"bpRemainWatth": -1.0}, "bpRemainWatth"),
    ({"bpFullCap": 4294967295}, "bpFullCap"),
    ({"moduleAplSwVer": 0}, "moduleAplSwVer"),
]


@pytest.mark.parametrize(("func", "cmd", "name", "values", "serial", "key"), SENTINELS)
def test_sentinel_is_unknown(
    receiver: Receiver,
    func: int,
    cmd: int,
    name: str,
    values: dict[str, Any],
    serial: str,
    key: str,
) -> None:
    receiver.report(func, cmd, name, values)
    assert receiver.states(serial)[key] is None


@pytest.mark.parametrize(("values", "state"), PACK_SENTINELS)
def test_sentinel_of_a_pack_is_unknown(
    receiver: Receiver, values: dict[str, Any], state: str
) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, **values})
    assert receiver.states(PACK_1)[PACK + state] is None


@pytest.mark.parametrize(
    ("func", "cmd", "name", "field", "key"),
    [
        (96, 1, "Heartbeat", "ems_work_mode", f"{HEARTBEAT}emsWorkMode"),
        (96, 8, "PlusConfigReport", "ems_work_mode", f"{CHANGE}emsWorkMode"),
        (96, 8, "PlusConfigReport", "emsFeedMode", f"{CHANGE}emsFeedMode"),
        (96, 17, CHANGED, "pcs_run_sta", f"{CHANGE}pcsRunSta"),
        (96, 17, CHANGED, "bp_chg_dsg_sta", f"{CHANGE}bpChgDsgSta"),
    ],
)
def test_unknown_enumeration_number_is_unknown(
    receiver: Receiver, func: int, cmd: int, name: str, field: str, key: str
) -> None:
    assert receiver.report(func, cmd, name, {field: 77})[key] is None
    assert receiver.report(func, cmd, name, {field: 1})[key] is not None


@pytest.mark.parametrize("state", ["bpRunSta", "bmsRunSta", "bmsChgDsgSta", "dabModSta"])
def test_unknown_enumeration_number_of_a_pack_is_unknown(receiver: Receiver, state: str) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, state: 77})
    assert receiver.states(PACK_1)[PACK + state] is None


def float_fields(name: str) -> Iterator[tuple[tuple[FieldDescriptor, ...], Message]]:
    """Yield the way to every single float of a message, through its parts."""
    stack = [((), message_class(name).DESCRIPTOR)]
    while stack:
        way, descriptor = stack.pop()
        for field in descriptor.fields:
            if field.message_type is not None:
                stack.append(((*way, field), field.message_type))
            elif field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT:
                yield (*way, field)  # type: ignore[misc]


def put(name: str, way: tuple[FieldDescriptor, ...], value: float) -> Message:
    """Return a message with nothing but this value at the end of the way."""
    built = message_class(name)()
    part: Any = built
    for field in way[:-1]:
        part = getattr(part, field.name)
        part = part.add() if field.is_repeated else part
    if way[-1].is_repeated:
        getattr(part, way[-1].name).append(value)
    else:
        setattr(part, way[-1].name, value)
    return built


FLOATS = [
    (PLUS, 96, 1, "Heartbeat"),
    (OCEAN, 96, 8, "ChangeReport"),
    (PLUS, 96, 8, "PlusConfigReport"),
    (PLUS, 96, 16, "PlusGridCodeReport"),
    (PLUS, 96, 17, "PlusStateReport"),
    (PLUS, 96, 13, "ParamChange"),
    (PLUS, 96, 33, "EnergyStream"),
    (PLUS, 96, 39, "PvInverterStream"),
    (PLUS, 209, 8, "WallBox"),
    (PLUS, 212, 8, "HeatingRod"),
]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 1e28, -1e28])
@pytest.mark.parametrize(("serial", "func", "cmd", "name"), FLOATS)
def test_impossible_number_is_unknown(
    serial: str, func: int, cmd: int, name: str, wrong: float
) -> None:
    """In every field: a wrong value is worse than none."""
    believed = []
    for way in float_fields(name):
        receiver = Receiver(serial)
        built = put(name, way, wrong)
        for field, value in IDENTITY.get(name, {}).items():
            setattr(built, field, value)
        assert receiver.take(header(func, cmd, built))
        told = receiver.all_states().values()
        believed += [way[-1].name for value in told if isinstance(value, float) and abs(value) > 0]
        if None not in told:
            believed.append(way[-1].name)
    assert not believed


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 1e28])
def test_impossible_number_of_a_pack_is_unknown(wrong: float) -> None:
    believed = []
    for way in float_fields("Pack"):
        receiver = Receiver()
        pack: Any = put("Pack", way, wrong)
        pack.bpSn = PACK_1.encode()
        receiver.take(header(96, 7, message("PackReport", {"bpSta": [pack]})))
        told = receiver.states(PACK_1)
        del told[f"{PACK}bpSn"]
        if set(told.values()) != {None}:
            believed.append(way[-1].name)
    assert not believed


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.floats(width=32)
            for name in ("sysLoadPwr", "sysGridPwr", "mpptPwr", "bpPwr", "pv1_pwr", "pv2_pwr")
        }
        | {"bpSoc": st.integers(0, 2**32 - 1)},
    )
)
def test_stream_states_are_possible_whatever_comes(values: dict[str, float]) -> None:
    receiver = Receiver()
    stream(receiver, sysLoadPwr=1.0, sysGridPwr=1.0, mpptPwr=1.0, bpPwr=1.0, bpSoc=1)
    states = stream(receiver, **values)
    for key, value in states.items():
        if value is None or key.startswith("energy_"):
            continue
        assert isinstance(value, float), key
        assert math.isfinite(value), key
        assert abs(value) <= (100.5 if key.endswith("Soc") else 1e6), key
        assert value >= 0 or key.endswith(("sysLoadPwr", "GridPwr", "mpptPwr", "bpPwr", "0", "1"))
    for key in ("gridImportPower", "gridExportPower"):
        value = states[STREAM + key]
        assert value is None or value >= 0


# Signs and units.


def _pack(**values: Any) -> dict[str, Any]:
    return {"bpSta": [message("Pack", {"bpSn": PACK_1.encode(), "bpDsrc": 1, **values})]}


def _beat(**values: Any) -> tuple[int, int, str, dict[str, Any], str]:
    return 96, 1, "Heartbeat", values, PLUS


def _stream(**values: Any) -> tuple[int, int, str, dict[str, Any], str]:
    return 96, 33, "EnergyStream", values, PLUS


def _packed(**values: Any) -> tuple[int, int, str, dict[str, Any], str]:
    return 96, 7, "PackReport", _pack(**values), PACK_1


def _state(**values: Any) -> tuple[int, int, str, dict[str, Any], str]:
    return 96, 17, "PlusStateReport", values, PLUS


def _box(**values: Any) -> tuple[int, int, str, dict[str, Any], str]:
    return 209, 8, "WallBox", {"ev_sn": BOX, **values}, BOX


MEANINGS = [
    # Grid: + is import, on the wire and for Home Assistant.
    (_stream(sysGridPwr=800.0), f"{STREAM}sysGridPwr", 800.0),
    (_stream(sysGridPwr=800.0), f"{STREAM}gridImportPower", 800.0),
    (_stream(sysGridPwr=800.0), f"{STREAM}gridExportPower", 0.0),
    (_stream(sysGridPwr=-800.0), f"{STREAM}sysGridPwr", -800.0),
    (_stream(sysGridPwr=-800.0), f"{STREAM}gridImportPower", 0.0),
    (_stream(sysGridPwr=-800.0), f"{STREAM}gridExportPower", 800.0),
    # Battery: the wire has + for charging, Home Assistant + for discharging.
    (_stream(bpPwr=2400.0, bpSoc=50), f"{STREAM}bpPwr", -2400.0),
    (_stream(bpPwr=2400.0, bpSoc=50), f"{STREAM}batteryChargePower", 2400.0),
    (_stream(bpPwr=2400.0, bpSoc=50), f"{STREAM}batteryDischargePower", 0.0),
    (_stream(bpPwr=-470.0, bpSoc=50), f"{STREAM}bpPwr", 470.0),
    (_stream(bpPwr=-470.0, bpSoc=50), f"{STREAM}batteryChargePower", 0.0),
    (_stream(bpPwr=-470.0, bpSoc=50), f"{STREAM}batteryDischargePower", 470.0),
    (_beat(emsBpPower=2400.0), f"{HEARTBEAT}emsBpPower", -2400.0),
    (_beat(pcs_bp_power=-470.0), f"{HEARTBEAT}pcsBpPower", 470.0),
    (_packed(bpPwr=866.0), f"{PACK}bpPwr", -866.0),
    (_packed(bpPwr=866.0), f"{PACK}chargePower", 866.0),
    (_packed(bpPwr=-866.0), f"{PACK}dischargePower", 866.0),
    (_packed(bpPwr=-866.0), f"{PACK}chargePower", 0.0),
    (_packed(bpAmp=16.5), f"{PACK}bpAmp", -16.5),
    # The two charging states number 1 and 2 the other way round.
    (_state(bp_chg_dsg_sta=0), f"{CHANGE}bpChgDsgSta", "standby"),
    (_state(bp_chg_dsg_sta=1), f"{CHANGE}bpChgDsgSta", "charging"),
    (_state(bp_chg_dsg_sta=2), f"{CHANGE}bpChgDsgSta", "discharging"),
    (_packed(bmsChgDsgSta=0), f"{PACK}bmsChgDsgSta", "standby"),
    (_packed(bmsChgDsgSta=1), f"{PACK}bmsChgDsgSta", "discharging"),
    (_packed(bmsChgDsgSta=2), f"{PACK}bmsChgDsgSta", "charging"),
    # No direction is promised for these: they differ between products.
    (_beat(pcs_act_pwr=-3725.0), f"{HEARTBEAT}pcsActPwr", -3725.0),
    (_beat(pcs_meter_power=-3727.0), f"{HEARTBEAT}pcsMeterPower", -3727.0),
    # Units that the seed table has wrong.
    (_packed(bpAccuChgEnergy=171237), f"{PACK}bpAccuChgEnergy", 171.237),
    (_packed(bpAccuDsgEnergy=165002), f"{PACK}bpAccuDsgEnergy", 165.002),
    (_packed(bpAccuChgCap=998119), f"{PACK}bpAccuChgCap", 998.119),
    (_packed(bpAccuDsgCap=998119), f"{PACK}bpAccuDsgCap", 998.119),
    (_packed(bpDesignCap=100000), f"{PACK}bpDesignCap", 100.0),
    (_packed(bpFullCap=98500), f"{PACK}bpFullCap", 98.5),
    (_packed(bpRemainWatth=2560.0), f"{PACK}bpRemainWatth", 2.56),
    (_packed(bpMaxCellVol=3417.0), f"{PACK}bpMaxCellVol", 3.417),
    (_packed(bpMinCellVol=3404.0), f"{PACK}bpMinCellVol", 3.404),
    (_packed(bp_aux_cell_vol_01=3390.0), f"{PACK}bpAuxCellVol01", 3.39),
    (_packed(moduleAplSwVer=0x0401_0E0F), f"{PACK}moduleAplSwVer", "4.1.14.15"),
    (_beat(bpRemainWatth=15360.0), f"{HEARTBEAT}bpRemainWatth", 15.36),
    (_beat(emsBpChg=7500.0), f"{HEARTBEAT}emsBpChg", 7500.0),
    (_beat(emsBpDsg=-9900.0), f"{HEARTBEAT}emsBpDsg", 9900.0),
    (_beat(pcs_bp_power_chg_limit=7500.0), f"{HEARTBEAT}pcsBpPowerChgLimit", 7500.0),
    (_beat(bp_dsg_time=93), f"{HEARTBEAT}bpDsgTime", 93.0),
    (_state(bpTotalChgEnergy=8230680), f"{CHANGE}bpTotalChgEnergy", 8230.68),
    (_state(bpTotalDsgEnergy=7900001), f"{CHANGE}bpTotalDsgEnergy", 7900.001),
    (_state(iot_4g_sta=-1), f"{CHANGE}iot_4gSta", -1),
    (_box(ev_charging_energy=449.0), "EVChargingParamReport_evChargingEnergy", 0.449),
    (_box(expect_charging_energy=12000.0), "EVChargingParamReport_expectChargingEnergy", 12.0),
    (_box(unknown31=60), "EVChargingParamReport_unknown31", 6.0),
    (_box(unknown31=160), "EVChargingParamReport_unknown31", 16.0),
    (_box(order_time=18984), "EVChargingParamReport_orderTime", 18984.0),
    (_box(charging_status=9), "EVChargingParamReport_chargingStatus", "fault"),
    (
        _box(order_start_timestamp=1739088780),
        "EVChargingParamReport_orderStartTimestamp",
        1739088780,
    ),
]


@pytest.mark.parametrize(
    ("report", "key", "expected"),
    MEANINGS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_sign_and_unit(
    receiver: Receiver,
    report: tuple[int, int, str, dict[str, Any], str],
    key: str,
    expected: float | str,
) -> None:
    func, cmd, name, values, serial = report
    receiver.report(func, cmd, name, values)
    assert receiver.states(serial)[key] == expected


def test_powers_balance() -> None:
    """Consumption = solar + grid + battery, in Home Assistant's signs."""
    for hours in range(0, 24, 3):
        house = plant()
        house.hold(
            load=300.0 + 90 * hours, strings=(200.0 * hours, 50.0, 0.0), battery=hours * 40.0
        )
        receiver = Receiver()
        report = frames.energy_stream(house)
        receiver.take(header(report.func, report.cmd, report.pdata))
        states: dict[str, Any] = receiver.states()
        told = sum(states[STREAM + name] for name in ("mpptPwr", "sysGridPwr", "bpPwr"))
        assert told == pytest.approx(states[f"{STREAM}sysLoadPwr"])


# Routes: the same field number means different things.


@pytest.mark.parametrize(
    ("serial", "func", "cmd", "number", "state"),
    [
        (PLUS, 96, 8, 300, "energyEfficientEnable"),
        (PLUS, 96, 8, 301, "sysZone"),
        (PLUS, 96, 8, 302, "sysTimeTab"),
        (PLUS, 96, 8, 350, "breakerCapacityMax"),
        (PLUS, 96, 8, 351, "breakerEnableState"),
        (PLUS, 96, 8, 352, "devSoc"),
        (PLUS, 96, 8, 500, "sysRcrEnable"),
        (PLUS, 96, 8, 504, "sysThreePhaseCtrlEnable"),
        (PLUS, 96, 17, 21, "pcsRunSta"),
        (PLUS, 96, 17, 22, "pcsAcErrCode"),
        (PLUS, 96, 17, 23, "pcsDcErrCode"),
        (PLUS, 96, 17, 300, "pcsRunSta"),
        (PLUS, 96, 17, 301, "pcsAcErrCode"),
        (PLUS, 96, 17, 302, "pcsDcErrCode"),
        (PLUS, 96, 17, 303, "mppt3FaultCode"),
        (PLUS, 96, 17, 304, "mppt3WarningCode"),
        (PLUS, 96, 17, 305, "lowerPowerStat"),
        (PLUS, 96, 17, 306, "emsAcmakeStat"),
        (PLUS, 96, 8, 306, None),
        (PLUS, 96, 16, 300, None),
        (OCEAN, 96, 8, 21, "pcsRunSta"),
        (OCEAN, 96, 8, 306, "emsAcmakeStat"),
        (OCEAN, 96, 8, 300, None),
        (OCEAN, 96, 16, 136, None),
        (OCEAN, 96, 17, 21, None),
        (SINGLE_PHASE, 96, 8, 22, "pcsAcErrCode"),
    ],
)
def test_number_depends_on_command(
    serial: str, func: int, cmd: int, number: int, state: str | None
) -> None:
    receiver = Receiver(serial)
    receiver.take(header(func, cmd, wire.field(number, 1)))
    told = receiver.states()
    assert set(told) == ({CHANGE + state} if state else set())
    if state:
        assert told[CHANGE + state] in {1, "running"}


def test_number_beyond_the_known_ones_is_ignored() -> None:
    """Floats and submessages under unknown numbers as well: newer firmware sends them."""
    pdata = wire.field(7, 55) + wire.field(752, 1) + wire.field(758, 1.5)
    pdata += b"\xb2\x1f\x02\x08\x01"  # 502, a submessage
    receiver = Receiver()
    receiver.take(header(96, 17, pdata))
    assert receiver.states() == {f"{CHANGE}bpSoc": 55.0}


def test_wrong_wire_type_is_ignored() -> None:
    """502 and others come as submessages where the tables have numbers."""
    receiver = Receiver()
    receiver.take(header(96, 8, b"\xa2\x1f\x02\x08\x01" + wire.field(352, 15)))
    assert receiver.states() == {f"{CHANGE}devSoc": 15.0}


def test_every_family_has_its_routes() -> None:
    common = {(96, 1), (96, 3), (96, 7), (96, 8), (96, 9), (96, 11), (96, 13), (96, 33), (96, 34)}
    common |= {(96, 39), (209, 8), (212, 8), (212, 33), (254, 32), (53, 113)}
    # Parallel systems and accessories: see test_products.
    common |= {(96, 12), (96, 50), (96, 51), (209, 2), (209, 33), (211, 1), (211, 33)}
    common |= {(212, 2), (212, 34), (212, 50), (240, 2), (240, 33), (241, 3), (241, 33), (241, 44)}
    assert set(REPORTS[Family.OCEAN]) == common
    assert set(REPORTS[Family.SINGLE_PHASE]) == common
    assert set(REPORTS[Family.PLUS]) == common | {(96, 16), (96, 17)}


# Reports that are no states.


def test_replayed_minutes_never_reach_live_states(receiver: Receiver) -> None:
    stream(receiver, sysLoadPwr=740.0, sysGridPwr=740.0, bpSoc=50)
    before, readings = receiver.all_states(), len(receiver.readings)
    minutes = [
        message("EnergyMinute", {"load_pwr": 3000.0, "bp_soc": 2, "timestamp": 1739088780 - 60 * n})
        for n in range(11)
    ]
    receiver.report(96, 34, "EnergyHistory", {"sys_energy_stream": minutes, "sys_seq": 6599})
    assert receiver.all_states() == before
    assert len(receiver.readings) == readings


def test_replayed_minutes_do_not_pile_up(receiver: Receiver) -> None:
    """Neither where they are used up at once, nor where nobody asks for them."""
    decoder = receiver.system.decoder
    for day in range(40):
        minutes = [
            message("EnergyMinute", {"load_pwr": 1.0, "timestamp": 86400 * day + 60 * n})
            for n in range(60)
        ]
        history = header(96, 34, message("EnergyHistory", {"sys_energy_stream": minutes}))
        receiver.take(history)
        assert not decoder.minutes
    for day in range(40):
        minutes = [message("EnergyMinute", {"timestamp": 86400 * day + 60 * n}) for n in range(60)]
        history = header(96, 34, message("EnergyHistory", {"sys_energy_stream": minutes}))
        assert not list(decoder.decode(payload(history)))
    assert len(decoder.minutes) == 500


def test_hourly_energies_are_kept_but_no_states(receiver: Receiver) -> None:
    hours = message("EnergyHours", {"timestamp": 1739059200, "watth_type": 64, "watth": [5, 384]})
    receiver.report(254, 32, "EnergyTotals", {"watth_seq": 77, "watth_item": hours})
    assert receiver.all_states() == {}
    assert receiver.system.decoder.hours == {(1739059200, 64): (5, 384)}


def test_hourly_energies_do_not_pile_up(receiver: Receiver) -> None:
    for day in range(200):
        hours = message("EnergyHours", {"timestamp": 86400 * day, "watth_type": 1, "watth": [1]})
        receiver.report(254, 32, "EnergyTotals", {"watth_item": hours})
    assert len(receiver.system.decoder.hours) <= 64
    assert max(receiver.system.decoder.hours)[0] == 86400 * 199


def modules(*versions: tuple[str, int]) -> dict[str, Any]:
    return {
        "modules": [
            message("Module", {"module_sn": serial, "app_ver": version})
            for serial, version in versions
        ]
    }


@pytest.mark.parametrize("first", ["pack", "modules"])
def test_firmware_goes_to_the_devices(receiver: Receiver, first: str) -> None:
    if first == "pack":
        packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1})
    both = modules((PLUS, 0x0401_0E0F), (PACK_1, 0x0102_0304), ("HJ3AZSIM00000099", 0x0101_0101))
    receiver.report(53, 113, "Modules", both)
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1})
    assert receiver.devices[PLUS].sw_version == "4.1.14.15"
    assert receiver.devices[PACK_1].sw_version == "1.2.3.4"
    assert "HJ3AZSIM00000099" not in receiver.devices
    assert receiver.states() == {}


def test_firmware_version_zero_is_none(receiver: Receiver) -> None:
    receiver.report(53, 113, "Modules", modules((PLUS, 0x0401_0E0F)))
    receiver.report(53, 113, "Modules", modules((PLUS, 0)))
    assert receiver.devices[PLUS].sw_version == "4.1.14.15"


def test_devices_are_announced_once(receiver: Receiver) -> None:
    house = plant(heating_rod=True)
    reports = [frames.packs(house), *frames.wall_box(house), *frames.heating_rod(house)]
    for report in reports * 3:
        receiver.take(header(report.func, report.cmd, report.pdata))
    assert len(receiver.announced) == len(receiver.devices) == 8


def test_heat_pump(receiver: Receiver) -> None:
    pump = message("HeatPump", {"dev_sn": "HP01ZSIM00000001", "online": 1, "error_code": b"\0\2"})
    receiver.report(96, 11, "EcologyReport", {"HP_report": pump})
    assert receiver.states("HP01ZSIM00000001") == {
        "EmsEcologyDevReport_online": True,
        "EmsEcologyDevReport_errorCode": 2,
    }
    assert receiver.devices["HP01ZSIM00000001"].kind == "heat_pump"


# Whether the system is there.


def test_offline_answer(receiver: Receiver) -> None:
    stream(receiver, sysLoadPwr=740.0)
    assert not receiver.system.offline
    assert not receiver.take(header(0, 0, src=32, code="-2"))
    assert receiver.system.offline
    stream(receiver, sysLoadPwr=741.0)
    assert not receiver.system.offline


def test_offline_answer_beside_a_report_is_forgotten(receiver: Receiver) -> None:
    report = header(96, 33, message("EnergyStream", {"sysLoadPwr": 740.0}))
    receiver.take(report, header(0, 0, src=32, code="-2"))
    receiver.take(header(96, 39))
    assert not receiver.system.offline


# Absent is not zero where nothing was said.


@pytest.mark.parametrize("pdata", [None, b"", b"\xa0\x26\x01\xa8\x26\x01"])
@pytest.mark.parametrize("serial", [PLUS, OCEAN, SINGLE_PHASE, FIT])
def test_stream_of_nothing_known_leaves_the_powers_alone(serial: str, pdata: bytes | None) -> None:
    """Without bytes, or with nothing but the unknown fields 612 and 613."""
    receiver = Receiver(serial)
    name = "FitEnergyStream" if serial == FIT else "EnergyStream"
    receiver.report(96, 33, name, {"bp_pwr" if serial == FIT else "bpPwr": -740.0})
    before = receiver.states()
    assert before
    assert not receiver.take(header(96, 33, pdata))
    assert receiver.states() == before


@pytest.mark.parametrize("pdata", [None, b"", b"\xa0\x26\x01"])
def test_first_stream_of_nothing_known_makes_no_states(
    receiver: Receiver, pdata: bytes | None
) -> None:
    assert not receiver.take(header(96, 33, pdata))
    assert receiver.all_states() == {}


def test_inverter_stream_of_nothing_known_is_no_zero(receiver: Receiver) -> None:
    """Without a byte it is one of 0 W; with bytes that nobody knows it is not."""
    key = "EmsPVInvEnergyStreamReport_pvInvPwr"
    receiver.report(96, 39, "PvInverterStream", {"pv_inv_pwr": 640.0})
    receiver.take(header(96, 39, b"\xa0\x26\x01"))
    assert receiver.states()[key] == 640.0


# A site without a battery.


def no_battery(receiver: Receiver) -> dict[str, Any]:
    """Report what such a site does: 2 is discharging."""
    receiver.report(96, 8, "ChangeReport", {"bp_online_sum": 0, "bp_chg_dsg_sta": 2, "bpSoc": 0})
    zeros = {"bpRemainWatth": 0.0, "bp_dsg_time": 600000, "emsBpPower": 0.0, "emsBpChg": 0.0}
    return heartbeat(receiver, emsBpAliveNum=0, **zeros)


def test_site_without_battery_has_no_battery_state() -> None:
    receiver = Receiver(OCEAN)
    assert no_battery(receiver) == {f"{CHANGE}bpOnlineSum": 0, f"{HEARTBEAT}emsBpAliveNum": 0}
    states = receiver.report(96, 8, "ChangeReport", {"bp_chg_dsg_sta": 2})
    assert f"{CHANGE}bpChgDsgSta" not in states
    states = stream(receiver, sysLoadPwr=310.0, sysGridPwr=310.0, bpPwr=0.0, bpSoc=0)
    assert not {key for key in states if key.startswith(STREAM) and "bp" in key.lower()}


def test_battery_that_is_gone_is_not_known() -> None:
    receiver = Receiver(OCEAN)
    receiver.report(96, 8, "ChangeReport", {"bp_online_sum": 2, "bp_chg_dsg_sta": 1})
    heartbeat(receiver, emsBpAliveNum=2, bpRemainWatth=4100.0)
    states = no_battery(receiver)
    assert states[f"{CHANGE}bpChgDsgSta"] is None
    assert states[f"{HEARTBEAT}bpRemainWatth"] is None


def test_battery_is_there_if_anything_counts_a_pack() -> None:
    """Packs asleep are not alive, but online."""
    receiver = Receiver(OCEAN)
    receiver.report(96, 8, "ChangeReport", {"bp_online_sum": 2, "bp_chg_dsg_sta": 0})
    states = heartbeat(receiver, emsBpAliveNum=0, bpRemainWatth=4100.0)
    assert states[f"{HEARTBEAT}bpRemainWatth"] == 4.1
    assert states[f"{CHANGE}bpChgDsgSta"] == "standby"


# Strings after a restart by night, on all ways.


def _by_protobuf(receiver: Receiver, vol: float) -> None:
    stream(receiver, sysLoadPwr=310.0, sysGridPwr=310.0, bpSoc=40)
    heartbeat(receiver, mpptHeartBeat=strings({"vol": vol} if vol else {}))


def _night(vol: float) -> dict[str, dict[str, Any]]:
    dark = {"vol": vol, "amp": 0.0, "pwr": 0.0, "lightSta": False}
    powers = {"sysLoadPwr": 310.0, "sysGridPwr": 310.0, "mpptPwr": 0.0, "pv1Pwr": 0.0, "bpPwr": 0.0}
    return {
        "RE307_ENERGY_STREAM_REPORT": {**powers, "bpSoc": 40},
        "RE307_EMS_HEARTBEAT": {"mpptHeartBeat": [{"mpptPv": [dark]}]},
    }


def _by_json(receiver: Receiver, vol: float) -> None:
    for cmd, report in zip((33, 1), _night(vol).values(), strict=True):
        receiver.system.mqtt(orjson.dumps({"cmdFunc": 96, "cmdId": cmd, "params": report}))


def _by_https(receiver: Receiver, vol: float) -> None:
    receiver.system.snapshot({"quota": _night(vol)})


@pytest.mark.parametrize("way", [_by_protobuf, _by_json, _by_https])
@pytest.mark.parametrize(("vol", "expected"), [(13.0, 0.0), (0.0, None)])
def test_strings_by_night(
    receiver: Receiver,
    way: Callable[[Receiver, float], None],
    vol: float,
    expected: float | None,
) -> None:
    """A dark string has 13 V and 0 W; of one without volts nothing is known after a restart."""
    way(receiver, vol)
    assert receiver.states().get(STRING_1) == expected
    assert receiver.states()[f"{STREAM}mpptPwr"] == 0.0


# Powers that cannot be.


@pytest.mark.parametrize("watts", [122_000.0, 900_000.0, -900_000.0])
@pytest.mark.parametrize(
    ("field", "states"),
    [
        ("mpptPwr", ["mpptPwr"]),
        ("bpPwr", ["bpPwr", "batteryChargePower", "batteryDischargePower"]),
        ("sysGridPwr", ["sysGridPwr", "gridImportPower", "gridExportPower"]),
        ("sysLoadPwr", ["sysLoadPwr"]),
    ],
)
def test_spike_on_a_10_kw_system_is_unknown(field: str, states: list[str], watts: float) -> None:
    receiver = Receiver(OCEAN)
    plain = {"sysLoadPwr": 500.0, "sysGridPwr": 100.0, "mpptPwr": 900.0, "bpPwr": 500.0}
    before = stream(receiver, **plain, bpSoc=40)
    told = stream(receiver, **{**plain, field: watts}, bpSoc=40)
    changed = {key.removeprefix(STREAM) for key in before if told[key] != before[key]}
    assert changed == set(states)
    assert {told[STREAM + state] for state in states} == {None}
    assert receiver.system.decoder.refused == 1


@pytest.mark.parametrize(
    ("serial", "field", "believed", "refused"),
    [
        # Twice the rating; the rating and 70 kW.
        (OCEAN, "mpptPwr", 20_000.0, 20_001.0),
        (OCEAN, "sysGridPwr", 80_000.0, 80_001.0),
        (SINGLE_PHASE, "bpPwr", 12_000.0, 12_001.0),
        (SINGLE_PHASE, "sysLoadPwr", 76_000.0, 76_001.0),
        (PLUS, "mpptPwr", 59_800.0, 59_801.0),
        (PLUS, "sysGridPwr", 99_900.0, 99_901.0),
    ],
)
def test_limits_follow_the_rating(serial: str, field: str, believed: float, refused: float) -> None:
    for watts, expected in ((believed, believed), (refused, None)):
        receiver = Receiver(serial)
        told = stream(receiver, **{field: watts}, bpSoc=40)[STREAM + field]
        assert told == (-expected if expected and field == "bpPwr" else expected)


def test_limits_grow_with_the_inverters() -> None:
    receiver = Receiver(SINGLE_PHASE)
    for count, expected in ((1, None), (2, 20_000.0)):
        entries = [
            message("ParallelStream", {"dev_sn": f"J329ZSIM0000000{place}", "mpptPwr": 10.0})
            for place in range(1, count + 1)
        ]
        entries.append(message("ParallelStream", {"sysLoadPwr": 500.0, "mpptPwr": 20_000.0}))
        receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": entries})
        assert receiver.states()[f"{STREAM}mpptPwr"] == expected


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"pcs_act_pwr": -20_500.0}, "pcsActPwr"),
        ({"pcs_act_pwr": -20_500.0}, "inverterOutput"),
        ({"emsBpPower": 21_000.0}, "emsBpPower"),
        ({"pcs_meter_power": 81_000.0}, "pcsMeterPower"),
        ({"pcsAPhase": message("Phase", {"actPwr": 122_000.0})}, "pcsAPhase_actPwr"),
        ({"mpptHeartBeat": strings({"pwr": 122_000.0})}, "mpptHeartBeat_mpptPv_pwr0"),
        (
            {"meterHeartBeat": [message("MeterHeartbeat", {"meterData": [1.0, 2.0, 3.0, 9e5]})]},
            "meterHeartBeat_meterData0",
        ),
    ],
)
def test_spike_in_the_heartbeat_is_unknown(values: dict[str, Any], state: str) -> None:
    assert heartbeat(Receiver(OCEAN), **values)[HEARTBEAT + state] is None


def test_spike_of_a_pack_is_unknown(receiver: Receiver) -> None:
    packs(receiver, {"bpSn": PACK_1.encode(), "bpDsrc": 1, "bpPwr": 122_000.0})
    told = receiver.states(PACK_1)
    assert [told[PACK + state] for state in ("bpPwr", "chargePower", "dischargePower")] == [
        None
    ] * 3


def test_spike_is_never_counted(freezer: FrozenDateTimeFactory) -> None:
    """36 kW for 40 s, with one sample of 900 kW among them, which is passed over."""
    receiver = Receiver(OCEAN)
    for watts in (36_000.0, 36_000.0, 900_000.0, 36_000.0, 36_000.0):
        stream(receiver, sysLoadPwr=500.0, sysGridPwr=watts, bpSoc=40)
        freezer.tick(10)
    assert receiver.states()["energy_gridImport"] == 0.4


def test_residual_that_stays_is_told(freezer: FrozenDateTimeFactory) -> None:
    """Home 1500 W of 900 W of sun and 100 W from the grid: 500 W of nowhere."""
    receiver = Receiver(OCEAN)
    balance = receiver.system.decoder.balance
    stream(receiver, sysLoadPwr=1000.0, sysGridPwr=100.0, mpptPwr=900.0, bpSoc=40)
    assert balance.describe() == {
        "reports": 1,
        "residual_w": 0.0,
        "largest_residual_w": 0.0,
        "too_large_for_seconds": 0,
    }
    for _ in range(3):
        stream(receiver, sysLoadPwr=1500.0, sysGridPwr=100.0, mpptPwr=900.0, bpSoc=40)
        freezer.tick(60)
    assert balance.describe() == {
        "reports": 4,
        "residual_w": 500.0,
        "largest_residual_w": 500.0,
        "too_large_for_seconds": 180,
    }
    stream(receiver, sysLoadPwr=1500.0, sysGridPwr=600.0, mpptPwr=900.0, bpSoc=40)
    assert balance.describe()["too_large_for_seconds"] == 0


def test_power_of_other_inverters_may_be_the_missing_one() -> None:
    receiver = Receiver(OCEAN)
    stream(receiver, sysLoadPwr=1500.0, mpptPwr=900.0, pv_inv_pwr=600.0, bpSoc=40)
    assert receiver.system.decoder.balance.residual == 0.0


# Values that had a wrong name, unit or sign.


def test_meter_of_a_single_phase_system_is_shown_as_import() -> None:
    """J327: AC output 1360 W, load 209 W, so 1151 W go out, and the wire says +1151."""
    receiver = Receiver(SINGLE_PHASE)
    meter = message("MeterHeartbeat", {"meterData": [1151.0, 0.0, 0.0, 1151.0]})
    states = heartbeat(receiver, pcs_act_pwr=1360.0, pcs_meter_power=1151.0, meterHeartBeat=[meter])
    assert states[f"{HEARTBEAT}pcsMeterPower"] == -1151.0
    assert states[f"{HEARTBEAT}meterHeartBeat_meterData0"] == (-1151.0, 0.0, 0.0, -1151.0)
    assert states[f"{HEARTBEAT}inverterOutput"] == 1360.0


def test_safety_records_have_no_sign(receiver: Receiver) -> None:
    """Bits: the highest is no minus."""
    pdata = wire.field(38, 1 << 31) + wire.field(39, (1 << 31) + 1) + wire.field(40, 3_230_715_997)
    receiver.take(header(96, 1, pdata))
    told = receiver.states()
    names = ("pcsRelayStateShow", "pcsGridSafetyFuncRecord", "pcsGridSafetyStateRecord")
    assert [told[HEARTBEAT + name] for name in names] == [2**31, 2**31 + 1, 3_230_715_997]


def test_bus_voltage_references(receiver: Receiver) -> None:
    receiver.take(header(96, 1, wire.field(200, 860.0) + wire.field(201, 800.0)))
    told = receiver.states()
    assert told[f"{HEARTBEAT}emsMpptBusvoltRef"] == 860.0
    assert told[f"{HEARTBEAT}emsBpBusvoltRef"] == 800.0


def test_injected_direct_current_is_not_rounded_away(receiver: Receiver) -> None:
    told = heartbeat(receiver, pcsDci=0.0077, pcs_dcv=0.0123, pcsVgridThd=1.1824)
    assert told[f"{HEARTBEAT}pcsDci"] == 0.0077
    assert told[f"{HEARTBEAT}pcsDcv"] == 0.0123
    assert told[f"{HEARTBEAT}pcsVgridThd"] == 1.1824
    shown = (TABLE.rows[f"{HEARTBEAT}{name}"] for name in ("pcsDci", "pcsDcv", "pcsVgridThd"))
    assert {row.digits for row in shown} == {4}


@pytest.mark.parametrize(
    ("key", "quantity"),
    [
        (f"{PACK}bpChgSop", Quantity.CURRENT),
        (f"{PACK}bpDsgSop", Quantity.CURRENT),
        (f"{HEARTBEAT}pcsAverageVoltage", Quantity.MEASURE),
        (f"{CHANGE}pcsOverFreqDeratingTransitionPoint", Quantity.FREQUENCY),
        (f"{CHANGE}pcsUnderFreqIncrementTransitionPoint", Quantity.FREQUENCY),
    ],
)
def test_unit(key: str, quantity: Quantity) -> None:
    assert TABLE.rows[key].quantity is quantity
    assert TABLE.rows[key].deviates


def test_backup_reserve_is_what_the_app_calls_so() -> None:
    assert TABLE.rows[f"{CHANGE}sysBatDsgDownLimit"].name == "Backup reserve"
    names = {TABLE.rows[f"{report}devSoc"].name for report in (CHANGE, PARAM)}
    assert not any("reserve" in name.lower() for name in names)


def test_planner() -> None:
    """307 of 96/8: three packs of 5120 Wh, 7500 W in, 9900 W out, an inverter of 25 kW."""
    planner = wire.fields({1: 7500.0, 2: 9900.0, 5: 15360.0, 9: 25000.0, 10: 25000.0})
    receiver = Receiver(OCEAN)
    receiver.take(header(96, 8, wire.field(307, planner)))
    assert receiver.states() == {
        f"{CHANGE}poAiSchedule_bpChgPwrMax": 7500.0,
        f"{CHANGE}poAiSchedule_bpDsgPwrMax": 9900.0,
        f"{CHANGE}poAiSchedule_bpFullCap": 15.36,
        f"{CHANGE}poAiSchedule_pcsMaxInPwr": 25000.0,
        f"{CHANGE}poAiSchedule_pcsMaxOutPwr": 25000.0,
    }


def test_ieee_2030_5() -> None:
    receiver = Receiver(SINGLE_PHASE)
    receiver.take(header(96, 8, b"\xa0\x26\x01\xa8\x26\x01"))
    assert receiver.states() == {f"{CHANGE}ieee2030_5_612": 1, f"{CHANGE}ieee2030_5_613": 1}


@pytest.mark.parametrize(
    ("code", "told"), [(0, "no_error"), (7, "no_modem"), (1, "no_card"), (5, None)]
)
def test_no_modem_is_no_problem(receiver: Receiver, code: int, told: str | None) -> None:
    assert receiver.report(96, 17, CHANGED, {"iot_4g_err": code})[f"{CHANGE}iot_4gErr"] == told
    assert platform_of(TABLE.rows[f"{CHANGE}iot_4gErr"].quantity) is Platform.SENSOR


def test_fourth_string(receiver: Receiver) -> None:
    parts = [{"vol": 600.0, "pwr": 100.0 + place} for place in range(4)]
    states = heartbeat(receiver, mpptHeartBeat=strings(*parts))
    assert states[f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr3"] == 103.0


def test_wall_boxes_that_are_gone_leave_the_list(receiver: Receiver) -> None:
    listed = message("SerialList", {"ev_sn": [BOX]})
    states = receiver.report(96, 17, CHANGED, {"ev_bind_list": listed})
    assert states[f"{CHANGE}evBindList"] == (BOX,)
    states = receiver.report(96, 17, CHANGED, {"ev_bind_list": message("SerialList", {})})
    assert states[f"{CHANGE}evBindList"] == ()


def test_absent_list_of_wall_boxes_is_unchanged(receiver: Receiver) -> None:
    receiver.report(96, 17, CHANGED, {"ev_bind_list": message("SerialList", {"ev_sn": [BOX]})})
    assert receiver.report(96, 17, CHANGED, {"bpSoc": 5})[f"{CHANGE}evBindList"] == (BOX,)


def test_hours_of_the_future_are_ignored(receiver: Receiver) -> None:
    today = int(time.time()) // 86400 * 86400
    for day in (today, today + 86400, today + 3 * 86400, 4_000_000_000):
        hours = message("EnergyHours", {"timestamp": day, "watth_type": 1, "watth": [5]})
        receiver.report(254, 32, "EnergyTotals", {"watth_item": hours})
    assert {day for day, _ in receiver.system.decoder.hours} == {today, today + 86400}
