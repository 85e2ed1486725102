"""PowerOcean DC Fit: every state of its table arrives, turned to Home Assistant's signs.

As for the Plus, names come from the vendor's table (fixtures/seed_poweroceanfit.json) and wire
values from messages that are built here; what becomes of them is worked out here once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.energy_storage_hub.powerocean.diagnostics import describe_system
from custom_components.energy_storage_hub.powerocean.envelope import keep_stream_open
from custom_components.energy_storage_hub.powerocean.messages import Frame, Message, message_class
from custom_components.energy_storage_hub.powerocean.models import Family, model_of
from custom_components.energy_storage_hub.powerocean.reports import REPORTS
from custom_components.energy_storage_hub.powerocean.tables import TABLE
from simulator.powerocean import fit, frames, snapshot
from simulator.powerocean.build import message
from simulator.powerocean.clock import ManualClock
from simulator.powerocean.model import Model
from simulator.powerocean.plant import Plant
from simulator.powerocean.scenarios import make_plant

from .helpers import NOON, OCEAN, Receiver, filled, header

# When the snapshots say that it is.
pytestmark = pytest.mark.freeze_time(NOON)

SEED: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "fixtures" / "seed_poweroceanfit.json").read_text()
)
FIT = fit.SERIAL
PACKS = fit.PACKS
STREAM, DAY = "EnergyStreamItem_", "EMSHeartbeatReport_"

# Table -> route, message, part of it that holds the states.
CARRIERS = {
    "EMSHeartbeatReport": (96, 1, "FitHeartbeat"),
    "EnergyStreamItem": (96, 33, "FitEnergyStream"),
    "CloudBmsInfoReport": (96, 111, "FitBms"),
    "bpInfo0": (96, 108, "FitPack"),
    "bpInfo1": (96, 108, "FitPack"),
    "bpInfo2": (96, 108, "FitPack"),
}

# Factor from the wire to the state, where it is not 1.
FACTORS = {
    **dict.fromkeys(("gridPwr", "loadPwr", "bpPwr", "bpAmp", "meterTotalPower"), -1.0),
    "bpBusAmp": -1.0,
    **dict.fromkeys(("meterPhasePower", "bpModuleDsgMaxPwr", "sysRunMeterTakePower"), -1.0),
    **dict.fromkeys(("pvInDayEnergy", "bpInDayEnergy", "gridOutDayEnergy"), 1e-3),
    **dict.fromkeys(("bpOutDayEnergy", "gridInDayEnergy", "loadDayEnergy"), -1e-3),
    **dict.fromkeys(("bpRemainWatth", "bpCellMaxVol", "bpCellMinVol", "bpCellVol"), 1e-3),
    **dict.fromkeys(("bpAccuChgCap", "bpAccuDsgCap", "bpDesignCap", "bpFullCap"), 1e-3),
}
OPTIONS = {
    "bpRunSta": ["standby", "running", "stopped"],
    "bpModSta": ["normal", "warning", "fault"],
    "bmsRunSta": ["shutdown", "normal", "chargeable", "dischargeable", "fault"],
    "bmsChgDsgSta": ["standby", "discharging", "charging"],
    "dabModSta": ["normal", "warning", "fault"],
    "bpPtcExitEvent": ["no_event", "temperature_reached"],
    "currentNetif": ["wireless", "mobile_network", "ethernet", "no_network"],
}
VERSIONS = ("moduleAplSwVer", "moduleLoaderSwVer")
# Names of numbers, for JSON.
NAMES = ("pv_inv_wiring_mode_name", "pvWiringType_name", "invWiringType_name")
WORDS = ("pvWiringType", "invWiringType", "pvInvWiringMode")

# Wire values that cannot be any number: times, and what is below zero on a real Fit.
SPECIAL = {
    "timestamp": 1_780_309_800,
    "bp_timestamp": 1_780_309_801,
    "bp_out_day_energy": -1565.0,
    "grid_in_day_energy": -110.0,
    "load_day_energy": -6956.0,
    "module_apl_sw_ver": 0x0401_0E0F,
    "module_loader_sw_ver": 0x0401_0001,
}


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(FIT)


def house(**options: Any) -> Plant:
    """Return a Fit's plant that stands still at noon."""
    return make_plant(Model.FIT, now=ManualClock(NOON), **options)


