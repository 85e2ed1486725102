"""Each product as it is installed: the same states both ways, signs, sums, its parts.

Parallel systems and accessories with their own reports are proved here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.powerocean.diagnostics import describe_system
from custom_components.energy_storage_hub.powerocean.messages import Message, message_class
from custom_components.energy_storage_hub.powerocean.models import Family
from custom_components.energy_storage_hub.powerocean.reports import REPORTS
from custom_components.energy_storage_hub.powerocean.tables import TABLE
from simulator.powerocean import frames, parallel, snapshot
from simulator.powerocean.build import Values, message
from simulator.powerocean.clock import ManualClock
from simulator.powerocean.model import Model
from simulator.powerocean.parallel import ParallelPlant
from simulator.powerocean.plant import (
    HEAT_PUMP_SERIAL,
    PACK_SERIALS,
    PLUG_SERIAL,
    ROD_SERIAL,
    WALL_BOX_SERIAL,
    Plant,
)
from simulator.powerocean.scenarios import PRODUCTS, Scenario, make_plant

from . import wire
from .helpers import NOON, PLUS, Receiver, filled, header

# When the snapshots say that it is.
pytestmark = pytest.mark.freeze_time(NOON)

MASTER, SECOND, THIRD = parallel.SERIALS
FIT_STREAM, STREAM = "EnergyStreamItem_", "JTS1_ENERGY_STREAM_REPORT_"
HEARTBEAT, UNIT = "JTS1_EMS_HEARTBEAT_", "ParallelEnergyStream_"

# What each product calls its flows, all of them zero or more.
FLOWS = {
    "solar": "mpptPwr",
    "home": "sysLoadPwr",
    "import": "gridImportPower",
    "export": "gridExportPower",
    "charge": "batteryChargePower",
    "discharge": "batteryDischargePower",
}


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(PLUS)


def house(model: Model, scenario: Scenario = Scenario.DAY, **options: Any) -> Plant:
    """Return a product's plant that stands still at noon, or when the scenario wants it."""
    return make_plant(model, scenario, now=ManualClock(NOON), **options)


def heard(plant: Plant, model: Model) -> Receiver:
    """Return what has heard all that the system pushes."""
    receiver = Receiver(plant.serial)
    receiver.system.mqtt(pushed(plant, model))
    return receiver


def pushed(plant: Plant, model: Model) -> bytes:
    return frames.payload(
        frames.bundle(plant, model), frames.sequence(), serial=plant.serial, model=model
    )


def polled(plant: Plant, model: Model) -> Receiver:
    """Return what has read the snapshot."""
    receiver = Receiver(plant.serial)
    receiver.system.snapshot(snapshot.detail(plant, model, NOON))
    return receiver


def flows(receiver: Receiver, model: Model) -> dict[str, float]:
    """Return the flows that were told."""
    told = receiver.states()
    names = dict(FLOWS)
    before = STREAM
    if model is Model.FIT:
        before, names["solar"], names["home"] = FIT_STREAM, "pvPwr", "loadPwr"
    found = {name: told.get(before + state) for name, state in names.items()}
    return {name: power for name, power in found.items() if isinstance(power, float)}


MODELS = pytest.mark.parametrize("model", list(Model))
SCENES = pytest.mark.parametrize("scenario", list(Scenario))

# Only one of the ways has them: totals of the cloud, the wall box's settings, backup outputs, and
# what a report of its own tells.
ONE_WAY = ("snapshot_", "energy_", "EVChargingParamReport_unknown3", "EnergyTotalReport_")
ONE_WAY += (f"{HEARTBEAT}pcsLoadInfo_", "EVChargingParamReport_switchBits")


@MODELS
@SCENES
def test_both_ways_give_the_same_states(model: Model, scenario: Scenario) -> None:
    """The same day through MQTT and through the snapshot."""
    plant = house(model, scenario, heating_rod=True, smart_plug=model is not Model.FIT)
    left, right = heard(plant, model).all_states(), polled(plant, model).all_states()
    left = {key: value for key, value in left.items() if not key[1].startswith(ONE_WAY)}
    right = {key: value for key, value in right.items() if not key[1].startswith(ONE_WAY)}
    assert {key: right.get(key) for key in left} == left
    assert right.keys() - left.keys() == set()
    assert len(left) > 120


@MODELS
@SCENES
def test_flows_add_up(model: Model, scenario: Scenario) -> None:
    """What comes from sun, battery and grid goes to home, battery and grid."""
    plant = house(model, scenario)
    for receiver in (heard(plant, model), polled(plant, model)):
        told = {"charge": 0.0, "discharge": 0.0, **flows(receiver, model)}
        assert told.keys() == FLOWS.keys()
        assert all(power >= 0 for power in told.values())
        sources = told["solar"] + told["discharge"] + told["import"]
        assert sources == pytest.approx(told["home"] + told["charge"] + told["export"], abs=0.3)
        assert told["home"] == pytest.approx(plant.flow.load, abs=0.05)


