"""The entities of a PowerOcean Plus: which there are, how they look, what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
import json
from math import inf, nan
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.energy_storage_hub.powerocean.const import DEFAULT_UPDATE_SECONDS
from simulator.powerocean import frames
from simulator.powerocean.build import Value, message
from simulator.powerocean.frames import Model
from simulator.powerocean.system import SimulatedCloud

from .conftest import SetUp
from .powerocean import (
    CHANGE,
    ERROR,
    HEARTBEAT,
    PACK,
    PACKS,
    STREAM,
    SYSTEM,
    WALL_BOX,
    House,
    entity_id,
    pass_time,
    state_of,
    until,
    value_of,
)

SEED: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "fixtures" / "seed_poweroceanplus.json").read_text()
)
MORNING = "2026-06-21 07:30:00"
SMALL: dict[str, Any] = {"packs": (), "wall_box": False}
ONE_OF_EACH: dict[str, Any] = {"packs": PACKS[:1]}

# The clock stands still: the plant's values are the same in each run.
still = pytest.mark.freeze_time(MORNING)
ticking = pytest.mark.freeze_time(MORNING, tick=True)
small = pytest.mark.parametrize("simulation", [SMALL], ids=["small"])
one_of_each = pytest.mark.parametrize("simulation", [ONE_OF_EACH], ids=["one of each"])


@pytest.fixture
def _all_enabled() -> Iterator[None]:
    """Enable all entities, also those that a person would have to enable."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", return_value=True
    ):
        yield


all_enabled = pytest.mark.usefixtures("_all_enabled")

type Entities = dict[str, er.RegistryEntry]


def entities_of(hass: HomeAssistant, entry: MockConfigEntry) -> Entities:
    """Return the entry's entities by unique id."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.unique_id: entity for entity in entries}


def seed_unique_id(report: str, state: str) -> str:
    """Return the unique id of a state of the seed table."""
    pack = report.removeprefix(PACK)
    if pack != report:
        return f"{PACKS[int(pack) - 1]}_{PACK}_{state}"
    return f"{WALL_BOX if report == 'EVChargingParamReport' else SYSTEM}_{report}_{state}"


def report(func: int, cmd: int, name: str, values: dict[str, Value]) -> frames.Report:
    """Return a report with exactly these values."""
    return frames.Report.of(func, cmd, message(name, values))


def pack_report(**values: Value) -> frames.Report:
    """Return a report of the first pack."""
    whole: dict[str, Value] = {"bpSn": PACKS[0].encode(), "bpDsrc": 1, **values}
    return report(96, 7, "PackReport", {"bpSta": [message("Pack", whole)]})


async def settle(freezer: FrozenDateTimeFactory) -> None:
    """Let measurements be written: they come at the chosen rate."""
    await pass_time(freezer, DEFAULT_UPDATE_SECONDS + 1)


# Which there are.


@still
async def test_every_state_of_the_seed_is_an_entity(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    entities = entities_of(hass, entry)
    wanted = {seed_unique_id(report, state) for report, states in SEED.items() for state in states}
    assert len(wanted) == 770
    assert not wanted - entities.keys()
    assert len(entities) == len({entity.entity_id for entity in entities.values()})


@still
async def test_what_a_person_looks_at_is_enabled(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp, snapshot: SnapshotAssertion
) -> None:
    """Some 40 of the system, 12 of each pack; the rest is there, but disabled."""
    entry = await set_up()
    await House(hass, cloud).online()
    entities = entities_of(hass, entry)
    enabled = {unique_id for unique_id, entity in entities.items() if not entity.disabled_by}
    counts = Counter(unique_id.partition("_")[0] for unique_id in enabled)
    assert 30 <= counts[SYSTEM] <= 45
    assert {counts[pack] for pack in PACKS} == {12}
    assert counts[WALL_BOX] == 6
    assert {
        entity.disabled_by for unique_id, entity in entities.items() if unique_id not in enabled
    } == {er.RegistryEntryDisabler.INTEGRATION}
    # Exactly those have a state.
    assert {state.entity_id for state in hass.states.async_all()} == {
        entities[unique_id].entity_id for unique_id in enabled
    }
    # The other packs have the same.
    others = tuple(PACKS[1:])
    assert sorted(name for name in enabled if not name.startswith(others)) == snapshot


@still
@one_of_each
@all_enabled
async def test_all_entities(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """System, one pack and wall box: everything that an entity is and shows, a line each."""
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    freezer.tick(60)
    await house.send(*frames.bundle(cloud.plant))
    assert described(hass, entry) == snapshot


def described(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Describe all entities of an entry, a line each."""
    lines = []
    for unique_id, entity in sorted(entities_of(hass, entry).items()):
        state = hass.states.get(entity.entity_id)
        assert state is not None, unique_id
        about = [
            str(state.attributes.get(name))
            for name in ("device_class", "state_class")
            if name in state.attributes
        ]
        if entity.entity_category:
            about.append(entity.entity_category.value)
        unit = state.attributes.get("unit_of_measurement", "")
        extra = {name: state.attributes[name] for name in EXTRA if name in state.attributes}
        lines.append(
            f"{unique_id}: {entity.entity_id} '{state.name}' = {state.state} {unit}".rstrip()
            + f" [{', '.join(about)}]"
            + (f" {extra}" if extra else "")
        )
    return lines


