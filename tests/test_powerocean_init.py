"""Setting an account up, taking it down, and everything that can be in the way of it."""

from __future__ import annotations

import asyncio
from itertools import pairwise
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.powerocean.const import DEFAULT_UPDATE_SECONDS
from simulator.powerocean import Fault, Listed, frames
from simulator.powerocean.packs import make_packs
from simulator.powerocean.system import DELTA, OCEAN_2, SimulatedCloud

from .conftest import SetUp, entry_for
from .powerocean import (
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
    value_of,
)

SMALL: dict[str, Any] = {"packs": (), "wall_box": False}
ONE_PACK: dict[str, Any] = {"packs": PACKS[:1], "wall_box": False}

real_time = pytest.mark.freeze_time("2026-06-21 09:30:00", tick=True)
small = pytest.mark.parametrize("simulation", [SMALL], ids=["small"])
one_pack = pytest.mark.parametrize("simulation", [ONE_PACK], ids=["one pack"])

TEXTS = json.loads(
    (
        Path(__file__).parent.parent / "custom_components" / DOMAIN / "translations" / "en.json"
    ).read_text()
)

type Devices = dict[str, dr.DeviceEntry]


@pytest.fixture
async def _watched() -> None:
    """Let the event loop look out for calls from other threads and the like."""
    asyncio.get_running_loop().set_debug(True)


watched = pytest.mark.usefixtures("_watched")


