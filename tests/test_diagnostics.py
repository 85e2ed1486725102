"""Diagnostics: enough to mend a decoder, and nothing that names an owner."""

from __future__ import annotations

from itertools import pairwise
import json
import re
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.powerocean import Fault, frames
from simulator.powerocean.system import DELTA, OCEAN_2, SimulatedCloud

from .conftest import CLIENT_UUID, SetUp, entry_for
from .powerocean import PACK, PACKS, STREAM, SYSTEM, WALL_BOX, House

ONE_OF_EACH: dict[str, Any] = {"packs": PACKS[:1]}
one_of_each = pytest.mark.parametrize("simulation", [ONE_OF_EACH], ids=["one of each"])

_HEX = re.compile(r"[0-9a-f]{8,}")


def device_of(hass: HomeAssistant, entry: MockConfigEntry, serial: str) -> dr.DeviceEntry:
    """Return a device of the entry."""
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, serial), entry.entry_id)
    assert device
    return device


def assert_nothing_secret(cloud: SimulatedCloud, found: object) -> None:
    """Neither in the text, nor in what its hexadecimal numbers say, masked or not."""
    text = json.dumps(found)
    secrets = [
        SYSTEM,
        *PACKS,
        WALL_BOX,
        OCEAN_2.serial,
        DELTA.serial,
        cloud.account.email,
        cloud.account.user_id,
        CLIENT_UUID,
        cloud.mqtt.account,
        cloud.mqtt.password,
        cloud.base_url,
        "Simulated home",
        "Frankfurt",
    ]
    decoded = [bytes.fromhex(found) for found in _HEX.findall(text) if len(found) % 2 == 0]
    assert decoded
    changes = [steps(data) for data in decoded]
    for secret in secrets:
        assert secret not in text, secret
        assert not any(steps(secret.encode()) in change for change in changes), secret


def steps(data: bytes) -> bytes:
    """Return how each byte differs from the one before: the same under any one-byte mask."""
    return bytes(before ^ after for before, after in pairwise(data))


@one_of_each
@pytest.mark.parametrize("masked", [False, True], ids=["plain", "masked"])
async def test_diagnostics_of_an_entry(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
    masked: bool,
) -> None:
    cloud.listed |= {device.serial: device for device in (DELTA, OCEAN_2)}
    cloud.device.masked = masked
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    # Fields that nobody knows, on a route that is known; and a route that is not.
    stream = frames.energy_stream(cloud.plant)
    unknown = b"\xf8\x3e\x2a" + b"\x82\x3f\x10" + SYSTEM.encode()  # fields 1007 and 1008
    await house.send(
        frames.Report(96, 33, (stream.pdata or b"") + unknown),
        frames.Report(7, 77, b"\x0a\x10" + PACKS[0].encode()),
    )
    await house.send_bytes(b"garbage")
    await cloud.broker.kick(cloud.broker.app_clients[0])
    await cloud.broker.wait_for_no_app()
    await house.online(2)

    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert_nothing_secret(cloud, found)

    data = found["entry"]["data"]
    assert data["source"] == "powerocean"
    assert data["email"] == data["password"] == data["client_uuid"] == "**REDACTED**"

    source = found["source"]
    assert source["connected"] is True
    assert source["connects"] == 2
    events = [event["event"] for event in source["connection_history"]]
    assert events.count("connected") == 2
    assert any("ended" in event for event in events)
    assert source["logins"] == 1
    assert found["problems"] == ["unsupported_system"]

    (system,) = source["systems"]
    assert system["available"] is True
    assert system["broken_payloads"] == 1
    assert system["packs_in_slots"] == [1]
    routes = system["routes"]
    for route in ("96/1", "96/3", "96/7", "96/8", "96/16", "96/17", "96/33", "209/8"):
        assert routes[route]["known"] is True
        assert routes[route]["count"] >= 1
        assert routes[route]["last"]
    assert routes["7/77"] | {"seconds_ago": 0} == {
        "known": False,
        "count": 1,
        "failed": 0,
        "seconds_ago": 0,
        "last": "0a10" + b"X".hex() * 16,
        "unknown_fields": [],
    }
    assert routes["53/14"]["known"] is False

    devices = {device["kind"]: device for device in found["devices"]}
    assert set(devices) == {"system", "pack", "wall_box"}
    assert devices["pack"]["states"][f"{PACK}_bpSn"] == "**REDACTED**"
    assert devices["pack"]["states"][f"{PACK}_bpSoc"] > 0
    assert devices["system"]["states"][f"{STREAM}_sysLoadPwr"] > 0
    assert devices["system"]["sw_version"] == "4.1.14.15"


@one_of_each
async def test_fields_that_nobody_knows_are_named(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    stream = frames.energy_stream(cloud.plant).pdata or b""
    await house.send(frames.Report(96, 33, stream + b"\xf8\x3e\x2a\x80\x3f\x07"))
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    route = found["source"]["systems"][0]["routes"]["96/33"]
    assert route["unknown_fields"] == [1007, 1008]
    assert bytes.fromhex(route["last"]).endswith(b"\xf8\x3e\x2a\x80\x3f\x07")


@one_of_each
async def test_diagnostics_of_devices(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    entry = await set_up()
    await House(hass, cloud).online()
    for serial, kind in ((SYSTEM, "system"), (PACKS[0], "pack"), (WALL_BOX, "wall_box")):
        device = device_of(hass, entry, serial)
        found: Any = await get_diagnostics_for_device(hass, hass_client, entry, device)
        assert_nothing_secret(cloud, found)
        (described,) = found["devices"]
        assert described["kind"] == kind
        assert described["available"] is True
        assert described["states"]
        (source,) = found["source"]
        assert source["systems"][0]["routes"]["96/7"]["last"]


@one_of_each
async def test_availability_is_that_of_now(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    """Also of a device of which a person has disabled every entity."""
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    registry = er.async_get(hass)
    for entity in er.async_entries_for_device(
        registry, device_of(hass, entry, WALL_BOX).id, include_disabled_entities=True
    ):
        registry.async_update_entity(entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await house.online(2)

    async def available() -> bool:
        device = device_of(hass, entry, WALL_BOX)
        found: Any = await get_diagnostics_for_device(hass, hass_client, entry, device)
        return bool(found["devices"][0]["available"])

    assert await available()
    cloud.device.offline = True
    await cloud.broker.kick(cloud.broker.app_clients[0])
    await cloud.broker.wait_for_no_app()
    await cloud.broker.wait_for_publish(cloud.device.get_reply_topic, 3)
    await cloud.device.publish(cloud.device.set_reply_topic, b"")  # comes after the answer
    for _ in range(200):
        await hass.async_block_till_done()
        if not await available():
            break
    assert not await available()


@pytest.mark.parametrize("fault", [Fault.drop(), Fault.html()], ids=["no cloud", "no answer"])
async def test_diagnostics_of_an_entry_that_could_not_be_set_up(
    hass: HomeAssistant, cloud: SimulatedCloud, hass_client: ClientSessionGenerator, fault: Fault
) -> None:
    entry = entry_for(cloud)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    devices = {serial: device_of(hass, entry, serial) for serial in (SYSTEM, PACKS[0])}
    await hass.config_entries.async_unload(entry.entry_id)
    cloud.faults.add("*", fault)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY

    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found["entry"]["data"]["email"] == "**REDACTED**"
    assert found["source"] is None
    assert cloud.account.email not in json.dumps(found)
    for device in devices.values():
        found = await get_diagnostics_for_device(hass, hass_client, entry, device)
        assert found["source"] is None
        assert SYSTEM not in json.dumps(found)
