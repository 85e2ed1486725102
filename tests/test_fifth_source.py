"""A fifth source is a folder and a line: the rest of the house needs no change for it.

`tests/sources/heater` is the folder. Its settings show how every setting behaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import (
    ATTR_ENTITY_ID,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

import custom_components.energy_storage_hub as hub
from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.sources import SOURCES, SourceKind

SERIAL = "HEATER01"


@pytest.fixture
async def heaters(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """The source of an entry that was added in the user interface."""
    # The folder, where it will be found; and the line.
    folder = Path(__file__).with_name("sources")
    monkeypatch.setattr(hub, "__path__", [*hub.__path__, str(folder)])
    monkeypatch.setitem(SOURCES, "heater", SourceKind("heater"))  # type: ignore[arg-type]
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["menu_options"][-1] == "heater"
    form = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"next_step_id": "heater"}
    )
    assert form["step_id"] == "heater"
    added = await hass.config_entries.flow.async_configure(form["flow_id"], {"password": "s3cret"})
    assert added["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry = added["result"]
    yield entry.runtime_data.source
    await hass.config_entries.async_unload(entry.entry_id)


def entity_id(hass: HomeAssistant, platform: str, key: str) -> str:
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{SERIAL}_{key}")
    assert found
    return found


def shown(hass: HomeAssistant, platform: str, key: str) -> str:
    state = hass.states.get(entity_id(hass, platform, key))
    assert state
    return state.state


async def act(hass: HomeAssistant, platform: str, action: str, key: str, **data: Any) -> None:
    target = {ATTR_ENTITY_ID: entity_id(hass, platform, key)}
    await hass.services.async_call(platform, action, {**target, **data}, blocking=True)


async def begin(hass: HomeAssistant, heaters: Any, *call: Any, **data: Any) -> asyncio.Task[None]:
    """Begin to change a setting; the heater was asked when this returns."""
    heaters.was_asked.clear()
    asking = hass.async_create_task(act(hass, *call, **data))
    async with asyncio.timeout(5):
        await heaters.was_asked.wait()
    return asking


async def change(hass: HomeAssistant, heaters: Any, *call: Any, **data: Any) -> None:
    """Change a setting of a heater that tells what it did a moment later."""
    asking = await begin(hass, heaters, *call, **data)
    heaters.tell()
    await asking


def written(hass: HomeAssistant) -> dict[str, datetime]:
    """When each entity was written last, changed or not."""
    return {state.entity_id: state.last_reported for state in hass.states.async_all()}


# All that a source has comes by itself.


async def test_its_devices_have_everything(
    hass: HomeAssistant, heaters: Any, hass_client: ClientSessionGenerator
) -> None:
    assert shown(hass, "sensor", "now_limit") == "1000.0"
    assert shown(hass, "sensor", "now_mode") == "eco"
    assert shown(hass, "binary_sensor", "now_lock") == STATE_OFF
    assert shown(hass, "number", "set_limit") == "1000.0"
    assert shown(hass, "select", "set_mode") == "eco"
    assert shown(hass, "switch", "set_lock") == STATE_OFF
    assert shown(hass, "event", "event_door") == STATE_UNKNOWN
    await act(hass, "button", "press", "command_boost")
    assert heaters.boosted == 1
    heaters.open_door()
    state = hass.states.get(entity_id(hass, "event", "event_door"))
    assert state
    assert state.attributes["event_type"] == "opened"

    await async_setup_component(hass, "diagnostics", {})
    [entry] = hass.config_entries.async_entries(DOMAIN)
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)  # type: ignore[arg-type]
    assert found["entry"]["data"] == {"source": "heater", "password": "**REDACTED**"}
    assert found["source"] == {"heaters": 1}
    options = await hass.config_entries.options.async_init(entry.entry_id)
    assert options["type"] is FlowResultType.CREATE_ENTRY


async def test_what_has_moved_to_another_platform_leaves_nothing_behind(
    hass: HomeAssistant, heaters: Any
) -> None:
    """An earlier version had a flag where this one has a number, under the same unique id."""
    [entry] = hass.config_entries.async_entries(DOMAIN)
    registry = er.async_get(hass)
    number = registry.async_get(entity_id(hass, "sensor", "now_power"))
    assert number
    await hass.config_entries.async_unload(entry.entry_id)
    flag = registry.async_get_or_create(
        "binary_sensor",
        DOMAIN,
        f"{SERIAL}_now_power",
        config_entry=entry,
        device_id=number.device_id,
    )
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert registry.async_get(flag.entity_id) is None
    assert shown(hass, "sensor", "now_power") == "0.0"


# Availability.


async def test_a_lost_device_takes_everything_along(hass: HomeAssistant, heaters: Any) -> None:
    everything = [
        ("sensor", "now_power"),
        ("binary_sensor", "now_lock"),
        ("number", "set_limit"),
        ("select", "set_mode"),
        ("switch", "set_lock"),
        ("button", "command_boost"),
        ("event", "event_door"),
    ]
    heaters.online = False
    heaters.listener.on_availability()
    assert {shown(hass, *one) for one in everything} == {STATE_UNAVAILABLE}
    heaters.online = True
    heaters.listener.on_availability(SERIAL)
    assert STATE_UNAVAILABLE not in {shown(hass, *one) for one in everything}


async def test_a_failed_poll_writes_nothing(
    hass: HomeAssistant, heaters: Any, freezer: FrozenDateTimeFactory
) -> None:
    """What the heater pushes is as true as before; only what is lost is written."""
    [entry] = hass.config_entries.async_entries(DOMAIN)
    before = written(hass)
    assert len(before) == 11
    for fails in (True, False):
        heaters.fails_to_poll = fails
        freezer.tick(310)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert entry.runtime_data.last_update_success is not fails
        assert written(hass) == before


# Settings.


async def test_a_number_is_set(hass: HomeAssistant, heaters: Any) -> None:
    state = hass.states.get(entity_id(hass, "number", "set_limit"))
    assert state
    assert (state.attributes["min"], state.attributes["max"]) == (100.0, 2000.0)
    assert (state.attributes["step"], state.attributes["unit_of_measurement"]) == (50.0, "W")
    await change(hass, heaters, "number", "set_value", "set_limit", value=1500)
    assert heaters.asked == [("limit", 1500.0)]
    assert shown(hass, "number", "set_limit") == shown(hass, "sensor", "now_limit") == "1500.0"


async def test_an_option_is_chosen(hass: HomeAssistant, heaters: Any) -> None:
    await change(hass, heaters, "select", "select_option", "set_mode", option="boost")
    assert heaters.asked == [("mode", "boost")]
    assert shown(hass, "select", "set_mode") == "boost"


async def test_a_switch_is_turned(hass: HomeAssistant, heaters: Any) -> None:
    await change(hass, heaters, "switch", "turn_on", "set_lock")
    assert shown(hass, "switch", "set_lock") == STATE_ON
    await change(hass, heaters, "switch", "turn_off", "set_lock")
    assert heaters.asked == [("lock", True), ("lock", False)]
    assert shown(hass, "switch", "set_lock") == STATE_OFF


async def test_nothing_is_assumed(hass: HomeAssistant, heaters: Any) -> None:
    """Until the heater shows it, what it shows is what it was."""
    asking = await begin(hass, heaters, "switch", "turn_on", "set_lock")
    assert shown(hass, "switch", "set_lock") == STATE_OFF
    assert not asking.done()
    heaters.tell(power=5.0, lock=False)  # a report that shows something else
    await asyncio.sleep(0)
    assert not asking.done()
    heaters.tell(lock=True)
    await asking
    assert shown(hass, "switch", "set_lock") == STATE_ON


async def test_what_is_not_shown_in_time_is_an_error(
    hass: HomeAssistant, heaters: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heaters.deaf = True
    [_, mode, _] = heaters.table.kinds["heater"].settings
    object.__setattr__(mode, "within", 0.05)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "select", "select_option", "set_mode", option="off")
    object.__setattr__(mode, "within", 5.0)
    assert caught.value.translation_key == "setting_not_confirmed"
    assert not isinstance(caught.value, ServiceValidationError)
    assert heaters.asked == [("mode", "off")]  # once
    assert shown(hass, "select", "set_mode") == "eco"
    # It is not in the way of the next one.
    heaters.deaf = False
    await change(hass, heaters, "select", "select_option", "set_mode", option="boost")
    assert shown(hass, "select", "set_mode") == "boost"


async def test_a_no_is_told(hass: HomeAssistant, heaters: Any) -> None:
    heaters.refuses = True
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "number", "set_value", "set_limit", value=1500)
    assert caught.value.translation_key == "refused"
    assert not isinstance(caught.value, ServiceValidationError)
    assert shown(hass, "number", "set_limit") == "1000.0"


async def test_what_is_between_two_steps_is_not_rounded(hass: HomeAssistant, heaters: Any) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "number", "set_value", "set_limit", value=1510)
    assert caught.value.translation_key == "setting_off_step"
    assert heaters.asked == []


async def test_a_range_follows_its_state(hass: HomeAssistant, heaters: Any) -> None:
    number = entity_id(hass, "number", "set_limit")
    heaters.tell(largest=3000.0)
    state = hass.states.get(number)
    assert state
    assert state.attributes["max"] == 3000.0
    await change(hass, heaters, "number", "set_value", "set_limit", value=2500)
    heaters.tell(largest=None)
    assert shown(hass, "number", "set_limit") == STATE_UNAVAILABLE
    assert shown(hass, "sensor", "now_limit") == "2500.0"
    heaters.tell(largest=2000.0)
    with pytest.raises(ServiceValidationError):
        await act(hass, "number", "set_value", "set_limit", value=2500)
    assert len(heaters.asked) == 1


async def test_a_mode_that_is_shown_but_not_chosen(hass: HomeAssistant, heaters: Any) -> None:
    select = entity_id(hass, "select", "set_mode")
    heaters.tell(mode="error")
    state = hass.states.get(select)
    assert state
    assert (state.state, state.attributes["options"]) == ("error", ["off", "eco", "boost", "error"])
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "select", "select_option", "set_mode", option="error")
    assert caught.value.translation_key == "setting_no_option"
    heaters.tell(mode="eco")
    state = hass.states.get(select)
    assert state
    assert state.attributes["options"] == ["off", "eco", "boost"]
    assert heaters.asked == []


async def test_one_change_at_a_time(hass: HomeAssistant, heaters: Any) -> None:
    """Two automations at once: the second waits for the first, as Home Assistant has it."""
    first = await begin(hass, heaters, "switch", "turn_on", "set_lock")
    [entry] = hass.config_entries.async_entries(DOMAIN)
    row = heaters.table.kinds["heater"].settings[2]
    with pytest.raises(HomeAssistantError) as caught:
        await entry.runtime_data.async_change(SERIAL, row, False)
    assert caught.value.translation_key == "setting_busy"
    heaters.tell()
    await first


async def test_settings_are_there_again_after_a_restart(hass: HomeAssistant, heaters: Any) -> None:
    [entry] = hass.config_entries.async_entries(DOMAIN)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass, "number", "set_limit") == "1000.0"
    assert shown(hass, "select", "set_mode") == "eco"
