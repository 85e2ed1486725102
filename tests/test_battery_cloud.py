"""Battery cloud in Home Assistant: set-up, states, faults, everything that can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import gc
import json
import logging
from pathlib import Path
import threading
import time
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import Blueprint, BlueprintInputs
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.energy_storage_hub.battery_cloud.api import RuntimeApi
from custom_components.energy_storage_hub.battery_cloud.states import ROWS
from custom_components.energy_storage_hub.const import DOMAIN
from simulator.battery_cloud import (
    CHARGING,
    FAULTY,
    HEALTHY,
    IN_MILLIVOLT,
    OFFLINE,
    UNKNOWN,
    Fault,
    SimulatedBattery,
    SimulatedBatteryCloud,
    many,
)
from tests.battery_cloud import INFO, LIST, SEED, WORK, States, entry_for

FLEET = (HEALTHY, CHARGING, FAULTY, IN_MILLIVOLT, OFFLINE, UNKNOWN)
BLUEPRINTS = Path(__file__).parent.parent / "blueprints/automation/energy_storage_hub"
LOGGER = "custom_components.energy_storage_hub"

type SetUpBatteries = Callable[..., Awaitable[MockConfigEntry]]
type MoveTime = Callable[[float], Awaitable[None]]


@pytest.fixture
async def server() -> AsyncIterator[SimulatedBatteryCloud]:
    async with SimulatedBatteryCloud() as server:
        yield server


@pytest.fixture
async def set_up(
    hass: HomeAssistant, server: SimulatedBatteryCloud
) -> AsyncIterator[SetUpBatteries]:
    """Set up an entry for batteries of the simulated server."""
    entries: list[MockConfigEntry] = []

    async def set_up(*serials: str, **options: Any) -> MockConfigEntry:
        entry = entry_for(server, *serials, **options)
        entry.add_to_hass(hass)
        entries.append(entry)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    yield set_up
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
def move_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> MoveTime:
    async def move_time(seconds: float) -> None:
        while seconds > 0:
            step = min(seconds, 30)
            freezer.tick(timedelta(seconds=step))
            seconds -= step
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)

    return move_time


@pytest.fixture
def states(hass: HomeAssistant) -> States:
    return States(hass)


def typed(server: SimulatedBatteryCloud, *serials: str, **changes: Any) -> dict[str, Any]:
    """What a person types into the form."""
    return {
        "url": server.url,
        "header": "token",
        "token": "demo",
        "batteries": list(serials or (HEALTHY,)),
        **changes,
    }


async def start_flow(hass: HomeAssistant) -> Any:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.MENU
    assert "battery_cloud" in result["menu_options"]
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": "battery_cloud"}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "battery_cloud"
    return result


# Adding.


async def test_add(hass: HomeAssistant, server: SimulatedBatteryCloud, states: States) -> None:
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], typed(server, f"{HEALTHY}, {CHARGING}\uff0c{HEALTHY}", OFFLINE)
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "127.0.0.1"
    assert result["data"] == {
        "source": "battery_cloud",
        "url": server.url,
        "header": "token",
        "token": "demo",
    }
    assert result["options"] == {
        "batteries": {HEALTHY: {}, CHARGING: {}, OFFLINE: {}},
        "poll_seconds": 120,
    }
    await hass.async_block_till_done()
    assert states(HEALTHY, f"{INFO}soc") == "81.0"
    assert states(CHARGING, f"{INFO}soc") == "43.0"
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_add_with_a_serial_number_in_the_address(
    hass: HomeAssistant, server: SimulatedBatteryCloud
) -> None:
    result = await start_flow(hass)
    url = server.url.replace("{sn}", HEALTHY)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], typed(server, CHARGING, HEALTHY, url=url)
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["url"] == server.url
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"url": "http://example.com/{sn}"}, {"url": "battery_url"}),
        ({"url": "ftp://127.0.0.1/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://example.com/battery"}, {"url": "battery_url"}),
        ({"url": "https://{sn}.example.com/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://user:password@example.com/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://@example.com/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://example.com\\@evil.com/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://example.com/{sn}#part"}, {"url": "battery_url"}),
        ({"url": "https://example.com/{sn}/{id}"}, {"url": "battery_url"}),
        ({"url": "https://example.com:99999/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://exa mple.com/{sn}"}, {"url": "battery_url"}),
        ({"url": "https://[::1/{sn}"}, {"url": "battery_url"}),
        ({"header": "two words"}, {"header": "battery_header"}),
        ({"header": "Host"}, {"header": "battery_header"}),
        ({"token": "line\nbreak"}, {"token": "battery_token"}),
        ({"token": "令牌"}, {"token": "battery_token"}),
        ({"batteries": []}, {"batteries": "battery_none"}),
        ({"batteries": [" , "]}, {"batteries": "battery_none"}),
        ({"batteries": ["B6BC2122070134601/../x"]}, {"batteries": "battery_serial"}),
        ({"batteries": [UNKNOWN]}, {"base": "battery_unknown"}),
        ({"token": "wrong"}, {"base": "battery_token_refused"}),
        ({"token": ""}, {"base": "battery_token_refused"}),
    ],
)
async def test_add_after_a_mistake(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    changes: dict[str, Any],
    errors: dict[str, str],
) -> None:
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], typed(server, **changes)
    )
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    assert result["description_placeholders"]["sn"] == "{sn}"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


def other_battery() -> bytes:
    info = {**SEED["runtimeInfo"], "sn": "B6BC2122070199999"}
    return json.dumps({"code": 0, "msg": "success", "runtimeInfo": info}).encode()


BAD_ANSWERS = {
    "html": (Fault.html, "web_page"),
    "redirect": (lambda: Fault.redirect("http://127.0.0.1:1/"), "battery_redirected"),
    "too long": (Fault.long, "bad_answer"),
    "dropped": (Fault.drop, "cannot_connect"),
    "not json": (lambda: Fault.raw(b"{"), "bad_answer"),
    "empty": (lambda: Fault.raw(b""), "bad_answer"),
    "list": (lambda: Fault.raw(b"[]"), "bad_answer"),
    "deep": (lambda: Fault.raw(b"[" * 100_000), "bad_answer"),
    "no code": (lambda: Fault.raw(b'{"runtimeInfo":{}}'), "bad_answer"),
    "null": (lambda: Fault.raw(b'{"code":0,"runtimeInfo":null}'), "battery_unknown"),
    "missing": (lambda: Fault.raw(b'{"code":0}'), "battery_unknown"),
    "empty object": (lambda: Fault.raw(b'{"code":0,"runtimeInfo":{}}'), "battery_unknown"),
    "array": (lambda: Fault.raw(b'{"code":0,"runtimeInfo":[1]}'), "bad_answer"),
    "text": (lambda: Fault.raw(b'{"code":0,"runtimeInfo":"x"}'), "bad_answer"),
    "other battery": (lambda: Fault.raw(other_battery()), "battery_other"),
    "code 500": (lambda: Fault.code(500, "未知异常\uff0c请联系管理员"), "battery_refused"),
    "status 404": (lambda: Fault.http(404), "battery_status"),
    "status 503": (lambda: Fault.http(503), "battery_status"),
    "status 401": (lambda: Fault.http(401), "battery_token_refused"),
    "code 401": (lambda: Fault.code(401, "invalid token"), "battery_token_refused"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_add_after_a_bad_answer(
    hass: HomeAssistant, server: SimulatedBatteryCloud, name: str
) -> None:
    make, key = BAD_ANSWERS[name]
    server.faults.append(make())  # type: ignore[operator]
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    assert result["errors"] == {"base": key}
    server.faults.clear()
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("未知异常\uff0c请联系管理员", "未知异常\uff0c请联系管理员"),
        ("<html><body>no</body></html>", "-"),
        ("", "-"),
        (f"token demo of {HEALTHY}\nis wrong", "token *** of *** is wrong"),
        ("长" * 500, "长" * 120),
    ],
)
async def test_words_of_the_server_are_shown(
    hass: HomeAssistant, server: SimulatedBatteryCloud, message: str, said: str
) -> None:
    server.faults.append(Fault.code(500, message))
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    placeholders = result["description_placeholders"]
    assert placeholders["said"] == said
    assert placeholders["code"] == "500"


async def test_server_gone(hass: HomeAssistant, server: SimulatedBatteryCloud) -> None:
    await server.stop()
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    assert result["errors"] == {"base": "cannot_connect"}


async def test_slow_drip_ends(
    hass: HomeAssistant, server: SimulatedBatteryCloud, freezer: FrozenDateTimeFactory
) -> None:
    server.faults.append(Fault.drip(interval=3600))
    result = await start_flow(hass)
    form = asyncio.create_task(
        hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    )
    await server.was_asked.wait()
    assert not form.done()
    freezer.tick(timedelta(seconds=20))
    async_fire_time_changed(hass)
    assert (await form)["errors"] == {"base": "cannot_connect"}


async def test_unexpected_error(
    hass: HomeAssistant, server: SimulatedBatteryCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(api: RuntimeApi, serial: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(RuntimeApi, "runtime", broken)
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed(server))
    assert result["errors"] == {"base": "unknown"}


async def test_add_twice(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries
) -> None:
    await set_up(HEALTHY)
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], typed(server, HEALTHY)
    )
    assert result["errors"] == {"batteries": "battery_there"}
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], typed(server, CHARGING)
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_unknown_battery_beside_a_known_one(
    hass: HomeAssistant, server: SimulatedBatteryCloud, states: States
) -> None:
    result = await start_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], typed(server, UNKNOWN, HEALTHY)
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert states(HEALTHY, f"{INFO}soc") == "81.0"
    assert states.of(UNKNOWN) == {}
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_reconfigure(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    entry = await set_up(HEALTHY)
    async with SimulatedBatteryCloud(header="X-Key", token="other") as other:
        result = await entry.start_reconfigure_flow(hass)
        assert result["step_id"] == "battery_cloud_reconfigure"
        new = {"url": other.url, "header": "X-Key", "token": "wrong"}
        result = await hass.config_entries.flow.async_configure(result["flow_id"], new)
        assert result["errors"] == {"base": "battery_token_refused"}
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {**new, "token": "other"}
        )
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        assert entry.data["url"] == other.url
        assert set(entry.options["batteries"]) == {HEALTHY}
        assert other.counts[HEALTHY] == 3  # wrong token, right token, set-up
        assert states(HEALTHY, f"{INFO}soc") == "81.0"
        await hass.config_entries.async_unload(entry.entry_id)


# Signing in again.


@pytest.mark.parametrize("fault", [Fault.code(401, "invalid token"), Fault.http(401)])
async def test_token_expires(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    entry = await set_up(HEALTHY, CHARGING)
    server.token = "new"
    server.faults.append(fault)
    await move_time(360)
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["step_id"] for flow in flows] == ["battery_cloud_reauth_confirm"]
    assert sum("refused, please sign in" in message for message in caplog.messages) == 1
    assert server.counts.total() < 8  # a dead token is not tried at every turn

    flow_id = flows[0]["flow_id"]
    result = await hass.config_entries.flow.async_configure(flow_id, {"token": "wrong"})
    assert result["errors"] == {"base": "battery_token_refused"}
    server.faults.clear()
    result = await hass.config_entries.flow.async_configure(flow_id, {"token": "new"})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.data["token"] == "new"
    assert entry.state is ConfigEntryState.LOADED


async def test_token_is_dead_at_the_start(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries
) -> None:
    server.faults.append(Fault.code(401, "invalid token"))
    entry = await set_up(HEALTHY)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN)


# Options.


async def option(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> Any:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.MENU
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": step}
    )
    assert result["step_id"] == step
    return result


async def test_add_batteries_later(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    entry = await set_up(HEALTHY)
    result = await option(hass, entry, "battery_add")
    configure = hass.config_entries.options.async_configure
    for wrong, error in (
        ({"batteries": ["?"]}, {"batteries": "battery_serial"}),
        ({"batteries": [HEALTHY]}, {"batteries": "battery_there"}),
        ({"batteries": [UNKNOWN]}, {"base": "battery_unknown"}),
    ):
        result = await configure(result["flow_id"], wrong)
        assert result["errors"] == error
    result = await configure(result["flow_id"], {"batteries": [CHARGING, FAULTY]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert set(entry.options["batteries"]) == {HEALTHY, CHARGING, FAULTY}
    assert states(FAULTY, f"{INFO}soc") == "17.0"


async def test_remove_batteries(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    entry = await set_up(HEALTHY, CHARGING)
    result = await option(hass, entry, "battery_remove")
    configure = hass.config_entries.options.async_configure
    result = await configure(result["flow_id"], {"batteries": [HEALTHY, CHARGING]})
    assert result["errors"] == {"batteries": "battery_last"}
    result = await configure(result["flow_id"], {"batteries": [HEALTHY]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert set(entry.options["batteries"]) == {CHARGING}
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert [device.serial_number for device in devices] == [CHARGING]
    assert states.of(HEALTHY) == {}
    assert states(CHARGING, f"{INFO}soc") == "43.0"


async def test_choose_units(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    for serial in (HEALTHY, CHARGING):
        server.batteries[serial].changes = {"voltage": 1280, "mosTemperature": 305}
    entry = await set_up(HEALTHY, CHARGING, FAULTY)
    assert states(HEALTHY, f"{INFO}voltage") == "unknown"
    assert states(HEALTHY, f"{INFO}mosTemperature") == "unknown"
    result = await option(hass, entry, "battery_choose")
    configure = hass.config_entries.options.async_configure
    result = await configure(result["flow_id"], {"batteries": []})
    assert result["errors"] == {"batteries": "battery_none"}
    result = await configure(result["flow_id"], {"batteries": [HEALTHY, CHARGING]})
    assert result["step_id"] == "battery_scales"
    assert result["description_placeholders"] == {"batteries": f"{HEALTHY}, {CHARGING}"}
    result = await configure(
        result["flow_id"],
        {
            "voltage": "ten_mv",
            "temperature": "tenth_celsius",
            "capacity": "unknown",
            "flags": "cautious",
            "fault_list": "automatic",
        },
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    chosen = {"voltage": "ten_mv", "temperature": "tenth_celsius"}
    assert entry.options["batteries"] == {HEALTHY: chosen, CHARGING: chosen, FAULTY: {}}
    for serial in (HEALTHY, CHARGING):
        assert states(serial, f"{INFO}voltage") == "12.8"
        assert states(serial, f"{INFO}mosTemperature") == "30.5"


async def test_choose_how_often(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, move_time: MoveTime
) -> None:
    entry = await set_up(HEALTHY)
    result = await option(hass, entry, "battery_polling")
    await hass.config_entries.options.async_configure(result["flow_id"], {"poll_seconds": 300})
    await hass.async_block_till_done()
    assert entry.options["poll_seconds"] == 300
    asked = server.counts[HEALTHY]
    await move_time(270)
    assert server.counts[HEALTHY] == asked
    await move_time(60)
    assert server.counts[HEALTHY] == asked + 1


# States.


async def test_fleet(set_up: SetUpBatteries, states: States) -> None:
    await set_up(*FLEET)
    assert states(HEALTHY, f"{INFO}online") == "on"
    assert states(HEALTHY, f"{INFO}fault") == "off"
    assert states(HEALTHY, f"{LIST}activeFaults") == "no_fault"
    assert states(HEALTHY, f"{WORK}discharging") == "on"
    assert states(HEALTHY, f"{INFO}pluggedCabinetSlotSeq") == "unknown"
    assert states(CHARGING, f"{WORK}charging") == "on"
    assert states(CHARGING, f"{INFO}pluggedCabinetSlotSeq") == "5"
    assert states(FAULTY, f"{INFO}fault") == "on"
    assert states(FAULTY, f"{LIST}activeFaults") == (
        "Over-discharge (under-voltage), level 1; Discharge over-temperature"
    )
    volts, millivolts = (states(s, f"{INFO}voltage") for s in (HEALTHY, IN_MILLIVOLT))
    assert volts
    assert millivolts
    assert abs(float(volts) - float(millivolts)) < 2
    assert states(IN_MILLIVOLT, f"{INFO}cellSpread") == "4.0"
    assert states.of(UNKNOWN) == {}


async def test_seed_is_offline_and_nothing_else_is_known(
    hass: HomeAssistant, set_up: SetUpBatteries, states: States
) -> None:
    entry = await set_up(HEALTHY, OFFLINE)
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    shown = states.of(OFFLINE)
    assert len(shown) == len(ROWS)
    assert shown.pop(f"{INFO}online") == "off"
    assert set(shown.values()) == {"unknown"}


async def test_devices_and_entities(
    hass: HomeAssistant, set_up: SetUpBatteries, states: States
) -> None:
    entry = await set_up(HEALTHY, FAULTY)
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, HEALTHY), entry.entry_id)
    assert device
    assert device.name == f"Battery {HEALTHY}"
    assert device.serial_number == HEALTHY
    assert device.sw_version == "V2.1.7"
    charge = hass.states.get(states.entity_id(HEALTHY, f"{INFO}soc") or "")
    assert charge
    assert charge.attributes["device_class"] == "battery"
    assert charge.attributes["unit_of_measurement"] == "%"
    entities = {
        entity.unique_id: entity
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    }
    bits = [uid for uid in entities if f"{HEALTHY}_{LIST}" in uid and "activeFaults" not in uid]
    assert len(bits) == 38
    assert all(entities[bit].disabled_by for bit in bits)
    for name in ("latitude", "longitude", "speed", "ecurrent", "status", "m10Power", "power"):
        assert entities[f"{HEALTHY}_{INFO}{name}"].disabled_by


async def test_faults_in_the_language_of_home_assistant(
    hass: HomeAssistant, set_up: SetUpBatteries, states: States
) -> None:
    hass.config.language = "de"
    entry = await set_up(FAULTY)
    assert states(FAULTY, f"{LIST}activeFaults") == (
        "Tiefentladung (Unterspannung), Stufe 1; Übertemperatur beim Entladen"
    )
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, FAULTY), entry.entry_id)
    assert device
    assert device.name == f"Batterie {FAULTY}"


async def test_faults_come_and_go(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
) -> None:
    entry = await set_up(HEALTHY)
    registry = er.async_get(hass)
    bit = states.entity_id(HEALTHY, f"{LIST}over_voltage")
    assert bit
    registry.async_update_entity(bit, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert states(HEALTHY, f"{LIST}over_voltage") == "off"

    server.batteries[HEALTHY].faults = ["过压", "绝缘故障"]
    await move_time(125)
    assert states(HEALTHY, f"{INFO}fault") == "on"
    assert states(HEALTHY, f"{LIST}over_voltage") == "on"
    assert states(HEALTHY, f"{LIST}activeFaults") == "Over-voltage; 绝缘故障"
    shown = hass.states.get(states.entity_id(HEALTHY, f"{LIST}activeFaults") or "")
    assert shown
    assert shown.attributes["faults"] == ["Over-voltage", "绝缘故障"]

    server.batteries[HEALTHY].faults = []
    await move_time(125)
    assert states(HEALTHY, f"{INFO}fault") == "off"
    assert states(HEALTHY, f"{LIST}over_voltage") == "off"
    assert states(HEALTHY, f"{LIST}activeFaults") == "no_fault"


async def test_implausible_list(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    everything = SEED["runtimeInfo"]["batteryFaultCodeList"]
    server.batteries[HEALTHY].changes = {
        "fault": True,
        "faultTag": "?",
        "batteryFaultCodeList": everything,
    }
    await set_up(HEALTHY)
    assert states(HEALTHY, f"{INFO}fault") == "on"
    assert states(HEALTHY, f"{LIST}activeFaults") == "details_implausible"


async def test_battery_goes_offline_and_comes_back(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, move_time: MoveTime, states: States
) -> None:
    await set_up(HEALTHY)
    server.batteries[HEALTHY].online = False
    await move_time(125)
    shown = states.of(HEALTHY)
    assert shown.pop(f"{INFO}online") == "off"
    # Nobody wants to see how many cycles it had start from nothing when it is back.
    assert shown.pop(f"{INFO}loopCount") == "212"
    assert set(shown.values()) == {"unknown"}
    server.batteries[HEALTHY].online = True
    server.batteries[HEALTHY].cycles = 213
    await move_time(125)
    assert states(HEALTHY, f"{INFO}loopCount") == "213"
    assert states(HEALTHY, f"{INFO}soc") == "81.0"


def reported(cloud: SimulatedBatteryCloud, at: datetime, spelled: str | None = None) -> None:
    """Let the server call the battery online, and name an old report of it."""
    cloud.batteries[HEALTHY].changes |= {
        "lastUpdateDate": spelled or f"{at:%Y-%m-%dT%H:%M:%S}+00:00",
        "lastHBDate": int(at.timestamp() * 1000),
    }


@pytest.mark.parametrize(
    ("hours", "soc"),
    [
        # Nobody knows the zone of the dates: up to 26 h a report may be of right now.
        (25.9, "81.0"),
        (26.1, "unknown"),
        (72, "unknown"),
        # A date in the future says nothing.
        (-72, "81.0"),
    ],
)
async def test_a_report_that_is_days_old_is_not_shown_as_now(
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    states: States,
    freezer: FrozenDateTimeFactory,
    hours: float,
    soc: str,
) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours)
    reported(server, at)
    await set_up(HEALTHY)
    assert states(HEALTHY, f"{INFO}soc") == soc
    assert states(HEALTHY, f"{INFO}fault") == ("off" if soc == "81.0" else "unknown")
    # What the server itself says, and what does not age.
    assert states(HEALTHY, f"{INFO}online") == "on"
    assert states(HEALTHY, f"{INFO}lastUpdateDate") == at.replace(microsecond=0).isoformat()
    assert states(HEALTHY, f"{INFO}loopCount") == "212"


async def test_a_battery_whose_reports_stand_still(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, move_time: MoveTime, states: States
) -> None:
    reported(server, datetime.now(UTC) - timedelta(hours=25.5))
    await set_up(HEALTHY)
    assert states(HEALTHY, f"{INFO}soc") == "81.0"
    # Over 26 h, and until the last answer that was believed is too old: two turns and a minute.
    await move_time(1800 + 120 + 300 + 30)
    assert states(HEALTHY, f"{INFO}soc") == "unknown"
    assert states(HEALTHY, f"{INFO}online") == "on"
    server.batteries[HEALTHY].changes.clear()
    await move_time(125)
    assert states(HEALTHY, f"{INFO}soc") == "81.0"


async def test_either_date_of_a_report_will_do(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    reported(server, datetime.now(UTC), "2020-01-01 00:00:00")
    for serial, change in ((CHARGING, {"lastHBDate": None}), (FAULTY, {"lastUpdateDate": "?"})):
        server.batteries[serial].changes = change
    await set_up(HEALTHY, CHARGING, FAULTY)
    shown = [states(serial, f"{INFO}soc") for serial in (HEALTHY, CHARGING, FAULTY)]
    assert shown == ["81.0", "43.0", "17.0"]


async def test_cycles_are_not_counted_twice(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
) -> None:
    """Zeros for hours, also after a restart, are no counts: 212 stays until 213 is told."""
    entry = await set_up(HEALTHY)
    server.batteries[HEALTHY].changes = {"loopCount": 0}
    await move_time(4 * 3600)
    assert states(HEALTHY, f"{INFO}loopCount") == "212"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await move_time(125)
    assert states(HEALTHY, f"{INFO}loopCount") in ("212", "unknown")
    server.batteries[HEALTHY].changes = {"loopCount": 213}
    await move_time(125)
    assert states(HEALTHY, f"{INFO}loopCount") == "213"


# What can go wrong while it runs.


@pytest.mark.parametrize("name", [n for n, (_, key) in BAD_ANSWERS.items() if "token" not in key])
async def test_bad_answers_while_running(
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    await set_up(HEALTHY, CHARGING)
    make, key = BAD_ANSWERS[name]
    fault = make()  # type: ignore[operator]
    fault.serial = HEALTHY
    server.faults.append(fault)
    caplog.clear()
    await move_time(240)
    refused = key in ("battery_refused", "battery_unknown") or name == "status 404"
    assert states(HEALTHY, f"{INFO}soc") == ("unavailable" if refused else "81.0")
    server.batteries[CHARGING].charge = 44
    await move_time(330)
    assert states(HEALTHY, f"{INFO}soc") == "unavailable"
    assert states(HEALTHY, f"{INFO}online") == "unavailable"
    assert states(CHARGING, f"{INFO}soc") == "44.0"  # nothing else is disturbed
    records = [r for r in caplog.records if r.name.startswith(LOGGER) and r.levelno > logging.INFO]
    assert len(records) == 1  # said once
    assert HEALTHY not in caplog.text

    server.faults.clear()
    await move_time(330)
    assert states(HEALTHY, f"{INFO}soc") == "81.0"
    assert "answers for every battery again" in caplog.text


async def test_slow_drip_while_running(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
    freezer: FrozenDateTimeFactory,
) -> None:
    await set_up(HEALTHY, CHARGING)
    drip = Fault.drip(interval=3600)
    drip.serial = HEALTHY
    server.faults.append(drip)
    server.batteries[CHARGING].charge = 44
    asked = server.counts[HEALTHY]
    while server.counts[HEALTHY] < asked + 3:
        freezer.tick(timedelta(seconds=20))
        async_fire_time_changed(hass)
        for _ in range(50):  # the request is on its way, or waits for its end
            await asyncio.sleep(0)
    assert states(CHARGING, f"{INFO}soc") == "44.0"
    server.faults.clear()
    await move_time(300)
    assert states(HEALTHY, f"{INFO}soc") == "81.0"


async def test_numbers_as_text_and_other_nonsense(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    server.batteries[HEALTHY].changes = {
        "soc": "55",
        "voltage": "51.2",
        "soh": {},
        "cells": "none",
        "loopCount": [],
        "status": "A_NEW_ONE",
        "batteryType": 7,
        "workStatus": "?",
        "changeable": "maybe",
    }
    await set_up(HEALTHY)
    assert states(HEALTHY, f"{INFO}soc") == "55.0"
    assert states(HEALTHY, f"{INFO}voltage") == "51.2"
    assert states(HEALTHY, f"{INFO}soh") == "unknown"
    assert states(HEALTHY, f"{INFO}changeable") == "unknown"
    assert states(HEALTHY, f"{WORK}charging") == "unknown"


async def test_all_values_expire_and_come_back(
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(HEALTHY, CHARGING, OFFLINE)
    port = server.port
    await server.stop()
    await move_time(600)
    for serial in (HEALTHY, CHARGING, OFFLINE):
        assert set(states.of(serial).values()) == {"unavailable"}
    warnings = [r for r in caplog.records if r.name.startswith(LOGGER) and r.levelno > logging.INFO]
    assert len(warnings) == 1
    async with SimulatedBatteryCloud(http_port=port):
        await move_time(480)
        assert states(HEALTHY, f"{INFO}soc") == "81.0"
        assert states(CHARGING, f"{INFO}soc") == "43.0"
        assert states(OFFLINE, f"{INFO}online") == "off"


@pytest.mark.parametrize("name", ["html", "dropped", "code 500", "null", "status 503"])
async def test_not_ready_at_the_start(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
    name: str,
) -> None:
    make, key = BAD_ANSWERS[name]
    server.faults.append(make())  # type: ignore[operator]
    entry = await set_up(HEALTHY, CHARGING)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == key
    server.faults.clear()
    await move_time(60)
    assert entry.state is ConfigEntryState.LOADED
    assert states(HEALTHY, f"{INFO}soc") == "81.0"


class SlowBattery(SimulatedBattery):
    """A battery whose answers take long."""

    pass_six_seconds: Callable[[], None]

    def runtime_info(self, now: datetime) -> dict[str, Any] | None:
        self.pass_six_seconds()
        return super().runtime_info(now)


async def test_start_does_not_wait_for_all_batteries(
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
    freezer: FrozenDateTimeFactory,
) -> None:
    slow = [f"B6BC212207000000{place}" for place in range(4)]
    for serial in slow:
        server.batteries[serial] = SlowBattery(serial)
    SlowBattery.pass_six_seconds = lambda _: freezer.tick(timedelta(seconds=6))  # type: ignore[assignment]
    entry = await set_up(*slow)
    assert entry.state is ConfigEntryState.LOADED
    assert [server.counts[serial] for serial in slow] == [1, 1, 0, 0]
    await move_time(240)
    assert all(states(serial, f"{INFO}soc") == "81.0" for serial in slow)


async def test_many_values_expire(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, move_time: MoveTime, states: States
) -> None:
    batteries = {battery.serial: battery for battery in many(60)}
    server.batteries |= batteries
    await set_up(*batteries)
    await server.stop()
    await move_time(600)
    assert {states(serial, f"{INFO}soc") for serial in batteries} == {"unavailable"}


async def test_one_battery_is_enough_to_start(
    server: SimulatedBatteryCloud, set_up: SetUpBatteries, states: States
) -> None:
    fault = Fault.code(500, "未知异常", serial=HEALTHY)
    server.faults.append(fault)
    entry = await set_up(HEALTHY, CHARGING)
    assert entry.state is ConfigEntryState.LOADED
    assert states(CHARGING, f"{INFO}soc") == "43.0"
    assert states.of(HEALTHY) == {}


async def test_requests_are_spread_and_one_at_a_time(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, move_time: MoveTime
) -> None:
    await set_up(HEALTHY, CHARGING, FAULTY)
    async with SimulatedBatteryCloud() as elsewhere:
        await set_up(OFFLINE)
        assert elsewhere.counts.total() == 0
        await move_time(600)  # until the rhythm is found
        server.asked.clear()
        counts = []
        for _ in range(12):
            await move_time(40)
            counts.append(len(server.asked))
            server.asked.clear()
    assert server.at_once == 1
    assert 15 <= sum(counts) <= 17  # four batteries, 480 s, every 120 s
    assert max(counts) <= 3


async def test_refresh_on_demand(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
) -> None:
    await async_setup_component(hass, "homeassistant", {})
    await set_up(HEALTHY)
    entity_id = states.entity_id(HEALTHY, f"{INFO}soc")
    for elapsed, charge, shown in ((5, 60, "81.0"), (90, 50, "50.0")):
        await move_time(elapsed)
        server.batteries[HEALTHY].charge = charge
        await hass.services.async_call(
            "homeassistant", "update_entity", {"entity_id": [entity_id]}, blocking=True
        )
        await hass.async_block_till_done(wait_background_tasks=True)
        assert states(HEALTHY, f"{INFO}soc") == shown


async def test_unload_and_reload(
    hass: HomeAssistant, server: SimulatedBatteryCloud, set_up: SetUpBatteries, move_time: MoveTime
) -> None:
    entry = await set_up(HEALTHY)
    for _ in range(2):
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
    await hass.config_entries.async_unload(entry.entry_id)
    asked = server.counts[HEALTHY]
    await move_time(300)
    assert server.counts[HEALTHY] == asked


# Looking in.


async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
) -> None:
    await async_setup_component(hass, "diagnostics", {})
    entry = await set_up(HEALTHY, CHARGING, OFFLINE)
    whole = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(whole, ensure_ascii=False)
    for secret in (HEALTHY, CHARGING, OFFLINE, "demo", server.base_url, "31.2304", "70134"):
        assert secret not in text
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, HEALTHY), entry.entry_id)
    assert device
    found: Any = await get_diagnostics_for_device(hass, hass_client, entry, device)
    (answer,) = found["source"][0]["answers"]
    assert answer["raw"]["soc"] == 81
    assert answer["raw"]["latitude"] == "**REDACTED**"
    assert answer["scales"]["voltage"] == "automatic"
    assert found["devices"][0]["states"][f"{INFO}latitude"] == "**REDACTED**"
    assert found["devices"][0]["states"][f"{INFO}soc"] == 81


async def test_system_health(hass: HomeAssistant, set_up: SetUpBatteries) -> None:
    entry = await set_up(HEALTHY, OFFLINE, UNKNOWN)
    assert entry.runtime_data.source.health() == {"batteries": 3, "answering": 2, "reporting": 1}


# Blueprints.


async def automate(hass: HomeAssistant, name: str, inputs: dict[str, Any]) -> None:
    blueprint = Blueprint(
        load_yaml_dict(BLUEPRINTS / name),
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    config = BlueprintInputs(
        blueprint, {"use_blueprint": {"path": name, "input": inputs}}
    ).async_substitute()
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()


async def test_low_battery_blueprint(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
) -> None:
    await set_up(HEALTHY, OFFLINE)
    calls = async_mock_service(hass, "test", "tell")
    await automate(
        hass,
        "battery_low.yaml",
        {
            "batteries": [states.entity_id(s, f"{INFO}soc") for s in (HEALTHY, OFFLINE)],
            "threshold": 30,
            "actions": [{"action": "test.tell", "data": {"text": "{{ battery }} {{ charge }}"}}],
        },
    )
    server.batteries[HEALTHY].charge = 29
    await move_time(125)
    await move_time(125)
    assert [call.data["text"] for call in calls] == [f"Battery {HEALTHY} 29"]
    server.batteries[HEALTHY].charge = 80
    await move_time(125)
    assert len(calls) == 1


async def test_fault_blueprint(
    hass: HomeAssistant,
    server: SimulatedBatteryCloud,
    set_up: SetUpBatteries,
    move_time: MoveTime,
    states: States,
) -> None:
    await set_up(HEALTHY)
    calls = async_mock_service(hass, "test", "tell")
    await automate(
        hass,
        "battery_fault.yaml",
        {
            "faults": [states.entity_id(HEALTHY, f"{INFO}fault")],
            "actions": [{"action": "test.tell", "data": {"text": "{{ battery }}: {{ details }}"}}],
        },
    )
    server.batteries[HEALTHY].online = False
    await move_time(125)
    assert not calls
    server.batteries[HEALTHY].online = True
    server.batteries[HEALTHY].faults = ["过压"]
    await move_time(125)
    assert [call.data["text"] for call in calls] == [f"Battery {HEALTHY}: Over-voltage"]


# Many.


@contextmanager
def served_elsewhere(server: SimulatedBatteryCloud) -> Iterator[None]:
    """Run a server in a thread of its own: its work does not count."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def longest_step(steps: list[float]) -> None:
    """Note how long the loop computes between two of its rounds, in CPU time."""
    before = time.thread_time()
    while True:
        await asyncio.sleep(0)
        now = time.thread_time()
        steps.append(now - before)
        before = now


async def test_500_batteries_do_not_hold_up_the_loop(
    hass: HomeAssistant, states: States, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # each new entity has a line
    hass.loop.set_debug(False)  # which takes a traceback of each step
    server = SimulatedBatteryCloud(many(500))
    with served_elsewhere(server):
        entry = entry_for(server, *server.batteries)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert server.counts.total() == 500
        for battery in server.batteries.values():
            battery.charge -= 5
            battery.faults = ["过压"]
        gc.collect()
        steps: list[float] = []
        watch = asyncio.create_task(longest_step(steps))
        # Every battery is due at once: the worst case.
        with freeze_time(timedelta(seconds=240), ignore=["asyncio"]):
            await entry.runtime_data.async_refresh()
        watch.cancel()
        assert server.counts.total() == 1000
        assert server.at_once == 1
        for serial, battery in server.batteries.items():
            assert states(serial, f"{INFO}soc") == f"{battery.charge:.1f}"
            assert states(serial, f"{INFO}fault") == "on"
        assert max(steps) < 0.05
        await hass.config_entries.async_unload(entry.entry_id)