def bundle(plant: Plant, *, masked: bool = True) -> bytes:
    """Return all that a Fit pushes, masked as real ones do."""
    return frames.payload(
        frames.bundle(plant, Model.FIT),
        frames.sequence(),
        serial=FIT,
        model=Model.FIT,
        masked=masked,
    )


def spelled(name: str) -> str:
    return name.replace("_", "").lower()


def wire_value(state: str, body: Message) -> Any:
    """Return what the message says by the table's name."""
    for field in body.DESCRIPTOR.fields:
        if spelled(field.name) == spelled(state):
            return getattr(body, field.name)
    raise AssertionError(f"no field for {state}")


def is_right(state: str, raw: Any, told: Any, within: float) -> bool:
    """Say whether what was told is the wire's value."""
    if state in OPTIONS:
        return bool(told == OPTIONS[state][raw])
    if state in VERSIONS:
        return bool(told == ".".join(str(byte) for byte in raw.to_bytes(4, "big")))
    if isinstance(told, bool):
        return told is bool(raw)
    if isinstance(raw, str) or state in WORDS:
        return bool(told == (str(raw) or None))
    factor = FACTORS.get(state, 1.0)
    if isinstance(raw, int | float):
        return bool(told == pytest.approx(raw * factor, abs=within))
    plain = tuple(each * factor for each in raw)
    if state == "errCode":
        plain = tuple(code for code in raw if code)
    return bool(told == pytest.approx(plain, abs=within))


def problems(
    told: Mapping[str, Any], table: str, body: Message, within: float = 1e-9
) -> Iterator[str]:
    """Say what is missing or wrong in what was told of the states of a table."""
    report = table.rstrip("012") if table.startswith("bpInfo") else table
    for state in SEED[table]:
        key, raw = f"{report}_{state}", wire_value(state, body)
        if key not in told:
            yield f"{key} is missing"
        elif not is_right(state, raw, told[key], within):
            yield f"{key}: {raw!r} on the wire, told {told[key]!r}"


# The table.


def test_table_is_whole() -> None:
    assert {table: len(states) for table, states in SEED.items()} == {
        "CloudBmsInfoReport": 64,
        "EMSHeartbeatReport": 67,
        "EnergyStreamItem": 10,
        "bpInfo0": 25,
        "bpInfo1": 25,
        "bpInfo2": 25,
    }
    assert sum(map(len, SEED.values())) == 216


@pytest.mark.parametrize("table", SEED)
def test_every_state_arrives_with_its_own_value(receiver: Receiver, table: str) -> None:
    """All fields differ from each other, so a mixed-up pair would show."""
    func, cmd, name = CARRIERS[table]
    body = filled(name, {**SPECIAL, "bp_sn": PACKS[2]})
    for field in NAMES if name == "FitHeartbeat" else ():
        body.ClearField(field)
    if name != "FitPack":
        receiver.take(header(func, cmd, body))
        serial = PACKS[2] if name == "FitBms" else FIT
    else:
        place = int(table[-1])
        units = [filled(name, {**SPECIAL, "bp_sn": serial, "bp_pwr": 1.0}) for serial in PACKS]
        serial = PACKS[place]
        units[place] = body = filled(name, {**SPECIAL, "bp_sn": serial})
        receiver.take(header(func, cmd, message("FitPackReport", {"bp_info": units})))
        assert receiver.devices[serial].number == place + 1
    assert not list(problems(receiver.states(serial), table, body))


