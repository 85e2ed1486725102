"""Each product in Home Assistant: its devices, its names, its energies, what is never asked."""

from __future__ import annotations

from typing import Any

from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from simulator.powerocean import fit, frames, parallel
from simulator.powerocean.model import Model
from simulator.powerocean.plant import HEAT_PUMP_SERIAL, PLUG_SERIAL, ROD_SERIAL, WALL_BOX_SERIAL
from simulator.powerocean.scenarios import Scenario
from simulator.powerocean.system import SimulatedCloud

from .conftest import SetUp
from .powerocean import entity_id, state_of, until, value_of

MASTER, SECOND, THIRD = parallel.SERIALS
FIT = fit.SERIAL

FIT_STREAM = "EnergyStreamItem"
STREAM = "JTS1_ENERGY_STREAM_REPORT"


def simulated(*models: Model, **options: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "simulation",
        [{"model": model, **options} for model in models],
        ids=[model.name for model in models],
    )


def parts(hass: HomeAssistant, entry_id: str) -> dict[str, dr.DeviceEntry]:
    """Return the devices of an entry by serial number."""
    registry = dr.async_get(hass)
    return {
        str(device.serial_number): device
        for device in dr.async_entries_for_config_entry(registry, entry_id)
    }


@simulated(*Model)
async def test_every_product_is_set_up(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """From the snapshot alone: the flows are there, and nothing is unknown that is shown."""
    entry = await set_up()
    device = parts(hass, entry.entry_id)[cloud.serial]
    assert device.model is not None
    assert device.model.startswith("PowerOcean")
    home = f"{FIT_STREAM}_loadPwr" if cloud.model is Model.FIT else f"{STREAM}_sysLoadPwr"
    power = float(value_of(hass, home, cloud.serial))
    assert power == pytest.approx(cloud.plant.flow.load, abs=0.1)
    shown = [
        state
        for state in hass.states.async_all(("sensor", "binary_sensor"))
        if state.state == STATE_UNAVAILABLE
    ]
    assert not shown
    product_type = {
        request.headers["product-type"]
        for request in cloud.cloud.requests
        if request.endpoint == "detail"
    }
    assert product_type == {str(cloud.model.product_type)}


# Fit.


@simulated(Model.FIT)
async def test_fit_over_a_masked_stream(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """It answers no get; what it pushes is masked, and its stream is opened with two flags."""
    await set_up(update_seconds=0)
    await until(lambda: (96, 97, b"\x08\x01\x10\x01") in cloud.device.sets)
    cloud.plant.hold(load=777.0, strings=(3000.0, 1000.0, 0.0), battery=1500.0)
    await cloud.device.send(frames.energy_stream(cloud.plant, Model.FIT))
    home = f"{FIT_STREAM}_loadPwr"
    await until(lambda: value_of(hass, home, FIT) == "777.0")
    assert value_of(hass, f"{FIT_STREAM}_gridExportPower", FIT) == "1723.0"
    assert value_of(hass, f"{FIT_STREAM}_gridImportPower", FIT) == "0.0"
    # Home Assistant's signs: + = import, + = discharge.
    assert value_of(hass, f"{FIT_STREAM}_gridPwr", FIT) == "-1723.0"
    assert value_of(hass, f"{FIT_STREAM}_bpPwr", FIT) == "-1500.0"
    assert state_of(hass, home, FIT).name == "Simulated home Home consumption"


@simulated(Model.FIT)
async def test_fits_energies_of_the_day(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """For the energy dashboard: counters that begin again at midnight."""
    await set_up(update_seconds=0)
    for energy in ("pvIn", "loadDay", "gridIn", "gridOut", "bpIn", "bpOut"):
        state = state_of(hass, f"EMSHeartbeatReport_{energy.removesuffix('Day')}DayEnergy", FIT)
        assert state.attributes["state_class"] == SensorStateClass.TOTAL_INCREASING
        assert state.attributes["device_class"] == "energy"
        assert state.attributes["unit_of_measurement"] == "kWh"
        assert float(state.state) >= 0
    await cloud.broker.wait_for_subscription(cloud.device.property_topic)
    solar = "EMSHeartbeatReport_pvInDayEnergy"
    made = value_of(hass, solar, FIT)
    assert float(made) > 1
    cloud.plant.day_wh = dict.fromkeys(cloud.plant.day_wh, 0.0)
    cloud.plant.hold(load=777.0)
    await cloud.device.send(frames.heartbeat(cloud.plant, Model.FIT))
    await cloud.device.send(frames.energy_stream(cloud.plant, Model.FIT))
    await until(lambda: value_of(hass, "EnergyStreamItem_loadPwr", FIT) == "777.0")
    assert value_of(hass, solar, FIT) == made  # by day a zero is a glitch


@simulated(Model.FIT)
async def test_packs_of_a_fit(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up()
    devices = parts(hass, entry.entry_id)
    packs = [devices[serial] for serial in fit.PACKS]
    assert [pack.name for pack in packs] == [f"Battery pack {number}" for number in (1, 2, 3)]
    assert {pack.via_device_id for pack in packs} == {devices[FIT].id}
    soc = float(value_of(hass, "bpInfo_bpSoc", fit.PACKS[0]))
    assert soc == pytest.approx(cloud.plant.packs[0].soc * 100, abs=0.1)
    # What both reports tell is shown once.
    registry = er.async_get(hass)
    for key, disabled in (("bpInfo_bpPwr", False), ("CloudBmsInfoReport_bpPwr", True)):
        found = entity_id(hass, key, fit.PACKS[0])
        assert found
        known = registry.async_get(found)
        assert known is not None
        assert (known.disabled_by is not None) is disabled


# Parallel.


@simulated(Model.PARALLEL)
async def test_parallel_system(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up(update_seconds=0)
    await cloud.broker.wait_for_publish(cloud.device.get_reply_topic, 1)
    devices = parts(hass, entry.entry_id)
    for serial in (SECOND, THIRD):
        assert devices[serial].via_device_id == devices[MASTER].id
        assert devices[serial].name == f"PowerOcean single-phase {serial[-4:]}"
        assert value_of(hass, "ParallelEnergyStream_mpptPwr", serial) != STATE_UNKNOWN
    packs = cloud.plant.packs
    assert devices[packs[0].serial].via_device_id == devices[MASTER].id
    assert devices[packs[5].serial].via_device_id == devices[THIRD].id
    assert value_of(hass, "statusReportBattery_bpSoc", packs[5].serial) != STATE_UNKNOWN
    total = float(value_of(hass, f"{STREAM}_mpptPwr", MASTER))
    each = [
        float(value_of(hass, "ParallelEnergyStream_mpptPwr", serial)) for serial in parallel.SERIALS
    ]
    assert total == pytest.approx(sum(each), abs=0.5)


@simulated(Model.PARALLEL)
async def test_slaves_are_never_asked(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """The cloud refuses them, and subscribing to them is in vain."""
    entry = await set_up()
    await cloud.broker.wait_for_publish(cloud.device.get_reply_topic, 1)
    await entry.runtime_data.async_refresh()
    asked = {request.query.get("sn") for request in cloud.cloud.requests} - {None}
    assert asked == {MASTER}
    assert not [
        topic for topic in cloud.broker.subscriptions if any(s in topic for s in (SECOND, THIRD))
    ]


@simulated(Model.PARALLEL)
async def test_inverters_are_lost_and_found_with_the_system(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up(update_seconds=0)
    await cloud.broker.wait_for_publish(cloud.device.get_reply_topic, 1)
    pack = cloud.plant.packs[5].serial
    watched = (
        ("ParallelEnergyStream_mpptPwr", THIRD),
        ("statusReportBattery_bpSoc", pack),
        (f"{STREAM}_mpptPwr", MASTER),
    )
    assert all(value_of(hass, *state) != STATE_UNAVAILABLE for state in watched)
    await cloud.device.publish(
        cloud.device.get_reply_topic, frames.offline_answer(frames.sequence())
    )
    await until(lambda: all(value_of(hass, *state) == STATE_UNAVAILABLE for state in watched))
    await cloud.device.send(frames.energy_stream(cloud.plant, Model.PARALLEL))
    await until(lambda: all(value_of(hass, *state) != STATE_UNAVAILABLE for state in watched))
    diagnostics = entry.runtime_data.source.diagnostics(pack)
    assert len(diagnostics["systems"]) == 1


# Special houses.


@simulated(*Model, scenario=Scenario.NO_BATTERY)
async def test_site_without_battery(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    stream = FIT_STREAM if cloud.model is Model.FIT else STREAM
    assert entity_id(hass, f"{stream}_bpSoc", cloud.serial) is None
    assert entity_id(hass, f"{stream}_batteryChargePower", cloud.serial) is None
    assert not [serial for serial in parts(hass, entry.entry_id) if serial.startswith("HJ3A")]


@simulated(Model.SINGLE, Model.OCEAN)
async def test_phases_that_are_not_wired_make_no_entities(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    there = {
        phase: entity_id(hass, f"JTS1_EMS_HEARTBEAT_pcs{phase}Phase_volt", cloud.serial) is not None
        for phase in "ABC"
    }
    single = cloud.model is Model.SINGLE
    assert there == {"A": True, "B": not single, "C": not single}


# Accessories.


@simulated(Model.OCEAN, wall_box=False)
async def test_accessories_appear_when_they_report_and_can_be_removed(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entry = await set_up(update_seconds=0)
    await cloud.broker.wait_for_publish(cloud.device.get_reply_topic, 1)
    there = {ROD_SERIAL, HEAT_PUMP_SERIAL, PLUG_SERIAL, WALL_BOX_SERIAL}
    assert not there & parts(hass, entry.entry_id).keys()
    rich = SimulatedCloud(
        model=Model.OCEAN, heating_rod=True, heat_pump=True, smart_plug=True
    ).plant
    for reports in (frames.heating_rod, frames.heat_pump, frames.smart_plug, frames.wall_box):
        await cloud.device.send(*reports(rich))
    await until(lambda: there <= parts(hass, entry.entry_id).keys())
    await hass.async_block_till_done()
    devices = parts(hass, entry.entry_id)
    names = {serial: devices[serial].name for serial in there}
    assert names == {
        ROD_SERIAL: "Heating rod",
        HEAT_PUMP_SERIAL: "Heat pump",
        PLUG_SERIAL: "Smart plug",
        WALL_BOX_SERIAL: "Wall box",
    }
    assert {devices[serial].via_device_id for serial in there} == {devices[cloud.serial].id}
    assert value_of(hass, "HPUIReport_hpMaster_tempOutlet", HEAT_PUMP_SERIAL) == "38.5"
    assert value_of(hass, "EDevEnergyStreamShow_pwr", PLUG_SERIAL) == "201.0"
    # Gone: unplugged for good, and not heard any more after a restart.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert PLUG_SERIAL in parts(hass, entry.entry_id)
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    answer = await client.remove_device(devices[PLUG_SERIAL].id)
    assert answer["success"]
    assert PLUG_SERIAL not in parts(hass, entry.entry_id)
    # The system itself reports.
    answer = await client.remove_device(devices[cloud.serial].id)
    assert not answer["success"]