def devices_of(hass: HomeAssistant, entry: MockConfigEntry) -> Devices:
    """Return the entry's devices by serial number."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {device.serial_number or "": device for device in devices}


def storage_key(entry: MockConfigEntry) -> str:
    """Return the name of the file in which an entry keeps its counters."""
    return f"{DOMAIN}.{entry.entry_id}"


def reason(entry: MockConfigEntry) -> str:
    """Return the key of what a person reads about an entry that is not set up."""
    key = entry.error_reason_translation_key
    assert key
    assert TEXTS["exceptions"][key]["message"]
    return key


# Devices.


@watched
async def test_devices(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    devices = devices_of(hass, entry)
    assert set(devices) == {SYSTEM, *PACKS, WALL_BOX}

    system = devices[SYSTEM]
    assert system.name == "Simulated home"
    assert (system.manufacturer, system.model) == ("EcoFlow", "PowerOcean Plus")
    assert system.sw_version == "4.1.14.15"
    assert system.via_device_id is None
    for number, serial in enumerate(PACKS, start=1):
        pack = devices[serial]
        assert pack.name == f"Battery pack {number}"
        assert pack.model == "PowerOcean battery"
        assert pack.sw_version == "4.1.14.15"
        assert pack.via_device_id == system.id
    assert devices[WALL_BOX].name == "Wall box"
    assert devices[WALL_BOX].model == "PowerPulse"
    assert devices[WALL_BOX].via_device_id == system.id
    for serial, device in devices.items():
        assert device.identifiers == {(DOMAIN, serial)}


@pytest.mark.parametrize(
    "simulation", [SMALL | {"extra_devices": (DELTA, OCEAN_2), "shared": True}], ids=["shared"]
)
async def test_what_is_no_powerocean_is_left_out(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert set(devices_of(hass, entry)) == {SYSTEM}
    # Only the system is asked for, and only its topics are subscribed to.
    await House(hass, cloud).online()
    asked = {request.query["sn"] for request in cloud.cloud.requests if "sn" in request.query}
    assert asked == {SYSTEM}
    topics = {
        s.topic for s in cloud.broker.subscriptions if s.client_id in cloud.broker.app_clients
    }
    assert topics == {
        cloud.device.property_topic,
        cloud.device.get_reply_topic,
        cloud.device.set_reply_topic,
    }


@one_pack
async def test_a_pack_that_is_added_later(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    assert set(devices_of(hass, entry)) == {SYSTEM, PACKS[0]}

    cloud.plant.packs.append(make_packs(PACKS[:2], 1, 0.5)[1])
    await house.send(frames.pack(cloud.plant, 2))
    devices = devices_of(hass, entry)
    assert set(devices) == {SYSTEM, *PACKS[:2]}
    assert devices[PACKS[1]].name == "Battery pack 2"
    assert devices[PACKS[1]].via_device_id == devices[SYSTEM].id
    assert value_of(hass, f"{PACK}_bpSoc", PACKS[1]) == "50.0"
    assert state_of(hass, f"{PACK}_bpSoc", PACKS[1]).name == "Battery pack 2 State of charge"


@one_pack
async def test_a_pack_that_moves_to_another_slot(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    before = set(er.async_get(hass).entities)
    cloud.plant.packs[0].slot = 4
    await house.send(frames.packs(cloud.plant))
    assert devices_of(hass, entry)[PACKS[0]].name == "Battery pack 4"
    assert set(er.async_get(hass).entities) == before


# Coming and going.


@small
@watched
async def test_unload_and_reload(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    for times in (1, 2, 3):
        await house.online(times)
        assert entry.state is ConfigEntryState.LOADED
        assert len(cloud.broker.app_clients) == 1
        assert value_of(hass, f"{STREAM}_sysLoadPwr") not in {STATE_UNAVAILABLE, STATE_UNKNOWN}

        assert await hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
        assert value_of(hass, f"{STREAM}_sysLoadPwr") == STATE_UNAVAILABLE
        await cloud.broker.wait_for_no_app()

        assert await hass.config_entries.async_setup(entry.entry_id)
    # The client id is the same all the time: at most ten a day are accepted.
    apps = {item.client_id for item in cloud.broker.connects if "ANDROID" in item.client_id}
    assert len(apps) == 1


@small
@watched
async def test_unload_while_it_connects(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """A connection that is just being made is not left behind, where it would stay for good."""
    entry = await set_up()
    for tries in range(1, 6):
        await cloud.broker.wait_for_connects(tries)
        assert await hass.config_entries.async_unload(entry.entry_id)
        await cloud.broker.wait_for_no_app()
        assert await hass.config_entries.async_setup(entry.entry_id)


@one_pack
async def test_removal_leaves_nothing_behind(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    cloud.listed[OCEAN_2.serial] = OCEAN_2  # which raises an issue
    entry = await set_up()
    await House(hass, cloud).online()
    assert ir.async_get(hass).issues
    await hass.config_entries.async_unload(entry.entry_id)
    assert storage_key(entry) in hass_storage

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert storage_key(entry) not in hass_storage
    assert not devices_of(hass, entry)
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert not hass.states.async_all()
    assert not ir.async_get(hass).issues


@real_time
async def test_entities_come_back_after_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    """As unknown or unavailable, until they are reported."""
    cloud.plant.hold(load=480.0)
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    registry = er.async_get(hass)
    before = {e.unique_id: e for e in er.async_entries_for_config_entry(registry, entry.entry_id)}
    assert value_of(hass, f"{STREAM}_sysLoadPwr") == "480.0"
    total = value_of(hass, "snapshot_totalElectricityGeneration")
    await hass.config_entries.async_unload(entry.entry_id)

    # The system is there again, but has told next to nothing so far.
    cloud.device.pause()
    known = {"online": 1, "totalElectricityGeneration": total, "quota": {}}
    answer = json.dumps({"code": "0", "message": "Success", "data": known}).encode()
    cloud.faults.add("detail", Fault.raw(answer))
    await hass.config_entries.async_setup(entry.entry_id)
    after = {e.unique_id: e for e in er.async_entries_for_config_entry(registry, entry.entry_id)}
    assert after.keys() == before.keys()
    assert all(after[key].entity_id == before[key].entity_id for key in before)
    states = {state.entity_id for state in hass.states.async_all()}
    assert states == {e.entity_id for e in before.values() if not e.disabled_by}

    assert value_of(hass, "snapshot_totalElectricityGeneration") == total
    assert value_of(hass, f"{STREAM}_sysLoadPwr") == STATE_UNKNOWN
    assert value_of(hass, f"{HEARTBEAT}_bpRemainWatth") == STATE_UNKNOWN
    assert value_of(hass, "ErrorChangeReport_emsErrCode") == STATE_UNKNOWN
    assert value_of(hass, f"{PACK}_bpSoc", PACKS[0]) == STATE_UNAVAILABLE
    assert value_of(hass, "EVChargingParamReport_evPwr", WALL_BOX) == STATE_UNAVAILABLE

    # Then it speaks.
    cloud.device.resume()
    await house.send(*frames.bundle(cloud.plant))
    await pass_time(freezer, DEFAULT_UPDATE_SECONDS + 1)
    shown = {
        state.entity_id for state in hass.states.async_all() if state.state == STATE_UNAVAILABLE
    }
    assert not shown
    assert value_of(hass, f"{STREAM}_sysLoadPwr") == "480.0"


@small
@watched
async def test_home_assistant_stops_while_connected(
    hass: HomeAssistant, cloud: SimulatedCloud, hass_storage: dict[str, Any]
) -> None:
    """The harness looks for tasks, timers and threads that are left over."""
    entry = entry_for(cloud)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await House(hass, cloud).online()
    assert storage_key(entry) not in hass_storage
    await hass.async_stop(force=True)
    await cloud.broker.wait_for_no_app()
    # Entries are not unloaded then: what was counted is written all the same.
    assert hass_storage[storage_key(entry)]["data"]["source"][SYSTEM]["totals"].keys() >= {"home"}


@real_time
@small
async def test_counters_are_saved_now_and_then(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    saved = []
    for _ in range(3):
        cloud.plant.hold(load=6000.0, strings=(0.0, 0.0, 0.0), battery=0.0)
        hass_storage.pop(storage_key(entry), None)
        for _ in range(16):
            await pass_time(freezer, 20)
            await house.send(frames.energy_stream(cloud.plant))
        saved.append(hass_storage[storage_key(entry)]["data"]["source"][SYSTEM]["totals"]["home"])
    assert saved == sorted(set(saved))
    assert saved[-1] > 0.9  # 6 kW for a quarter of an hour are 1.5 kWh

    # And there is always something to write at the end, even right after it was written.
    hass_storage.pop(storage_key(entry), None)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert storage_key(entry) in hass_storage


@pytest.mark.usefixtures("disable_block_async_io")
async def test_the_event_loop_is_never_blocked_by_io(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from homeassistant import block_async_io  # noqa: PLC0415

    block_async_io.enable()
    await set_up()
    await House(hass, cloud).online()
    assert "blocking call" not in caplog.text


# What is in the way.


@real_time
@small
@pytest.mark.parametrize(
    ("endpoint", "fault"),
    [
        ("*", Fault.drop()),
        ("*", Fault.http(503)),
        ("login", Fault.http(500)),
        ("devices", Fault.html()),
        ("devices", Fault.http(429, retry_after=30)),
        ("detail", Fault.http(502)),
        ("detail", Fault.raw(b'{"code":"0"')),
        ("detail", Fault.api("6012")),
    ],
    ids=str,
)
async def test_a_cloud_that_is_not_there_now(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    endpoint: str,
    fault: Fault,
) -> None:
    cloud.faults.add(endpoint, fault)
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert reason(entry) in {"bad_answer", "cannot_connect", "system_offline", "web_page"}
    assert not hass.config_entries.flow.async_progress()

    cloud.faults.clear()
    await pass_time(freezer, 120, lambda: entry.state is ConfigEntryState.LOADED)
    await House(hass, cloud).online()


@real_time
@small
async def test_no_storm_of_logins_while_the_cloud_is_ill(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.faults.add("devices", Fault.http(503))
    entry = await set_up()
    for _ in range(60):
        await pass_time(freezer, 5)
        await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert cloud.cloud.counts["devices"] > 3  # tried again and again
    assert_no_storm(cloud)


@small
@pytest.mark.parametrize(
    ("attribute", "key"), [("login_rejected", "invalid_auth"), ("two_factor", "two_factor")]
)
async def test_a_refused_login_asks_for_the_password(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp, attribute: str, key: str
) -> None:
    setattr(cloud.faults, attribute, True)
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert reason(entry) == key
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    assert flow["context"]["source"] == "reauth"
    assert flow["context"]["entry_id"] == entry.entry_id
    assert cloud.cloud.counts["login"] == 1

    cloud.faults.clear()
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": cloud.account.password}
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


@small
async def test_an_account_without_systems(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.faults.no_devices = True
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert reason(entry) == "no_systems"
    assert not hass.config_entries.flow.async_progress()


@real_time
@small
async def test_reloads_do_not_log_in_again(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    for _ in range(3):
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.LOADED
    assert cloud.cloud.counts["login"] == 1


def assert_no_storm(cloud: SimulatedCloud) -> None:
    """There is at most one login a minute."""
    times = [request.time for request in cloud.cloud.requests if request.endpoint == "login"]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert times
    assert min(gaps, default=60.0) >= 60.0, gaps


@small
async def test_typed_serials_stand_in_for_an_empty_list(
    hass: HomeAssistant, cloud: SimulatedCloud
) -> None:
    cloud.faults.no_devices = True
    entry = entry_for(cloud)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "serials": [SYSTEM]})
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    system = devices_of(hass, entry)[SYSTEM]
    assert system.name == "PowerOcean Plus"  # its own name is in the list only
    await hass.config_entries.async_unload(entry.entry_id)


@small
async def test_one_ill_system_does_not_stop_the_others(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.listed["HJ31ZSIM00000009"] = Listed("HJ31ZSIM00000009", "Slave")
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert value_of(hass, f"{STREAM}_sysLoadPwr") not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    assert set(devices_of(hass, entry)) == {SYSTEM, "HJ31ZSIM00000009"}


# Devices that are gone.


async def remove(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, device: dr.DeviceEntry
) -> bool:
    """Remove a device as a person does; whether it was allowed."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    answer = await client.remove_device(device.id)
    if not answer["success"]:
        assert answer["error"]["code"] == "home_assistant_error"
    return bool(answer["success"])