def test_the_simulated_fit_tells_every_state(receiver: Receiver) -> None:
    """What it pushes holds all 216, zeros and arrays among them."""
    plant = house()
    plant.hold(load=1234.5, strings=(3100.0, 1250.0, 0.0), battery=-770.0)
    receiver.system.mqtt(bundle(plant))
    bodies: dict[str, tuple[str, Message]] = {
        "EMSHeartbeatReport": (FIT, fit.heartbeat(plant)),
        "EnergyStreamItem": (FIT, fit.energy_stream(plant)),
        "CloudBmsInfoReport": (PACKS[0], fit.bms(plant, plant.packs[0])),
    }
    for place, unit in enumerate(plant.packs):
        bodies[f"bpInfo{place}"] = (unit.serial, fit.pack(plant, unit))
    # Not known, and the table has no word for that; not sent by an installation without.
    unknown = {"CloudBmsInfoReport_bpEcloundSoc"}
    absent = {f"{STREAM}{state} is missing" for state in ("timezone", "bpHeatingPower")}
    absent |= {f"{STREAM}heatingPower is missing"}
    wrong = {
        problem
        for table, (serial, body) in bodies.items()
        for problem in problems(receiver.states(serial), table, body, 0.0501)
        if problem.split(":")[0] not in unknown
    }
    assert wrong == absent
    assert receiver.states(PACKS[0])["CloudBmsInfoReport_bpEcloundSoc"] is None


def test_every_row_is_told() -> None:
    """No state of the Fit waits for a report that never comes."""
    receiver = Receiver(FIT)
    special = {**SPECIAL, "bp_sn": PACKS[0], "meter_power_factor": [-0.004, 0.483, -0.768, 0.589]}
    for func, cmd, name in set(CARRIERS.values()) | {
        (96, 109, "FitDcChange"),
        (96, 110, "FitDcStatus"),
    }:
        body = filled(name, special)
        if name == "FitPack":
            body = message("FitPackReport", {"bp_info": [body]})
        receiver.take(header(func, cmd, body))
    for number in (1, 16, 32, 48, 64, 80):
        hourly(receiver, number, 5)
    told = {key for _, key in receiver.all_states()}
    rows = {row.key for kind in ("fit", "fit_pack") for row in TABLE.kinds[kind].rows}
    assert rows - told == set()
    assert {key for key in told - rows if not key.startswith("energy_")} == set()


# Which product it is.


def test_told_by_serial_number() -> None:
    model = model_of(FIT)
    assert model is not None
    assert model.family is Family.FIT
    assert model.product_type == 85


def test_never_guessed_from_a_frame() -> None:
    """A Fit's stream means something else to every other product, and the other way round."""
    stream = message("FitEnergyStream", {"grid_pwr": 111.0, "dcdc_pwr": 222.0})
    other, own = Receiver(OCEAN), Receiver(FIT)
    for receiver in (other, own):
        receiver.take(header(96, 33, stream))
    assert own.states()[f"{STREAM}gridPwr"] == -111.0
    assert f"{STREAM}gridPwr" not in other.states()
    assert other.states()["JTS1_ENERGY_STREAM_REPORT_sysGridPwr"] == 222.0
    pack = message("FitPackReport", {"bp_info": [message("FitPack", {"bp_sn": PACKS[0]})]})
    other.take(header(96, 108, pack))
    assert other.devices == {}


def test_accessories_are_those_of_the_others() -> None:
    assert {route for route in REPORTS[Family.OCEAN] if route[0] > 200} == {
        route for route in REPORTS[Family.FIT] if route[0] > 200
    }


# Signs and sums.

CASES = {
    "sunny": ((4000.0, 2400.0, 0.0), 700.0, 2500.0),
    "night": ((0.0, 0.0, 0.0), 560.0, -560.0),
    "night, empty": ((0.0, 0.0, 0.0), 560.0, 0.0),
    "full": ((4000.0, 2400.0, 0.0), 500.0, 0.0),
    "evening": ((120.0, 0.0, 0.0), 2900.0, -2000.0),
    "nothing at all": ((0.0, 0.0, 0.0), 0.0, 0.0),
}