@MODELS
def test_signs_by_night(model: Model) -> None:
    plant = house(model, Scenario.NIGHT)
    receiver = heard(plant, model)
    told = flows(receiver, model)
    assert told["solar"] == 0.0
    assert told["discharge"] > 100
    assert told["charge"] == told["export"] == 0.0
    before = FIT_STREAM if model is Model.FIT else STREAM
    # Home Assistant: + = discharge.
    assert receiver.states()[f"{before}bpPwr"] == pytest.approx(told["discharge"])


@MODELS
def test_signs_by_day(model: Model) -> None:
    plant = house(model)
    plant.hold(load=800.0, strings=(3000.0, 2000.0, 0.0), battery=2500.0)
    told = flows(heard(plant, model), model)
    assert told == {
        "solar": 5000.0,
        "home": 800.0,
        "import": 0.0,
        "export": 1700.0,
        "charge": 2500.0,
        "discharge": 0.0,
    }


@MODELS
def test_full_battery(model: Model) -> None:
    plant = house(model, Scenario.FULL)
    receiver = heard(plant, model)
    assert flows(receiver, model)["charge"] == 0.0
    before = FIT_STREAM if model is Model.FIT else STREAM
    assert receiver.states()[f"{before}bpSoc"] == 100.0


@MODELS
def test_pack_offline(model: Model) -> None:
    plant = house(model, Scenario.PACK_OFFLINE)
    found = {serial for serial in heard(plant, model).devices if serial.startswith("HJ3A")}
    assert found == set(PRODUCTS[model].packs[:-1])


@MODELS
def test_site_without_battery(model: Model) -> None:
    """No battery makes no states: 0 W and 0 % would be said of something that is not there."""
    plant = house(model, Scenario.NO_BATTERY)
    for receiver in (heard(plant, model), polled(plant, model)):
        before = FIT_STREAM if model is Model.FIT else STREAM
        assert not {
            key
            for key in receiver.states()
            if key in (f"{before}bpSoc", f"{before}bpPwr", f"{UNIT}bpSoc", f"{UNIT}bpPwr")
        }
        assert not [serial for serial in receiver.devices if serial.startswith("HJ3A")]