EXTRA = ("options", "elements", "code")


@still
@all_enabled
async def test_names_are_unique(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    names = Counter(state.name for state in hass.states.async_all())
    assert names
    assert not [name for name, count in names.items() if count > 1]
    assert entities_of(hass, entry)


@still
@small
async def test_a_state_that_is_never_sent_makes_no_entity(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """Here a system without battery and wall box."""
    entry = await set_up()
    await House(hass, cloud).online()
    entities = entities_of(hass, entry)
    assert f"{SYSTEM}_{STREAM}_sysLoadPwr" in entities
    for state in ("bpSoc", "bpPwr", "batteryChargePower", "batteryDischargePower", "otherPvPwr"):
        assert f"{SYSTEM}_{STREAM}_{state}" not in entities
    assert not [name for name in entities if not name.startswith(SYSTEM)]
    assert not [name for name in entities if "CloudBms" in name or "HRCharging" in name]
    assert "unknown" not in {
        state.state for state in hass.states.async_all() if "power" in state.entity_id
    }


@still
@pytest.mark.parametrize(
    "simulation", [ONE_OF_EACH | {"model": Model.OCEAN, "serial": "HJ31ZSIM1"}]
)
async def test_the_basic_powerocean_has_the_same_states(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    entities = entities_of(hass, entry)
    wanted = {
        f"HJ31ZSIM1_{report}_{state}"
        for report in (STREAM, HEARTBEAT, CHANGE)
        for state in SEED[report]
    }
    assert len(wanted) == 5 + 109 + 223
    assert not wanted - entities.keys()


# How they present themselves.


@still
@all_enabled
async def test_units_classes_and_statistics_fit_together(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    await House(hass, cloud).online()
    counters = 0
    for state in hass.states.async_all("sensor"):
        about = state.attributes
        unit, device_class = about.get("unit_of_measurement"), about.get("device_class")
        state_class = about.get("state_class")
        if unit == "kWh" and device_class == SensorDeviceClass.ENERGY and state_class:
            starts_again = any(
                word in state.entity_id for word in ("today", "month", "year", "session")
            )
            assert state_class == (
                SensorStateClass.TOTAL_INCREASING if starts_again else SensorStateClass.TOTAL
            ), state.entity_id
            counters += 1
        if unit == "W":
            assert device_class == SensorDeviceClass.POWER, state.entity_id
            assert state_class == SensorStateClass.MEASUREMENT, state.entity_id
        if device_class == SensorDeviceClass.ENUM:
            assert state.state in {*about["options"], "unknown"}, state.entity_id
            assert state_class is None
        if state_class:
            assert state.state == "unknown" or float(state.state) is not None
        assert state.state not in {"nan", "inf", "None"}
    assert counters > 15


@still
@one_of_each
async def test_technical_states_are_diagnostic(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    entities = entities_of(hass, entry)
    for unique_id in (
        f"{SYSTEM}_{HEARTBEAT}_pcsRunCtrl",
        f"{SYSTEM}_{CHANGE}_wifiStaStat",
        f"{PACKS[0]}_{PACK}_bpSn",
        f"{WALL_BOX}_EVChargingParamReport_switchBits",
    ):
        assert entities[unique_id].entity_category is EntityCategory.DIAGNOSTIC
        assert entities[unique_id].disabled_by
    # And what is technical is not what a person looks at.
    assert not [e for e in entities.values() if e.entity_category and not e.disabled_by]


# What they show.


@ticking
@one_of_each
async def test_signs_follow_the_energy_dashboard(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """Grid + imports, battery + discharges; beside each the two directions, never negative."""
    await set_up()
    house = House(hass, cloud)
    await house.online()

    async def flow(load: float, solar: float, battery: float) -> list[float]:
        cloud.plant.hold(load=load, strings=(solar, 0.0, 0.0), battery=battery)
        await house.send(frames.energy_stream(cloud.plant), frames.packs(cloud.plant))
        await settle(freezer)
        states = (
            "sysGridPwr",
            "gridImportPower",
            "gridExportPower",
            "bpPwr",
            "batteryChargePower",
            "batteryDischargePower",
        )
        return [float(value_of(hass, f"{STREAM}_{state}")) for state in states]

    assert await flow(1000, 4000, 2000) == [-1000, 0, 1000, -2000, 2000, 0]
    assert value_of(hass, f"{STREAM}_sysLoadPwr") == "1000.0"
    assert value_of(hass, f"{STREAM}_mpptPwr") == "4000.0"
    assert value_of(hass, f"{HEARTBEAT}_mpptHeartBeat_mpptPv_pwr0") == "4000.0"
    assert value_of(hass, f"{PACK}_bpPwr", PACKS[0]) == "-2000.0"

    assert await flow(3000, 0, -2500) == [500, 500, 0, 2500, 0, 2500]
    # At night the strings and the solar power are not sent any more: that is zero.
    assert value_of(hass, f"{STREAM}_mpptPwr") == "0.0"
    assert value_of(hass, f"{HEARTBEAT}_mpptHeartBeat_mpptPv_pwr0") == "0.0"
    assert value_of(hass, f"{PACK}_bpPwr", PACKS[0]) == "2500.0"


@ticking
@one_of_each
@all_enabled
async def test_arrays_show_what_matters_of_their_elements(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    await house.send(
        pack_report(bpCellVol=[3300.0, 3310.0, 3290.0, 3320.0], bpTemp=[21.0, 24.0, 22.0])
    )
    await settle(freezer)
    cells = state_of(hass, f"{PACK}_bpCellVol", PACKS[0])
    assert cells.state == "3.305"
    assert cells.attributes["elements"] == [3.3, 3.31, 3.29, 3.32]
    assert value_of(hass, f"{PACK}_bpCellVol_spread", PACKS[0]) == "30.0"
    temperature = state_of(hass, f"{PACK}_bpTemp", PACKS[0])
    assert float(temperature.state) == pytest.approx(22.3, abs=0.05)
    assert temperature.attributes["elements"] == [21.0, 24.0, 22.0]
    assert value_of(hass, f"{PACK}_bpTemp_max", PACKS[0]) == "24.0"

    # An impossible element makes the whole array worthless, not its mean a wrong one.
    await house.send(pack_report(bpCellVol=[3300.0, nan, 3290.0]))
    await settle(freezer)
    cells = state_of(hass, f"{PACK}_bpCellVol", PACKS[0])
    assert cells.state == "unknown"
    assert not cells.attributes["elements"]
    assert value_of(hass, f"{PACK}_bpCellVol_spread", PACKS[0]) == "unknown"


@ticking
@small
async def test_faults_are_problems_with_their_codes(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    await House(hass, cloud).online()

    async def shown(sent: list[int], codes: list[int]) -> str:
        errors = message("ModuleErrors", {"err_code": sent})
        await cloud.device.send(report(96, 3, "ErrorChange", {"pcs_err_code": errors}))
        fault = "ErrorChangeReport_pcsErrCode"
        await until(lambda: state_of(hass, fault).attributes["code"] == codes)
        assert state_of(hass, fault).attributes["device_class"] == "problem"
        return value_of(hass, fault)

    assert await shown([2001, 0, 17], [2001, 17]) == "on"
    assert await shown([17], [17]) == "on"
    assert await shown([], []) == "off"
    assert value_of(hass, ERROR) == "on"  # those of the system are its own


@still
@one_of_each
@all_enabled
async def test_texts_times_and_versions(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    await house.send(
        pack_report(moduleAplSwVer=0x04010E0F, bpTimestamp=1_780_000_000),
        report(
            209,
            8,
            "WallBox",
            {
                "ev_sn": WALL_BOX,
                "default_vehicle_id": "-1",
                "charge_vehicle_id": "V12",
                "stop_charging_soc": 255,
                "order_start_timestamp": 0,
            },
        ),
    )
    assert value_of(hass, f"{PACK}_bpSn", PACKS[0]) == PACKS[0]
    assert value_of(hass, f"{PACK}_moduleAplSwVer", PACKS[0]) == "4.1.14.15"
    time = datetime.fromisoformat(value_of(hass, f"{PACK}_bpTimestamp", PACKS[0]))
    assert time == datetime.fromtimestamp(1_780_000_000, UTC)
    wall_box = "EVChargingParamReport_"
    assert value_of(hass, f"{wall_box}chargeVehicleId", WALL_BOX) == "V12"
    for unknown in ("defaultVehicleId", "stopChargingSoc", "orderStartTimestamp"):
        assert value_of(hass, f"{wall_box}{unknown}", WALL_BOX) == "unknown"


@ticking
@one_of_each
@pytest.mark.parametrize("hostile", [nan, inf, -inf, 1e28, -3.4e38])
async def test_impossible_numbers_are_unknown_and_never_zero(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hostile: float,
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    power: dict[str, Value] = {"sysLoadPwr": hostile, "sysGridPwr": hostile, "mpptPwr": 100.0}
    await house.send(
        report(96, 33, "EnergyStream", power), pack_report(bpPwr=hostile, bpVol=hostile)
    )
    await settle(freezer)
    for state in ("sysLoadPwr", "sysGridPwr", "gridImportPower", "gridExportPower"):
        assert value_of(hass, f"{STREAM}_{state}") == "unknown", state
    assert value_of(hass, f"{STREAM}_mpptPwr") == "100.0"
    for state in ("bpPwr", "bpVol"):
        assert value_of(hass, f"{PACK}_{state}", PACKS[0]) == "unknown", state


@still
@one_of_each
async def test_sentinels_and_strange_options_are_unknown(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    known = report(96, 1, "Heartbeat", {"bp_dsg_time": 95})
    await house.send(known)
    await settle(freezer)
    assert value_of(hass, f"{HEARTBEAT}_bpDsgTime") == "95.0"
    await house.send(report(96, 1, "Heartbeat", {"bp_dsg_time": 144_000}))
    await settle(freezer)
    assert value_of(hass, f"{HEARTBEAT}_bpDsgTime") == "unknown"

    charging = f"{PACK}_bmsChgDsgSta"
    await house.send(pack_report(bmsChgDsgSta=1))
    assert value_of(hass, charging, PACKS[0]) == "discharging"
    await house.send(pack_report(bmsChgDsgSta=99))
    assert value_of(hass, charging, PACKS[0]) == "unknown"


@still
@one_of_each
async def test_a_report_leaves_alone_what_it_does_not_hold(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    house = House(hass, cloud)
    await house.online()
    before = {s.entity_id: s.state for s in hass.states.async_all() if s.entity_id != ERROR}
    fault = entity_id(hass, ERROR)
    await house.send(
        report(96, 1, "Heartbeat", {}),
        report(96, 8, "PlusConfigReport", {}),
        report(96, 13, "ParamChange", {}),
        pack_report(),
        frames.Report(96, 39, None),
        frames.Report(96, 22, None),
    )
    after = {s.entity_id: s.state for s in hass.states.async_all()}
    assert {name: after[name] for name in before if name != fault} == {
        name: before[name] for name in before if name != fault
    }


@ticking
@one_of_each
async def test_an_entity_can_be_renamed_and_enabled(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    registry = er.async_get(hass)
    power = entity_id(hass, f"{STREAM}_sysLoadPwr")
    meter = entity_id(hass, f"{HEARTBEAT}_pcsMeterPower")
    assert power
    assert meter
    registry.async_update_entity(power, new_entity_id="sensor.house")
    registry.async_update_entity(meter, disabled_by=None)
    await hass.async_block_till_done()

    cloud.plant.hold(load=4321.0)
    await house.send(frames.energy_stream(cloud.plant))
    await settle(freezer)
    assert hass.states.get(power) is None
    renamed = hass.states.get("sensor.house")
    assert renamed
    assert renamed.state == "4321.0"

    # Home Assistant reloads an entry half a minute after one of its entities was enabled.
    await pass_time(freezer, 45)
    await hass.async_block_till_done()
    await house.online(2)
    assert hass.states.get(meter) is not None
    assert value_of(hass, f"{HEARTBEAT}_pcsMeterPower") not in {"unknown", "unavailable"}
    assert entities_of(hass, entry)[f"{SYSTEM}_{STREAM}_sysLoadPwr"].entity_id == "sensor.house"