@one_pack
async def test_only_a_device_that_is_gone_can_be_removed(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    devices = devices_of(hass, entry)
    assert not await remove(hass, hass_ws_client, devices[SYSTEM])
    assert not await remove(hass, hass_ws_client, devices[PACKS[0]])

    await hass.config_entries.async_unload(entry.entry_id)
    cloud.plant.packs.clear()
    await hass.config_entries.async_setup(entry.entry_id)
    assert value_of(hass, f"{PACK}_bpSoc", PACKS[0]) == STATE_UNAVAILABLE
    assert await remove(hass, hass_ws_client, devices[PACKS[0]])
    assert set(devices_of(hass, entry)) == {SYSTEM}
    assert entity_id(hass, f"{PACK}_bpSoc", PACKS[0]) is None
    assert not await remove(hass, hass_ws_client, devices[SYSTEM])


@one_pack
async def test_devices_of_an_account_that_is_not_set_up_can_be_removed(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entry = await set_up()
    devices = devices_of(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    cloud.faults.add("*", Fault.drop())
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await remove(hass, hass_ws_client, devices[PACKS[0]])


@small
async def test_a_disabled_account_is_at_rest(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await cloud.broker.wait_for_no_app()
    assert {state.state for state in hass.states.async_all("sensor")} == {STATE_UNAVAILABLE}