@pytest.mark.parametrize("model", [Model.PLUS, Model.OCEAN, Model.SINGLE])
def test_dead_string(model: Model) -> None:
    """The second string has never delivered: its power is no state of 0 W but in the report."""
    receiver = heard(house(model, Scenario.DEAD_STRING), model)
    told = receiver.states()
    assert told[f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr1"] == 0.0
    assert told[f"{HEARTBEAT}mpptHeartBeat_mpptPv_vol1"] == 13.0
    power = told[f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr0"]
    assert isinstance(power, float)
    assert power == flows(receiver, model)["solar"] - (
        told.get(f"{HEARTBEAT}mpptHeartBeat_mpptPv_pwr2") or 0.0  # type: ignore[operator]
    )


# Phases and directions.


@pytest.mark.parametrize("way", [heard, polled])
def test_phases_that_are_not_wired(way: Any) -> None:
    told = way(house(Model.SINGLE), Model.SINGLE).states()
    phases = {phase: f"{HEARTBEAT}pcs{phase}Phase_volt" in told for phase in "ABC"}
    assert phases == {"A": True, "B": False, "C": False}
    three = way(house(Model.OCEAN), Model.OCEAN).states()
    assert all(f"{HEARTBEAT}pcs{phase}Phase_volt" in three for phase in "ABC")


def test_phase_that_is_lost_is_zero(receiver: Receiver) -> None:
    phase = message("Phase", {"volt": 231.0, "actPwr": -700.0})
    receiver.report(96, 1, "Heartbeat", {"pcsBPhase": phase})
    receiver.report(96, 1, "Heartbeat", {"pcsBPhase": message("Phase", {"volt": 0.0})})
    told = receiver.states()
    assert told[f"{HEARTBEAT}pcsBPhase_volt"] == 0.0
    assert told[f"{HEARTBEAT}pcsBPhase_actPwr"] == 0.0


@pytest.mark.parametrize("model", [Model.PLUS, Model.OCEAN, Model.SINGLE])
@pytest.mark.parametrize(("battery", "delivered"), [(1000.0, 2000.0), (4000.0, -1000.0)])
def test_direction_of_the_inverter(model: Model, battery: float, delivered: float) -> None:
    """On the wire + or - by product; here + = delivering."""
    plant = house(model)
    plant.hold(load=500.0, strings=(2000.0, 1000.0, 0.0), battery=battery)
    for receiver in (heard(plant, model), polled(plant, model)):
        told = receiver.states()
        assert told[f"{HEARTBEAT}inverterOutput"] == delivered
        sent = delivered if model is Model.SINGLE else -delivered
        assert told[f"{HEARTBEAT}pcsActPwr"] == sent


def test_inverter_as_measured() -> None:
    """-2121 W with 3490 W of sun on an HJ31, +1360 W with 1429 W of sun on a J327."""
    for serial, sent in (("HJ31ZSIM00000001", -2121.0), ("J327ZSIM00000001", 1360.0)):
        receiver = Receiver(serial)
        told = receiver.report(96, 1, "Heartbeat", {"pcs_act_pwr": sent})
        assert told[f"{HEARTBEAT}inverterOutput"] == abs(sent)


# Parallel systems.


def pair() -> ParallelPlant:
    plant = house(Model.PARALLEL, smart_plug=True)
    assert isinstance(plant, ParallelPlant)
    plant.hold(load=2000.0, strings=(3000.0, 2000.0, 700.0), battery=2400.0)
    return plant


@pytest.mark.parametrize("way", [heard, polled])
def test_whole_and_each_inverter(way: Any) -> None:
    plant = pair()
    receiver = way(plant, Model.PARALLEL)
    assert flows(receiver, Model.PARALLEL) == {
        "solar": 5700.0,
        "home": 2000.0,
        "import": 0.0,
        "export": 1300.0,
        "charge": 2400.0,
        "discharge": 0.0,
    }
    for inverter in plant.look():
        told = receiver.states(inverter.serial)
        assert told[f"{UNIT}mpptPwr"] == inverter.flow.pv
        assert told[f"{UNIT}bpPwr"] == pytest.approx(-inverter.flow.battery, abs=0.05)
        assert told[f"{UNIT}sysGridPwr"] == pytest.approx(inverter.flow.grid, abs=0.05)
        assert told[f"{HEARTBEAT}emsBpAliveNum"] == 2
        assert told[f"{HEARTBEAT}emsBpPower"] == pytest.approx(-inverter.flow.battery, abs=0.05)
        assert told["JTS1_EMS_CHANGE_REPORT_pcsRunSta"] == "running"


@pytest.mark.parametrize("way", [heard, polled])
def test_devices_of_a_parallel_system(way: Any) -> None:
    """Inverters hang on the system, packs on their inverter, by serial number each."""
    receiver = way(pair(), Model.PARALLEL)
    devices = receiver.devices
    kinds = {serial: device.kind for serial, device in devices.items() if serial != MASTER}
    assert kinds == {
        SECOND: "unit",
        THIRD: "unit",
        **dict.fromkeys(PACK_SERIALS, "pack"),
        WALL_BOX_SERIAL: "wall_box",
        PLUG_SERIAL: "smart_plug",
    }
    parents = {serial: devices[serial].parent for serial in kinds}
    assert parents == {
        SECOND: MASTER,
        THIRD: MASTER,
        **dict.fromkeys(PACK_SERIALS[:2], MASTER),
        **dict.fromkeys(PACK_SERIALS[2:4], SECOND),
        **dict.fromkeys(PACK_SERIALS[4:], THIRD),
        WALL_BOX_SERIAL: MASTER,
        PLUG_SERIAL: MASTER,
    }
    # Slots are counted by each inverter.
    assert [devices[serial].number for serial in PACK_SERIALS] == [1, 2, 1, 2, 1, 2]
    assert devices[SECOND].model == "PowerOcean single-phase"
    assert SECOND[-4:] in devices[SECOND].name


def test_reports_of_one_inverter_are_not_the_masters() -> None:
    receiver = heard(pair(), Model.PARALLEL)
    beat = message("Heartbeat", {"bpRemainWatth": 1234.0})
    before = receiver.states(MASTER)
    receiver.take(header(96, 1, beat, module_sn=SECOND))
    assert receiver.states(MASTER) == before
    assert receiver.states(SECOND)[f"{HEARTBEAT}bpRemainWatth"] == 1.234
    receiver.take(header(96, 1, beat, module_sn="HJ33ZSIM00000009"))  # a module of the master
    assert receiver.states(MASTER)[f"{HEARTBEAT}bpRemainWatth"] == 1.234


def test_pack_without_serial_number_is_of_its_inverters_slot() -> None:
    receiver = heard(pair(), Model.PARALLEL)
    pack = message("Pack", {"bpDsrc": 1, "bpSoc": 12})
    receiver.take(header(96, 7, message("PackReport", {"bpSta": [pack]}), module_sn=SECOND))
    assert receiver.states(PACK_SERIALS[2])["statusReportBattery_bpSoc"] == 12.0
    assert receiver.states(PACK_SERIALS[0])["statusReportBattery_bpSoc"] != 12.0


def entry(serial: str = "", **values: float) -> Message:
    return message("ParallelStream", {"dev_sn": serial, **values} if serial else values)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_whole_is_found_wherever_it_is(place: int) -> None:
    entries = [entry(MASTER, sysLoadPwr=100.0), entry(SECOND, sysLoadPwr=20.0)]
    entries.insert(place, entry(sysLoadPwr=120.0, bpPwr=50.0, bpSoc=50))
    receiver = Receiver(MASTER)
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": entries})
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 120.0
    assert receiver.states()[f"{STREAM}batteryChargePower"] == 50.0
    assert receiver.states()[f"{UNIT}sysLoadPwr"] == 100.0
    assert receiver.states(SECOND)[f"{UNIT}sysLoadPwr"] == 20.0


def test_as_measured_on_a_pair() -> None:
    """505.8 W at home = 2515.4 W of sun - 33.0 W to the grid - 1976.7 W into the batteries."""
    whole = entry(sysLoadPwr=505.77, sysGridPwr=-33.0, mpptPwr=2515.44, bpPwr=1976.67, bpSoc=97)
    first = entry(
        MASTER, sysLoadPwr=445.03, sysGridPwr=-1081.77, mpptPwr=2515.44, bpPwr=988.65, bpSoc=97
    )
    second = entry(SECOND, sysLoadPwr=94.28, sysGridPwr=1082.3, bpPwr=988.03, bpSoc=96)
    receiver = Receiver(MASTER)
    entries = {"para_energy_stream": [whole, first, second]}
    receiver.report(96, 50, "ParallelStreamReport", entries)
    told = flows(receiver, Model.PARALLEL)
    assert told["solar"] + told["import"] == pytest.approx(
        told["home"] + told["charge"] + told["export"], abs=0.2
    )
    # It charges from the other's sun: no string of its own, what it draws is no grid import.
    assert receiver.states(SECOND)[f"{UNIT}mpptPwr"] == 0.0
    assert receiver.states(SECOND)[f"{UNIT}sysGridPwr"] == 1082.3


def test_no_battery_is_999() -> None:
    """Nor is its power a state then."""
    entries = [entry(sysLoadPwr=120.0, bpSoc=999), entry(SECOND, bpSoc=999, bpPwr=0.0)]
    receiver = Receiver(MASTER)
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": entries})
    assert not {key for _, key in receiver.all_states() if "bp" in key or "battery" in key}


def test_list_of_inverters_in_either_shape() -> None:
    """With the list around it, as recorded, and without, as the public tables have it."""
    device = message("ParallelDevice", {"dev_addr": 2, "dev_sn": SECOND})
    wrapped = message("ParallelDeviceList", {"para_dev": [device]})
    for values in ({"para_dev_list": [wrapped]}, None):
        receiver = Receiver(MASTER)
        if values:
            receiver.report(96, 12, "ParallelDevices", values)
        else:
            receiver.take(header(96, 12, b"\n\x14\x08\x02\x12\x10" + SECOND.encode()))
        assert set(receiver.devices) - {MASTER} == {SECOND}


def test_stale_stream_of_the_single_system_is_left_alone() -> None:
    """A parallel system's snapshot still holds that of before the second inverter came."""
    plant = pair()
    data = snapshot.detail(plant, Model.PARALLEL, NOON)
    assert data["quota"]["JTS1_ENERGY_STREAM_REPORT"]["sysLoadPwr"] == 530.0
    receiver = Receiver(MASTER)
    receiver.system.snapshot(data | {"sysLoadPwr": 531.0})
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 2000.0


def test_snapshot_without_a_quota_of_its_own() -> None:
    plant = pair()
    data = snapshot.detail(plant, Model.PARALLEL, NOON)
    del data["quota"]
    receiver = Receiver(MASTER)
    receiver.system.snapshot(data)
    assert receiver.states()[f"{STREAM}sysLoadPwr"] == 2000.0
    assert receiver.states(THIRD)[f"{HEARTBEAT}emsBpAliveNum"] == 2


@pytest.mark.parametrize("junk", [None, [], "x", 7, {"": {}}, {"!": {"JTS1_EMS_HEARTBEAT": {}}}])
def test_broken_parallel_part(junk: Any) -> None:
    receiver = Receiver(PLUS)
    data = snapshot.detail(house(Model.PLUS), Model.PLUS, NOON)
    receiver.system.snapshot(data | {"parallel": junk})
    assert receiver.states()[f"{STREAM}sysLoadPwr"] is not None
    assert not [device for device in receiver.devices.values() if device.kind == "unit"]


def test_minutes_of_a_parallel_system_are_never_live() -> None:
    receiver = Receiver(MASTER)
    minutes = [message("ParallelMinute", {"sysLoadPwr": 9.0, "timestamp": 1_780_309_800})]
    minutes += [message("ParallelMinute", {"sysLoadPwr": 1.0, "timestamp": 5, "dev_sn": SECOND})]
    receiver.report(96, 51, "ParallelHistory", {"para_energy_stream_detail": minutes})
    assert receiver.all_states() == {}


def test_battery_energy_of_the_whole_is_counted(freezer: FrozenDateTimeFactory) -> None:
    """The master's own counter may be that of its own packs."""
    single, several = heard(house(Model.SINGLE), Model.SINGLE), heard(pair(), Model.PARALLEL)
    for _ in range(60):
        single.report(96, 33, "EnergyStream", {"bpPwr": 3600.0, "bpSoc": 50})
        whole = entry(bpPwr=3600.0, bpSoc=50, mpptPwr=3600.0)
        several.report(96, 50, "ParallelStreamReport", {"para_energy_stream": [whole]})
        freezer.tick(10)
    assert "energy_batteryCharge" not in single.states()
    assert several.states()["energy_batteryCharge"] == pytest.approx(0.6, rel=0.03)


def test_diagnostics_of_a_parallel_system_name_nobody() -> None:
    receiver = heard(pair(), Model.PARALLEL)
    described = describe_system(receiver.system)
    assert len(described["other_inverters"]) == 2
    assert "96/1" in described["other_inverters"][0]
    for serial in parallel.SERIALS:
        assert serial not in str(described)
        assert serial.encode().hex() not in str(described)


def test_no_end_of_inverters() -> None:
    receiver = Receiver(MASTER)
    entries = [entry(f"J32EZSIM{number:08}", sysLoadPwr=1.0) for number in range(2, 500)]
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": entries})
    assert len(receiver.devices.keys() - {MASTER}) <= 16


@given(
    route=st.sampled_from(sorted(REPORTS[Family.SINGLE_PHASE])),
    data=st.binary(max_size=200),
    module=st.sampled_from(["", MASTER, SECOND, PACK_SERIALS[0]]),
)
def test_any_bytes_are_survived(route: tuple[int, int], data: bytes, module: str) -> None:
    receiver = Receiver(MASTER)
    entries = [entry(SECOND, sysLoadPwr=20.0)]
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": entries})
    receiver.take(header(*route, data, module_sn=module))
    for serial in receiver.devices:
        seen = {serial}
        while parent := receiver.devices[serial].parent if serial in receiver.devices else None:
            assert parent not in seen
            seen.add(parent)
            serial = parent  # noqa: PLW2901 - up to the system
        assert serial == MASTER
    assert all(key in TABLE.rows for _, key in receiver.all_states())


@pytest.mark.parametrize("module", ["", SECOND])
@pytest.mark.parametrize("serial", [MASTER, SECOND])
def test_pack_with_the_serial_number_of_an_inverter(module: str, serial: str) -> None:
    """It must not become a part of itself."""
    receiver = heard(pair(), Model.PARALLEL)
    pack = message("Pack", {"bpDsrc": 3, "bpSn": serial.encode(), "bpSoc": 12})
    report = message("PackReport", {"bpSta": [pack]})
    receiver.take(header(96, 7, report, module_sn=module))
    assert receiver.devices[SECOND].kind == "unit"
    assert receiver.devices.get(MASTER) is None or receiver.devices[MASTER].kind == "system"


# Accessories: every field of a report becomes a state of the part that sent it.


class Accessory:
    """A report of an accessory: where its fields become states, and which do not."""

    def __init__(
        self,
        route: tuple[int, int],
        name: str,
        serial: str,
        identity: Values,
        states: Mapping[str, str],
        silent: str = "",
        within: Any = None,
    ) -> None:
        self.route, self.name, self.serial, self.identity = route, name, serial, identity
        self.states, self.silent = states, set(silent.split())
        self._within = within or (lambda part: part)

    def take(self, receiver: Receiver, body: Message) -> dict[str, Any]:
        receiver.take(header(*self.route, self._within(body)))
        return dict(receiver.states(self.serial))


ROD_STATES = ("heatingPower", "targetPower", "temp", "targetTemp", "runStat", "errorCode")
ACCESSORIES = {
    "209/33": Accessory(
        (209, 33),
        "WallBoxStream",
        WALL_BOX_SERIAL,
        {"ev_sn": WALL_BOX_SERIAL},
        {"ev_pwr": "EVChargingParamReport_evPwr"},
        "ev_sn",
        lambda part: message("WallBoxStreamReport", {"ev_stream_show": [part]}),
    ),
    "212/50": Accessory(
        (212, 50),
        "RodRunData",
        ROD_SERIAL,
        {"hr_sn": ROD_SERIAL},
        {
            **{
                name: f"HRChargingParamReport_{state}"
                for name, state in (
                    ("heating_power", "heatingPower"),
                    ("target_power", "targetPower"),
                    ("temp", "temp"),
                    ("target_temp", "targetTemp"),
                    ("run_stat", "runStat"),
                    ("error_code", "errorCode"),
                    ("water_tank_volume", "waterTankVolume"),
                    ("selfcheck_percent", "selfcheckPercent"),
                    ("run_flag_bit", "runFlag"),
                )
            },
            "online": "HeatingRodRunDataAck_online",
            "target_run_stat": "HeatingRodRunDataAck_targetRunStat",
        },
        "hr_sn",
    ),
    "211/33": Accessory(
        (211, 33),
        "HeatPumpState",
        HEAT_PUMP_SERIAL,
        {"hp_sn": HEAT_PUMP_SERIAL},
        {"remote_online": "HPRemoteStatGetAck_remoteOnline", "hp_pwr": "HPRemoteStatGetAck_hpPwr"},
        "hp_sn",
    ),
    "211/1 board": Accessory(
        (211, 1),
        "HeatPumpBoard",
        HEAT_PUMP_SERIAL,
        {},
        {
            name: f"HPUIReport_hpMaster_{state}"
            for name, state in (
                ("hp_mode", "hpMode"),
                ("switch_stat", "switchStat"),
                ("temp_ambient", "tempAmbient"),
                ("temp_inlet", "tempInlet"),
                ("temp_outlet", "tempOutlet"),
                ("run_mode", "runMode"),
                ("run_flg0", "runFlg0"),
                ("run_flg1", "runFlg1"),
                ("icon_bits", "iconBits"),
                ("spec_mode", "specMode"),
            )
        },
        within=lambda part: message(
            "HeatPumpReport", {"hp_sn": HEAT_PUMP_SERIAL, "hp_master": part}
        ),
    ),
    **{
        f"211/1 {sector}": Accessory(
            (211, 1),
            "HeatPumpSector",
            HEAT_PUMP_SERIAL,
            {},
            {
                "switch_stat": f"HPUIReport_{state}_switchStat",
                "temp_target": f"HPUIReport_{state}_tempTarget",
                "temp_curr": f"HPUIReport_{state}_tempCurr",
            },
            within=lambda part, sector=sector: message(
                "HeatPumpReport", {"hp_sn": HEAT_PUMP_SERIAL, sector: part}
            ),
        )
        for sector, state in (
            ("sector_a", "sectorA"),
            ("sector_b", "sectorB"),
            ("sector_dhw", "sectorDhw"),
        )
    },
    "241/3": Accessory(
        (241, 3),
        "PlugParam",
        PLUG_SERIAL,
        {},
        {
            "household_pwr": "EDevParamReport_plugParam_householdPwr",
            "max_pwr": "EDevParamReport_plugParam_maxPwr",
            "switch_stat": "EDevParamReport_plugParam_switchStat",
            "error_code": "EDevParamReport_plugParam_errorCode",
        },
        within=lambda part: message(
            "EnergyDeviceReport",
            {
                "dev_info": message("EnergyDevice", {"dev_addr": 213, "dev_sn": PLUG_SERIAL}),
                "plugParam": part,
            },
        ),
    ),
}


@pytest.mark.parametrize("name", ACCESSORIES)
@pytest.mark.parametrize("serial", [PLUS, "HC31ZSIM00000001"])
def test_every_field_of_an_accessory(name: str, serial: str) -> None:
    """All fields differ from each other, so a mixed-up pair would show."""
    accessory = ACCESSORIES[name]
    body = filled(
        accessory.name,
        {**accessory.identity, "error_code": b"\7"}
        if (accessory.name == "PlugParam")
        else accessory.identity,
    )
    told = accessory.take(Receiver(serial), body)
    fields = {field.name for field in message_class(accessory.name).DESCRIPTOR.fields}
    assert fields == accessory.states.keys() | accessory.silent
    for field, key in accessory.states.items():
        raw = getattr(body, field)
        expected = 7 if raw == b"\7" else bool(raw) if isinstance(told[key], bool) else raw
        assert told[key] == expected, key
    assert {key for key in told if not key.startswith("energy_")} == set(accessory.states.values())


def test_wall_box_that_stops_charging(receiver: Receiver) -> None:
    """Zero is left out of 209/33, and is zero all the same."""
    charging = message("WallBoxStream", {"ev_sn": WALL_BOX_SERIAL, "ev_pwr": 7360.0})
    idle = message("WallBoxStream", {"ev_sn": WALL_BOX_SERIAL})
    for stream, power in ((charging, 7360.0), (idle, 0.0)):
        receiver.report(209, 33, "WallBoxStreamReport", {"ev_stream_show": [stream]})
        assert receiver.states(WALL_BOX_SERIAL) == {"EVChargingParamReport_evPwr": power}


@pytest.mark.parametrize(
    ("route", "name", "field", "serial", "report"),
    [
        ((209, 2), "WallBoxTimers", "ev_sn", WALL_BOX_SERIAL, "EVChargingTimerTaskReport"),
        ((212, 2), "RodTimers", "hr_sn", ROD_SERIAL, "HeatingRodTimerTaskReport"),
    ],
)
def test_timers(
    receiver: Receiver, route: tuple[int, int], name: str, field: str, serial: str, report: str
) -> None:
    tasks = [
        message("TimerTask", {"is_enable": True, "is_effect": True}),
        message("TimerTask", {"is_enable": True}),
        message("TimerTask", {"is_effect": True}),  # switched off
    ]
    receiver.report(*route, name, {field: serial, "time_task_cfg": tasks})
    assert receiver.states(serial) == {f"{report}_enabledTasks": 2, f"{report}_isEffect": True}
    receiver.report(*route, name, {field: serial})
    assert receiver.states(serial) == {f"{report}_enabledTasks": 0, f"{report}_isEffect": False}


def test_question_about_a_rod_is_no_answer(receiver: Receiver) -> None:
    receiver.report(212, 50, "RodRunData", {"hr_sn": ROD_SERIAL})
    assert receiver.devices == {}


def test_old_minutes_of_a_rod_are_never_live(receiver: Receiver) -> None:
    minute = message("RodMinute", {"hr_sn": ROD_SERIAL, "hr_pwr": 3000.0, "timestamp": 5})
    receiver.report(212, 34, "RodHistory", {"hr_energy_stream": [minute]})
    assert receiver.devices[ROD_SERIAL].kind == "heating_rod"
    assert receiver.all_states() == {}


def test_other_energy_devices_are_no_plugs(receiver: Receiver) -> None:
    info = message("EnergyDevice", {"dev_addr": 214, "dev_sn": "XX01ZSIM00000001"})
    receiver.report(241, 3, "EnergyDeviceReport", {"dev_info": info})
    assert receiver.devices == {}


def test_order_of_the_plugs(receiver: Receiver) -> None:
    """Of those that have reported: the list alone does not say what they are."""
    plant = house(Model.PLUS, smart_plug=True)
    plug, _, order = (report.pdata for report in frames.smart_plug(plant))
    receiver.take(header(240, 2, order))
    assert receiver.devices == {}
    receiver.take(header(241, 3, plug))
    receiver.take(header(240, 2, order))
    told = receiver.states(PLUG_SERIAL)
    assert told["EDevPriorityListReport_devPrio"] == 1
    assert told["EDevPriorityListReport_enable"] is True


def plug(**values: Any) -> Message:
    return message("EnergyDevice", {"dev_addr": 213, "dev_sn": PLUG_SERIAL, **values})


@pytest.mark.parametrize("route", [(240, 33), (241, 33)])
def test_power_of_a_plug_is_measured(receiver: Receiver, route: tuple[int, int]) -> None:
    setting = message("PlugParam", {"household_pwr": 2500.0, "max_pwr": 2500.0})
    report = {"dev_info": plug(), "plugParam": setting}
    receiver.report(241, 3, "EnergyDeviceReport", report)
    assert "EDevEnergyStreamShow_pwr" not in receiver.states(PLUG_SERIAL)
    for watts, told in ((160.0, 160.0), (None, 0.0)):
        values = {"dev_info": plug()} | ({} if watts is None else {"pwr": watts})
        entry = message("EnergyDeviceStream", values)
        receiver.report(*route, "EnergyDeviceStreamReport", {"energy": [entry]})
        assert receiver.states(PLUG_SERIAL)["EDevEnergyStreamShow_pwr"] == told
    assert receiver.states(PLUG_SERIAL)["EDevParamReport_plugParam_householdPwr"] == 2500.0


def test_run_data_of_a_plug(receiver: Receiver) -> None:
    """Fields 1 and 2 of the plug's part: what it draws, and its switch."""
    data = message("PlugRunData", {"real_pwr": 47.5, "switch_stat": 1})
    entry = message("EnergyDeviceRunData", {"dev_info": plug(), "plugRunData": data})
    receiver.report(241, 44, "EnergyDeviceRunDataReport", {"runData": [entry]})
    assert receiver.states(PLUG_SERIAL) == {
        "EDevEnergyStreamShow_pwr": 47.5,
        "EDevParamReport_plugParam_switchStat": True,
    }
    data = message("PlugRunData", {"switch_stat": 0})
    switched = message("EnergyDeviceRunData", {"dev_info": plug(), "plugRunData": data})
    receiver.report(241, 44, "EnergyDeviceRunDataReport", {"runData": [switched]})
    assert receiver.states(PLUG_SERIAL)["EDevEnergyStreamShow_pwr"] == 47.5


def test_stream_of_other_energy_devices_makes_no_plug(receiver: Receiver) -> None:
    info = message("EnergyDevice", {"dev_addr": 209, "dev_sn": WALL_BOX_SERIAL})
    entry = message("EnergyDeviceStream", {"dev_info": info, "pwr": 3000.0})
    receiver.report(240, 33, "EnergyDeviceStreamReport", {"energy": [entry]})
    assert receiver.devices == {}


PULSE = "C376ZSIM00000001"


def pulse() -> Message:
    return message("EnergyDevice", {"dev_addr": 215, "dev_sn": PULSE, "sub_addr": 1})


def test_power_pulse_2_behind_the_system(receiver: Receiver) -> None:
    """Numbers of 241/3: 1 settings, 4 status, 6 power, 8 session, 9 phases; tenths of A."""
    settings = wire.fields({1: 9, 2: 2, 3: 160, 4: 60, 5: 3, 6: 100})
    session = wire.field(2, 2) + wire.fixed(3, 1_787_512_406) + wire.fields({5: 4321, 6: 278})
    phases = b"".join(wire.field(9, wire.fields({1: 2323, 2: amps})) for amps in (101, 99, 100))
    report = wire.field(1, settings) + wire.fields({3: 1, 4: 3, 6: 6930}) + wire.field(8, session)
    pdata = wire.field(1, pulse().SerializeToString()) + wire.field(4, report + phases)
    receiver.take(header(241, 3, pdata))
    assert receiver.devices[PULSE].kind == "wall_box"
    assert receiver.devices[PULSE].model == "PowerPulse 2"
    box, pile = "EVChargingParamReport_", "EDevPileChargingParamReport_"
    assert receiver.states(PULSE) == {
        f"{box}chargingStatus": "charging",
        f"{box}evPwr": 6930.0,
        f"{box}evChargingEnergy": 4.321,
        f"{box}orderTime": 278.0,
        f"{box}orderState": 2,
        f"{box}orderStartTimestamp": 1_787_512_406,
        f"{box}switchBits": 9,
        f"{box}onlineBits": 1,
        f"{box}unknown31": 10.0,
        f"{pile}pileWorkMode": "solar",
        f"{pile}currentOuputMax": 16.0,
        f"{pile}solarCurrentMin": 6.0,
        f"{pile}phaseSpecified": 3,
        f"{pile}voltCurr_curr0": 10.1,
        f"{pile}voltCurr_curr1": 9.9,
        f"{pile}voltCurr_curr2": 10.0,
    }


def test_run_data_of_a_power_pulse_2(receiver: Receiver) -> None:
    data = message("PileRunData", {"charging_pwr": 3680, "charging_status": 3})
    entry = message("EnergyDeviceRunData", {"dev_info": pulse(), "pile_charging_runData": data})
    receiver.report(241, 44, "EnergyDeviceRunDataReport", {"runData": [entry]})
    assert receiver.states(PULSE) == {
        "EVChargingParamReport_evPwr": 3680.0,
        "EVChargingParamReport_chargingStatus": "charging",
    }


def test_power_pulse_2_in_the_snapshot(receiver: Receiver) -> None:
    part = {
        "chargingPwr": 0,
        "chargingStatus": 1,
        "paramSet": {"workMode": 4, "currentOuputMax": 160, "userCurrentSet": 60},
    }
    report = {"devInfo": {"devAddr": 215, "devSn": PULSE}, "pileChargingParamReport": part}
    receiver.system.snapshot({"quota": {"RE307_EDEV_PARAM_REPORT": {PULSE: json.dumps(report)}}})
    told = receiver.states(PULSE)
    assert told["EVChargingParamReport_evPwr"] == 0.0
    assert told["EVChargingParamReport_chargingStatus"] == "available"
    assert told["EVChargingParamReport_unknown31"] == 6.0
    assert told["EDevPileChargingParamReport_pileWorkMode"] == "smart"


METER = "BK31ZSIM00000001"


def test_meter_in_the_parallel_list_is_no_inverter() -> None:
    receiver = Receiver(MASTER)
    found = [message("ParallelDevice", {"dev_sn": serial}) for serial in (MASTER, METER, SECOND)]
    group = message("ParallelDeviceList", {"para_dev": found})
    receiver.report(96, 12, "ParallelDevices", {"para_dev_list": [group]})
    entries = [
        message("ParallelStream", {"dev_sn": METER, "sysGridPwr": 20.0}),
        message("ParallelStream", {"sysLoadPwr": 500.0, "sysGridPwr": 500.0}),
    ]
    receiver.report(96, 50, "ParallelStreamReport", {"para_energy_stream": entries})
    heartbeat = {"JTS1_EMS_HEARTBEAT": {"innerTemperature": 39.5}}
    receiver.system.snapshot({"parallel": {METER: heartbeat}, "quota": {"JTS1_X": {}}})
    # The master is told once more: more can flow at its site.
    assert set(receiver.devices) == {MASTER, SECOND}
    assert receiver.states(METER) == {}
    assert f"{HEARTBEAT}innerTemperature" not in receiver.states()


def test_plug_that_is_off(receiver: Receiver) -> None:
    """All of its values are zero then, which must not be taken for nothing said."""
    accessory = ACCESSORIES["241/3"]
    accessory.take(receiver, message("PlugParam", {"household_pwr": 201.0, "switch_stat": 1}))
    told = accessory.take(receiver, message("PlugParam", {"household_pwr": 0.0, "switch_stat": 0}))
    assert told["EDevParamReport_plugParam_householdPwr"] == 0.0
    assert not told["EDevParamReport_plugParam_switchStat"]


def test_heat_pump_of_both_reports(receiver: Receiver) -> None:
    plant = house(Model.PLUS, heat_pump=True)
    receiver.system.mqtt(pushed(plant, Model.PLUS))
    told = receiver.states(HEAT_PUMP_SERIAL)
    assert told["HPUIReport_hpMaster_tempOutlet"] == 38.5
    assert told["HPUIReport_sectorDhw_tempCurr"] == 47.0
    assert "HPUIReport_sectorB_tempCurr" not in told  # no second circuit
    assert told["HPRemoteStatGetAck_hpPwr"] == 1250.0
    assert receiver.devices[HEAT_PUMP_SERIAL].kind == "heat_pump"


def test_rod_by_origin(receiver: Receiver) -> None:
    """As recorded: 5860 W of which 4480 W sun, 1360 W battery, 20 W grid."""
    powers = {"hr_pwr": 5860.0, "from_pv": 4480.0, "from_bat": 1360.0, "from_grid": 20.0}
    stream = message("RodStream", {"hr_sn": ROD_SERIAL, **powers})
    receiver.report(212, 33, "RodStreamReport", {"hr_energy_stream": [stream]})
    told = receiver.states(ROD_SERIAL)
    assert told["HeatingRodEnergyStreamShow_hrPwr"] == 5860.0
    assert told["HeatingRodEnergyStreamShow_fromBat"] == 1360.0
    receiver.report(
        212,
        33,
        "RodStreamReport",
        {"hr_energy_stream": [message("RodStream", {"hr_sn": ROD_SERIAL})]},
    )
    assert set(receiver.states(ROD_SERIAL).values()) == {0.0}


def test_rated_power_of_each_device() -> None:
    """What can flow at the site with 6 kW inverters, and through a pack at most."""
    receiver = heard(pair(), Model.PARALLEL)
    assert receiver.devices[SECOND].rated_power == 76_000.0
    # Three of them, and 70 kW of grid connection.
    assert receiver.system.device.rated_power == 88_000.0
    packs = [device for device in receiver.devices.values() if device.kind == "pack"]
    assert {pack.rated_power for pack in packs} == {10_000.0}