@pytest.mark.parametrize("case", CASES)
def test_signs_and_the_sum_of_flows(receiver: Receiver, case: str) -> None:
    strings, load, battery = CASES[case]
    plant = house()
    plant.hold(load=3000.0, strings=(9.0, 9.0, 0.0), battery=9.0)
    receiver.system.mqtt(bundle(plant))
    plant.hold(load=load, strings=strings, battery=battery)
    receiver.system.mqtt(bundle(plant))
    told = receiver.states()
    flow = {
        name: told[f"{STREAM}{name}"]
        for name in (
            "pvPwr",
            "loadPwr",
            "gridImportPower",
            "gridExportPower",
            "batteryChargePower",
            "batteryDischargePower",
        )
    }
    assert all(isinstance(power, float) and power >= 0 for power in flow.values())
    grid = load - sum(strings) + battery
    assert flow == {
        "pvPwr": sum(strings),
        "loadPwr": load,
        "gridImportPower": max(0.0, grid),
        "gridExportPower": max(0.0, -grid),
        "batteryChargePower": max(0.0, battery),
        "batteryDischargePower": max(0.0, -battery),
    }
    # Home Assistant: + = import, + = discharge.
    assert told[f"{STREAM}gridPwr"] == grid
    assert told[f"{STREAM}bpPwr"] == -battery
    assert told[f"{DAY}meterTotalPower"] == pytest.approx(grid, abs=0.05)


def test_as_measured_on_a_real_fit(receiver: Receiver) -> None:
    """968.59 W of sun = 530.0 W into the battery + 351.6 W at home + 87.0 W to the grid."""
    values = {"grid_pwr": 87.0, "bp_pwr": 530.0, "pv_pwr": 968.59, "load_pwr": -351.6, "bp_soc": 51}
    receiver.report(96, 33, "FitEnergyStream", values)
    told = receiver.states()
    assert told[f"{STREAM}gridExportPower"] == 87.0
    assert told[f"{STREAM}batteryChargePower"] == 530.0
    assert told[f"{STREAM}loadPwr"] == 351.6


def test_battery_less_site(receiver: Receiver) -> None:
    receiver.system.mqtt(bundle(house(packs=())))
    told = receiver.states()
    assert f"{STREAM}bpSoc" not in told
    assert f"{STREAM}bpPwr" not in told
    assert set(receiver.devices) == {FIT, "AC31ZSIM00000001"}


def test_older_firmware_without_load(receiver: Receiver) -> None:
    """Home consumption is what the Fit says, or not known: solar of others is unseen."""
    receiver.report(96, 33, "FitEnergyStream", {"grid_pwr": 1105.2, "pv_pwr": 1245.8, "bp_soc": 68})
    assert f"{STREAM}loadPwr" not in receiver.states()
    receiver.report(96, 33, "FitEnergyStream", {"load_pwr": -300.0, "pv_pwr": 300.0})
    assert receiver.states()[f"{STREAM}loadPwr"] == 300.0
    receiver.report(96, 33, "FitEnergyStream", {"pv_pwr": 300.0})
    assert receiver.states()[f"{STREAM}loadPwr"] == 0.0


# Energies.


def test_energies_of_the_day(receiver: Receiver) -> None:
    """As measured on a real Fit: what leaves a bus is below zero."""
    values = {
        "pv_in_day_energy": 15960.5,
        "bp_in_day_energy": 4812.19,
        "bp_out_day_energy": -1565.22,
        "grid_in_day_energy": -109.56,
        "grid_out_day_energy": 5867.35,
        "load_day_energy": -6955.67,
    }
    receiver.report(96, 1, "FitHeartbeat", values)
    told = receiver.states()
    day = {
        name: told[f"{DAY}{name}"]
        for name in ("pvInDayEnergy", "bpOutDayEnergy", "gridInDayEnergy")
    }
    used = {
        name: told[f"{DAY}{name}"]
        for name in ("loadDayEnergy", "bpInDayEnergy", "gridOutDayEnergy")
    }
    assert day == {"pvInDayEnergy": 15.96, "bpOutDayEnergy": 1.565, "gridInDayEnergy": 0.11}
    assert used == {"loadDayEnergy": 6.956, "bpInDayEnergy": 4.812, "gridOutDayEnergy": 5.867}
    assert sum(day.values()) == pytest.approx(sum(used.values()), abs=0.001)


def test_day_begins_again_at_midnight(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    """A counter of the day may fall at once, one for life may not."""
    freezer.move_to(NOON.replace(hour=23, minute=59))
    receiver.report(96, 1, "FitHeartbeat", {"pv_in_day_energy": 15960.5})
    freezer.tick(120)
    receiver.report(96, 1, "FitHeartbeat", {"pv_in_day_energy": 0.0})
    assert receiver.states()[f"{DAY}pvInDayEnergy"] == 0.0


def test_simulated_day_energies_add_up(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)
    clock = ManualClock(NOON)
    plant = make_plant(Model.FIT, now=clock)
    receiver.system.mqtt(bundle(plant))
    noon = receiver.states()[f"{DAY}pvInDayEnergy"]
    assert isinstance(noon, float)
    assert 5 < noon < 40
    clock.move(14 * 3600)  # half past two at night
    freezer.tick(14 * 3600)
    plant.advance()
    receiver.system.mqtt(bundle(plant))
    told = receiver.states()
    assert told[f"{DAY}pvInDayEnergy"] == 0.0
    home = told[f"{DAY}loadDayEnergy"]
    assert isinstance(home, float)
    assert 0.2 < home < 5


def hourly(receiver: Receiver, number: int, *hours: int, day: int = 20_000) -> None:
    """Report the hours of a day of one flow."""
    values = {"timestamp": day * 86400, "watth_type": number, "watth": hours}
    item = message("EnergyHours", values)
    receiver.take(header(254, 32, message("EnergyTotals", {"watth_item": item})))


def test_hourly_energies(receiver: Receiver) -> None:
    """The types of a real Fit's table: they balance to 1 Wh an hour, and grow as the powers do."""
    flows = {1: (0, 1350), 32: (200, 0), 48: (5, 1), 80: (205, 473), 16: (0, 798), 64: (0, 80)}
    for number, hours in flows.items():
        hourly(receiver, number, *hours)
    told = receiver.states()
    assert {key: value for key, value in told.items() if key.startswith("EnergyTotal")} == {
        f"EnergyTotalReport_watth{number}": pytest.approx(sum(hours) / 1000)
        for number, hours in flows.items()
    }
    described = describe_system(receiver.system)
    assert described["hourly_balance"] == [{"day": 20_000 * 86400, "largest_residual_wh": 0}]


def test_hourly_energies_of_an_earlier_day_or_unknown_flow(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime.fromtimestamp(20_000 * 86400 + 86000, UTC))
    hourly(receiver, 1, 100, 200)
    hourly(receiver, 1, 5000, day=19_999)  # the device repeats a week
    hourly(receiver, 128, 77)
    assert receiver.states() == {"EnergyTotalReport_watth1": 0.3}
    freezer.tick(1000)
    hourly(receiver, 1, 50, day=20_001)
    assert receiver.states() == {"EnergyTotalReport_watth1": 0.05}


def counted(receiver: Receiver, freezer: FrozenDateTimeFactory, seconds: int, **power: Any) -> None:
    """Report powers every 10 s."""
    for _ in range(seconds // 10):
        receiver.report(96, 33, "FitEnergyStream", power)
        freezer.tick(10)


def energies(receiver: Receiver) -> dict[str, Any]:
    return {
        key.removeprefix("energy_"): value
        for key, value in receiver.states().items()
        if key.startswith("energy_")
    }


def test_nothing_is_counted_that_the_fit_counts(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    receiver.system.mqtt(bundle(house()))
    counted(receiver, freezer, 600, pv_pwr=1000.0, load_pwr=-400.0, grid_pwr=600.0)
    assert energies(receiver) == {}


def test_energies_are_counted_where_the_fit_has_none(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    """Each for itself, in its own unit of time: home from the load that the Fit tells."""
    counted(receiver, freezer, 3610, pv_pwr=1000.0, load_pwr=-400.0, grid_pwr=100.0, bp_soc=50)
    found = energies(receiver)
    assert found["solar"] == pytest.approx(1.0, rel=1e-3)
    assert found["home"] == pytest.approx(0.4, rel=1e-3)
    assert found["gridExport"] == pytest.approx(0.1, rel=1e-3)
    assert found["gridImport"] == 0.0


def test_home_is_never_derived(receiver: Receiver, freezer: FrozenDateTimeFactory) -> None:
    counted(receiver, freezer, 600, pv_pwr=1000.0, grid_pwr=600.0, bp_soc=50)
    assert "home" not in energies(receiver)
    assert "solar" in energies(receiver)


# The minutes, which are all that comes while the stream is closed.


def minutes(receiver: Receiver, *entries: Mapping[str, Any]) -> None:
    values = [message("FitEnergyStream", dict(entry)) for entry in entries]
    receiver.report(96, 34, "FitEnergyHistory", {"sys_energy_stream": values, "sys_seq": 1})


def test_minutes_stand_in_for_a_closed_stream(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    now = int(time.time())
    minutes(receiver, {"load_pwr": -640.0, "timestamp": now - 60}, {"load_pwr": -1.0})
    assert receiver.states()[f"{STREAM}loadPwr"] == 640.0
    receiver.report(96, 33, "FitEnergyStream", {"load_pwr": -300.0})
    minutes(receiver, {"load_pwr": -650.0, "timestamp": now - 10})
    assert receiver.states()[f"{STREAM}loadPwr"] == 300.0
    freezer.tick(120)
    minutes(receiver, {"load_pwr": -660.0, "timestamp": now + 60})
    assert receiver.states()[f"{STREAM}loadPwr"] == 660.0


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(days=3), timedelta(days=-1)])
def test_replayed_minutes_are_never_live(receiver: Receiver, age: timedelta) -> None:
    stamp = int(time.time() - age.total_seconds())
    minutes(receiver, {"load_pwr": -640.0, "timestamp": stamp})
    assert receiver.states() == {}


# Packs.


def test_pack_without_serial_number_keeps_its_place(receiver: Receiver) -> None:
    empty = message("FitPack", {})
    unnamed = message("FitPack", {"bp_soc": 40.0})
    named = message("FitPack", {"bp_soc": 50.0, "bp_sn": PACKS[0]})
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": [named, unnamed, empty]})))
    assert set(receiver.devices) == {PACKS[0], f"{FIT}-2"}
    assert receiver.states(f"{FIT}-2")["bpInfo_bpSoc"] == 40.0
    # Once named, a place without a name is still that pack.
    later = message("FitPack", {"bp_soc": 51.0})
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": [later]})))
    assert receiver.states(PACKS[0])["bpInfo_bpSoc"] == 51.0


def test_pack_keeps_its_number(receiver: Receiver) -> None:
    units = [message("FitPack", {"bp_sn": serial}) for serial in PACKS]
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": units})))
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": units[2:]})))
    receiver.take(header(96, 111, message("FitBms", {"bp_sn": PACKS[1], "bp_dsrc": 9})))
    assert [receiver.devices[serial].number for serial in PACKS] == [1, 2, 3]
    assert {device.parent for device in receiver.devices.values()} == {FIT}


def test_absent_is_unchanged_in_packs_and_heartbeat(receiver: Receiver) -> None:
    receiver.system.mqtt(bundle(house()))
    before = receiver.all_states()
    unit = message("FitPack", {"bp_sn": PACKS[0], "bp_soc": 12.0})
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": [unit]})))
    receiver.report(96, 1, "FitHeartbeat", {"bp_soc": 12})
    changed = {key for key, value in receiver.all_states().items() if before.get(key) != value}
    assert changed == {(PACKS[0], "bpInfo_bpSoc"), (FIT, f"{DAY}bpSoc")}


def test_errors(receiver: Receiver) -> None:
    plant = house()
    plant.errors = {"ems": [], "pcs": [37, 5], PACKS[1]: [77]}
    receiver.system.mqtt(bundle(plant))
    assert receiver.states()["ErrorChangeReport_pcsErrCode"] == (37, 5)
    assert receiver.states()["ErrorChangeReport_emsErrCode"] == ()
    assert receiver.states(PACKS[1])["ErrorChangeReport_bpErrCode"] == (77,)
    assert receiver.states(PACKS[0])["ErrorChangeReport_bpErrCode"] == ()


def test_errors_that_are_not_there(receiver: Receiver) -> None:
    """The list names errors with a state each: 0 is none."""
    errors = message("FitModuleErrors", {"err_code": [503, 37, 5], "error_state": [0, 1, 0]})
    told = receiver.report(96, 3, "FitErrorChange", {"ems_err_code": errors})
    assert told["ErrorChangeReport_emsErrCode"] == (37,)


@pytest.mark.parametrize(
    ("state", "expected"),
    [([False], ()), (False, ()), ("False", ()), ([True], (503,)), ("True", (503,)), ([], (503,))],
)
def test_errors_in_json_that_are_not_there(
    receiver: Receiver, state: Any, expected: tuple[int, ...]
) -> None:
    errors = {"moduleSn": FIT, "errCode": [503], "errorState": state}
    receiver.system.snapshot({"quota": {"JTS1_ERROR_CHANGE_HEARTBEAT": {"emsErrCode": errors}}})
    assert receiver.states()["ErrorChangeReport_emsErrCode"] == expected


def test_wiring_is_told_by_number_or_by_name(receiver: Receiver) -> None:
    """As in a public snapshot, and as on the wire."""
    report = {
        "pvWiringType": "WIRING_TYPE_BOTH",
        "invWiringType": "WIRING_TYPE_BOTH",
        "pvInvWiringMode": "WIRING_MODE_1_PV_1_INV",
    }
    receiver.system.snapshot({"quota": {"JTS1_EMS_HEARTBEAT": report}})
    assert receiver.states() == {f"{DAY}{state}": word for state, word in report.items()}
    receiver.report(96, 1, "FitHeartbeat", {"pvWiringType": 3})
    assert receiver.states()[f"{DAY}pvWiringType"] == "3"


def test_power_factors(receiver: Receiver) -> None:
    """Of a public snapshot: -0.768 belongs to -283.4 W, below zero is import on the wire."""
    factors = {"meter_power_factor": [-0.004, 0.483, -0.768, 0.589]}
    told = receiver.report(96, 1, "FitHeartbeat", factors)
    assert [told[f"{DAY}powerFactor{name}"] for name in ("", "A", "B", "C")] == [
        0.004,
        -0.483,
        0.768,
        -0.589,
    ]


def test_installation_without_battery_has_no_remaining_energy(receiver: Receiver) -> None:
    zeros = {"bp_remain_watth": 0.0, "bp_soc": 0, "bp_dsg_time": 144_000, "bp_chg_dsg_sta": 2}
    assert receiver.report(96, 1, "FitHeartbeat", zeros) == {}
    unit = message("FitPack", {"bp_sn": PACKS[0]})
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": [unit]})))
    told = receiver.report(96, 1, "FitHeartbeat", zeros)
    assert told[f"{DAY}bpRemainWatth"] == 0.0  # an empty battery is one


@pytest.mark.parametrize("watts", [122_000.0, -900_000.0])
def test_spike_is_unknown(receiver: Receiver, watts: float) -> None:
    """30 kW and 70 kW beside them at the meter, twice 30 kW of sun, 10 kW a pack."""
    told = receiver.report(96, 33, "FitEnergyStream", {"grid_pwr": watts, "pv_pwr": watts})
    for state in ("gridPwr", "gridImportPower", "gridExportPower", "pvPwr"):
        assert told[f"{STREAM}{state}"] is None
    told = receiver.report(96, 1, "FitHeartbeat", {"meter_phase_power": [1.0, watts, 2.0]})
    assert told[f"{DAY}meterPhasePower"] is None
    unit = message("FitPack", {"bp_sn": PACKS[0], "bp_pwr": watts})
    receiver.take(header(96, 108, message("FitPackReport", {"bp_info": [unit]})))
    assert receiver.states(PACKS[0])["bpInfo_bpPwr"] is None


def test_table_of_the_future_does_not_freeze_the_energies(
    receiver: Receiver, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(datetime.fromtimestamp(20_000 * 86400 + 40_000, UTC))
    hourly(receiver, 1, 100, day=20_400)
    hourly(receiver, 1, 200)
    assert receiver.states() == {"EnergyTotalReport_watth1": 0.2}
    hourly(receiver, 1, 250)
    assert receiver.states() == {"EnergyTotalReport_watth1": 0.25}


@pytest.mark.parametrize("none", [144_000, 600_000])
def test_no_discharge_time(receiver: Receiver, none: int) -> None:
    receiver.report(96, 1, "FitHeartbeat", {"bp_dsg_time": none})
    assert receiver.states() == {f"{DAY}bpDsgTime": None}


# The snapshot.


@pytest.mark.parametrize("prefix", ["DC303", "JTS1"])
def test_both_ways_give_the_same_states(prefix: str) -> None:
    plant = house()
    plant.hold(load=640.0, strings=(3100.0, 1250.0, 0.0), battery=2210.0)
    by_mqtt, by_https = Receiver(FIT), Receiver(FIT)
    by_mqtt.system.mqtt(bundle(plant))
    data = snapshot.detail(plant, Model.FIT, NOON)
    data["quota"] = {
        name.replace("DC303_", f"{prefix}_"): body for name, body in data["quota"].items()
    }
    by_https.system.snapshot(data)
    left, right = by_mqtt.all_states(), by_https.all_states()
    elsewhere = ("EVCharging", "EnergyTotalReport", "snapshot_")
    left = {key: value for key, value in left.items() if not key[1].startswith(elsewhere)}
    right = {key: value for key, value in right.items() if not key[1].startswith(elsewhere)}
    assert right == left
    assert len(left) > 350
    assert by_mqtt.devices.keys() - {FIT} == by_https.devices.keys()


def test_totals_of_a_snapshot_have_the_fits_signs(receiver: Receiver) -> None:
    """At the top there are the other products' names, but its own signs."""
    top = {"sysLoadPwr": -204.28, "sysGridPwr": -10.0, "mpptPwr": 0.0, "bpPwr": -194.28}
    receiver.system.snapshot({**top, "bpSoc": 51, "online": 1})
    told = receiver.states()
    assert told[f"{STREAM}loadPwr"] == 204.3
    assert told[f"{STREAM}gridImportPower"] == 10.0
    assert told[f"{STREAM}batteryDischargePower"] == 194.3
    assert told[f"{STREAM}bpSoc"] == 51.0


# The rest.


def test_the_switch_that_opens_the_stream() -> None:
    switches: list[bytes] = []
    for at_once in (False, True):
        frame: Any = Frame.FromString(keep_stream_open(at_once=at_once))
        switches.append(frame.header[0].pdata)
        assert frame.header[0].data_len == len(frame.header[0].pdata)
    assert switches == [b"\x08\x01", b"\x08\x01\x10\x01"]


@given(data=st.binary(max_size=300), route=st.sampled_from(sorted(REPORTS[Family.FIT])))
def test_any_bytes_are_survived(data: bytes, route: tuple[int, int]) -> None:
    receiver = Receiver(FIT)
    receiver.take(header(*route, data))
    for device in receiver.devices.values():
        assert device.parent == FIT != device.serial
    rows = TABLE.rows
    assert all(key in rows for _, key in receiver.all_states())


def test_message_types_are_its_own() -> None:
    """Same route, other message: nothing of the Fit is read with another product's numbering."""
    for route in ((96, 1), (96, 3), (96, 33), (96, 34)):
        assert REPORTS[Family.FIT][route].message is not REPORTS[Family.OCEAN][route].message
    assert REPORTS[Family.FIT][254, 32].message is message_class("EnergyTotals")
