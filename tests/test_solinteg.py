"""The CT check in Home Assistant: adding it, running it, and everything that may go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
import json
import logging
from pathlib import Path
import time
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import Blueprint, BlueprintInputs
from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_USER, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.hub.coordinator import HubCoordinator
from custom_components.energy_storage_hub.solinteg.api import (
    DEFAULT_BASE_URL,
    OpenApi,
    check_base_url,
)
from simulator.solinteg import SCENARIOS, Plan, SimulatedSolinteg, faults
from simulator.solinteg.__main__ import main
from simulator.solinteg.inverter import PASSED, SERIAL, STATUS, WIRING_FAULT, with_details

from .solinteg import House, check_of, entity_id, state_of, value_of

OTHER = "A112200109SIM05B"
BLUEPRINTS = Path(__file__).parent.parent / "blueprints/automation/energy_storage_hub"


@pytest.fixture
async def cloud(freezer: FrozenDateTimeFactory) -> AsyncIterator[SimulatedSolinteg]:
    async with SimulatedSolinteg() as cloud:
        yield cloud


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    cloud: SimulatedSolinteg,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[House]:
    house = House(hass, cloud, freezer)
    yield house
    if hass.services.has_service("automation", "turn_off"):
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable every entity."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


# Adding.


def typed(cloud: SimulatedSolinteg, **changes: str) -> dict[str, Any]:
    """What a person types into the form of the account."""
    return {
        "account": changes.get("account", cloud.account.name),
        "password": changes.get("password", cloud.account.password),
        "advanced": {"base_url": changes.get("base_url", cloud.base_url)},
    }


async def start_flow(hass: HomeAssistant) -> Any:
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert "solinteg" in result["menu_options"]
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": "solinteg"}
    )
    assert result["step_id"] == "solinteg"
    return result


async def go_on(hass: HomeAssistant, result: Any, answer: dict[str, Any]) -> Any:
    return await hass.config_entries.flow.async_configure(result["flow_id"], answer)


async def test_add_an_inverter_that_is_found(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    result = await start_flow(hass)
    result = await go_on(hass, result, typed(cloud, account=f" {cloud.account.name} "))
    assert result["step_id"] == "solinteg_inverters"
    [field] = result["data_schema"].schema
    assert field.description == {"suggested_value": [SERIAL]}
    result = await go_on(hass, result, {"serials": [SERIAL]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == cloud.account.name
    assert result["data"] == {
        "source": "solinteg",
        "account": cloud.account.name,
        "password": cloud.account.password,
        "base_url": cloud.base_url,
        "serials": [SERIAL],
    }
    await house.quiet()
    assert check_of(hass) == "idle"


async def test_base_url_is_the_vendors_unless_changed(hass: HomeAssistant) -> None:
    result = await start_flow(hass)
    section = result["data_schema"].schema["advanced"]
    assert section.schema({}) == {"base_url": DEFAULT_BASE_URL}


@pytest.mark.parametrize("list_fails", [faults.http(503), faults.error("没有权限"), None])
async def test_add_an_inverter_that_is_typed(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, list_fails: faults.Fault | None
) -> None:
    cloud.linked = []
    if list_fails:
        cloud.fail("linked", list_fails)
    result = await go_on(hass, await start_flow(hass), typed(cloud))
    assert result["step_id"] == "solinteg_serials"
    for serials, error in (([], "invalid_serial"), (["#"], "invalid_serial")):
        result = await go_on(hass, result, {"serials": serials})
        assert result["errors"] == {"serials": error}
    result = await go_on(hass, result, {"serials": [OTHER]})
    assert result["errors"] == {"serials": "ct_not_permitted"}
    assert result["description_placeholders"]["inverter"] == OTHER
    result = await go_on(hass, result, {"serials": [f" {SERIAL.lower()} "]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["serials"] == [SERIAL]
    await house.quiet()


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (faults.error({"code": "error.40001", "description": "账户不存在"}), "invalid_auth", None),
        (faults.error("账户不存在"), "invalid_auth", None),
        (faults.error(None), "invalid_auth", None),
        (faults.http(401, body='{"errorCode": 1, "info": null}'), "invalid_auth", None),
        (faults.http(401, body="no"), "bad_answer", None),
        (faults.http(500), "http_error", None),
        (faults.http(404), "not_found", None),
        (faults.http(429), "too_many_requests", None),
        (faults.http(302), "cloud_error", "HTTP 302"),
        (faults.html(), "web_page", None),
        (faults.empty(), "empty_answer", None),
        (faults.raw(b"[1]"), "bad_answer", None),
        (faults.raw(b'{"body": "x"}'), "bad_answer", None),
        (faults.envelope(body=None), "bad_answer", None),
        (faults.drop(), "cannot_connect", None),
    ],
)
async def test_login_errors(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    fault: faults.Fault,
    error: str,
    words: str | None,
) -> None:
    cloud.fail("login", fault)
    result = await go_on(hass, await start_flow(hass), typed(cloud))
    assert result["errors"] == {"base": error}
    assert result["description_placeholders"].get("words") == words
    # The same form, once more, and on to the end.
    result = await go_on(hass, result, typed(cloud))
    result = await go_on(hass, result, {"serials": [SERIAL]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.quiet()


async def test_login_error_that_nobody_thought_of(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(_: OpenApi) -> None:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(OpenApi, "login", fail)
        result = await go_on(hass, await start_flow(hass), typed(cloud))
    assert result["errors"] == {"base": "unknown"}
    result = await go_on(hass, result, typed(cloud))
    assert result["step_id"] == "solinteg_inverters"


async def test_precheck_that_does_not_answer(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    cloud.fail("precheck", faults.error({"code": "error.50000", "description": "系统繁忙"}))
    result = await go_on(hass, await start_flow(hass), typed(cloud))
    result = await go_on(hass, result, {"serials": [SERIAL]})
    assert result["errors"] == {"serials": "cloud_error"}
    assert result["description_placeholders"]["words"] == "系统繁忙"
    result = await go_on(hass, result, {"serials": [SERIAL]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.quiet()


async def test_wrong_password_then_right(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    result = await go_on(hass, await start_flow(hass), typed(cloud, password="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await go_on(hass, result, typed(cloud))
    assert result["step_id"] == "solinteg_inverters"


@pytest.mark.parametrize(
    "address",
    [
        "http://lb.solinteg-cloud.com/openapi/v2",
        "ftp://127.0.0.1/",
        "https://user@example.com/",
        "https://example.com/?a=b",
        "https://example.com:99999/",
        "lb.solinteg-cloud.com",
    ],
)
async def test_base_url_that_is_refused(
    hass: HomeAssistant, cloud: SimulatedSolinteg, address: str
) -> None:
    result = await go_on(hass, await start_flow(hass), typed(cloud, base_url=address))
    assert result["errors"] == {"base": "invalid_server"}
    assert cloud.counts["login"] == 0


def test_base_url_is_tidied() -> None:
    assert check_base_url(f" {DEFAULT_BASE_URL}/ ") == DEFAULT_BASE_URL


async def test_account_twice(hass: HomeAssistant, cloud: SimulatedSolinteg, house: House) -> None:
    await house.set_up()
    result = await go_on(
        hass, await start_flow(hass), typed(cloud, account=cloud.account.name.upper())
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_inverter_of_another_entry(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    cloud.account.name = "second@example.com"
    result = await go_on(hass, await start_flow(hass), typed(cloud))
    result = await go_on(hass, result, {"serials": [SERIAL]})
    assert result["errors"] == {"serials": "inverter_there"}


# Setting up.


async def test_entities(hass: HomeAssistant, cloud: SimulatedSolinteg, house: House) -> None:
    entry = await house.set_up()
    assert entry.state is ConfigEntryState.LOADED
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, SERIAL), entry.entry_id)
    assert device
    assert (device.manufacturer, device.model) == ("Solinteg", "Hybrid-10K")
    shown = {
        "ctCheck_state": "idle",
        "ctCheck_lastResult": "unknown",
        "ctCheck_lastFinished": "unknown",
        "ctCheck_wiringProblem": "unknown",
        "ctCheck_ready": "on",
        "ctCheck_active": "off",
        "precheck_deviceStatus": "on_grid",
        "precheck_bmsFault": "off",
        "precheck_meterStatus": "on",
        "checkResult_sensorAns1": "unknown",
        "command_ct_check": "unknown",
        "event_ct_check": "unknown",
    }
    assert {key: value_of(hass, key) for key in shown} == shown


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("camel", [True, False])
async def test_measurements_in_both_spellings(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, camel: bool
) -> None:
    cloud.camel = cloud.wrapped = camel
    await house.set_up()
    assert value_of(hass, "realtimeData_Battery_V") == "402.1"
    assert value_of(hass, "realtimeData_SOH") == "100.0"
    assert value_of(hass, "realtimeData_Vpv1") == "610.4"
    solar, meter = (
        float(value_of(hass, f"realtimeData_{key}")) for key in ("PPVInput", "PmeterTotal")
    )
    assert solar >= 0
    assert abs(meter) < 20_000
    registry = er.async_get(hass)
    # Nonsense of inputs without panels, and what is not known: no entity at all.
    for key in ("Ipv3", "Ipv4", "EbuyDay"):
        unique_id = f"{SERIAL}_realtimeData_{key}"
        assert registry.async_get_entity_id("sensor", DOMAIN, unique_id) is None
    assert cloud.counts["realtime"] == (1 if camel else 2)
    await house.pass_time(60)
    assert cloud.counts["realtime"] == (2 if camel else 3)


async def test_hostile_measurements(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    hostile = {
        "SOC": "NaN",
        "Pac": 1e300,
        "PPVInput": "--",
        "Battery_P": True,
        "EtotalPv": [],
        "PmeterTotal": "-0.25",
        "Pload": "\uff19 kW",
        "new": {"a": 1},
    }
    cloud.fail("realtime", faults.envelope(body=hostile))
    await house.pass_time(60)
    for key in ("SOC", "Pac", "PPVInput", "Battery_P"):
        assert value_of(hass, f"realtimeData_{key}") == "unknown"
    assert value_of(hass, "realtimeData_PmeterTotal") == "-250.0"
    assert float(value_of(hass, "realtimeData_EtotalPv")) > 0


async def test_inverter_that_is_offline(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    counted = value_of(hass, "realtimeData_EtotalPv")
    assert float(counted) > 0
    cloud.inverter.device_status = STATUS["offline"]
    cloud.inverter.silent_since = time.time()
    await house.pass_time(360)
    assert value_of(hass, "precheck_deviceStatus") == "offline"
    assert value_of(hass, "ctCheck_ready") == "off"
    # What the cloud heard last is not what is. What has been counted stays counted: a sum that is
    # not known by night would be another one each morning.
    assert value_of(hass, "realtimeData_SOC") == "unknown"
    assert value_of(hass, "realtimeData_EtotalPv") == counted
    cloud.inverter.device_status = STATUS["on_grid"]
    cloud.inverter.silent_since = None
    await house.pass_time(360)
    assert float(value_of(hass, "realtimeData_SOC")) > 0
    assert float(value_of(hass, "realtimeData_EtotalPv")) >= float(counted)


# How old it is.


LIVE = ("SOC", "PPVInput", "PmeterTotal", "Battery_P")


def live(hass: HomeAssistant) -> set[bool]:
    """Whether what is measured is known, or not known."""
    return {value_of(hass, f"realtimeData_{key}") != STATE_UNKNOWN for key in LIVE}


async def test_precheck_that_fails_while_measurements_come(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    """Two polls of 5 min and a minute more: then nobody knows whether a check could begin."""
    keys = ("ctCheck_ready", "ctCheck_active", "precheck_meterStatus", "precheck_deviceStatus")
    await house.set_up()
    cloud.fail("precheck", faults.http(500), times=None)
    await house.pass_time(640)
    assert [value_of(hass, key) for key in keys] == ["on", "off", "on", "on_grid"]
    await house.pass_time(60)
    assert [value_of(hass, key) for key in keys] == [STATE_UNKNOWN] * 4
    assert live(hass) == {True}
    assert check_of(hass) == "idle"
    cloud.heal()
    await house.pass_time(310)
    assert [value_of(hass, key) for key in keys] == ["on", "off", "on", "on_grid"]


async def test_a_check_goes_on_while_prechecks_fail(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    cloud.choose("hangs")
    await house.press()
    cloud.fail("precheck", faults.http(500), times=None)
    await house.pass_time(760)
    assert check_of(hass) == "running"
    assert value_of(hass, "ctCheck_active") == "on"
    assert value_of(hass, "ctCheck_ready") == STATE_UNKNOWN
    assert await house.to_the_end() == "timed_out"
    assert value_of(hass, "ctCheck_active") == STATE_UNKNOWN


@pytest.mark.parametrize(
    "stamps",
    [
        {},
        {"CreationDate": "--", "RTCTime": "2026-06-01 12:00:00"},
        {"CreationDate": 1780300800000},
        {"CreationDate": "01.06.2026 12:00"},
    ],
)
async def test_measurements_that_stand_still(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, stamps: dict[str, Any]
) -> None:
    """The cloud calls it on the grid, and tells what it heard last: 5 min later it is not shown."""
    await house.set_up()
    assert live(hass) == {True}
    counted = value_of(hass, "realtimeData_EtotalPv")
    cloud.inverter.silent_since = time.time()
    await house.pass_time(30)
    cloud.inverter.measured = stamps
    await house.pass_time(240)
    assert live(hass) == {True}
    await house.pass_time(180)
    assert live(hass) == {False}
    assert value_of(hass, "realtimeData_EtotalPv") == counted
    assert value_of(hass, "precheck_deviceStatus") == "on_grid"
    await house.pass_time(3600)
    assert live(hass) == {False}
    cloud.inverter.silent_since, cloud.inverter.measured = None, {}
    await house.pass_time(70)
    assert live(hass) == {True}


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        # UTC-12 and UTC+14 are 26 h apart: so far off a stamp may be, and be of right now.
        (25.9, True),
        (26.1, False),
        (72, False),
        # A stamp in the future says nothing, until it stands still.
        (-72, True),
    ],
)
async def test_stamp_at_the_start(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, hours: float, shown: bool
) -> None:
    cloud.inverter.silent_since = time.time() - hours * 3600
    await house.set_up()
    assert live(hass) == {shown}
    assert float(value_of(hass, "realtimeData_EtotalPv")) > 0
    await house.pass_time(400)
    assert live(hass) == {False}


async def test_clock_that_is_wrong_but_runs(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    """Years behind: old at the start, of now as soon as it has moved on."""
    cloud.inverter.measured = {"CreationDate": "--", "RTCTime": "2000-01-01 00:00:00"}
    await house.set_up()
    assert live(hass) == {False}
    for minute in range(1, 10):
        cloud.inverter.measured["RTCTime"] = f"2000-01-01 00:{minute:02}:00"
        await house.pass_time(60)
    assert live(hass) == {True}


async def test_measurements_without_a_time(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    """Nothing says that they are old: they are believed as long as they come."""
    cloud.inverter.measured = {"CreationDate": None}
    await house.set_up()
    await house.pass_time(700)
    assert live(hass) == {True}
    cloud.fail("realtime", faults.http(500), times=None)
    await house.pass_time(220)
    assert live(hass) == {True}
    await house.pass_time(90)
    assert live(hass) == {False}
    assert value_of(hass, "ctCheck_ready") == "on"


async def test_an_inverter_of_which_nothing_is_of_now_is_away(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    cloud.inverter.silent_since = time.time()
    cloud.fail("precheck", faults.http(500), times=None)
    await house.pass_time(1100)
    assert value_of(hass, "realtimeData_SOC") == STATE_UNAVAILABLE
    assert check_of(hass) == "idle"


@pytest.mark.parametrize("device_status", [STATUS["on_grid"], STATUS["offline"]])
async def test_zeros_by_night_book_nothing(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, device_status: int
) -> None:
    """500.01 kWh, zeros for hours and over a restart, then 500.02: 0.01 kWh, and no fall."""
    key = "realtimeData_EtotalPv"
    inverter = cloud.inverter
    inverter.measured = {"EtotalPv": 500.01, "EpvDay": 12.5}
    entry = await house.set_up()
    shown: list[str] = []
    async_track_state_change_event(
        hass, entity_id(hass, key), lambda event: shown.append(event.data["new_state"].state)
    )
    inverter.measured = {"EtotalPv": 0, "EpvDay": 0.0}
    inverter.device_status = device_status
    await house.pass_time(4 * 3600)
    assert value_of(hass, key) == "500.01"
    await restart(hass, house, entry)
    await house.pass_time(400)
    inverter.measured = {"EtotalPv": "500.02"}
    inverter.device_status = STATUS["on_grid"]
    await house.pass_time(400)
    assert value_of(hass, key) == "500.02"
    numbers = [state for state in shown if state not in (STATE_UNKNOWN, STATE_UNAVAILABLE)]
    assert set(numbers) <= {"500.01", "500.02"}


async def test_a_glitch_is_not_energy(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    """3554.81, then 35554.92 once, then 3554.83: 32,000 kWh in a minute would be 1.9 GW."""
    key = "realtimeData_EmeterTotalBuy"
    shown = []
    for told in (3554.81, 35554.92, 3554.83, "--", -1, 1e300, 3554.84):
        cloud.inverter.measured = {"EmeterTotalBuy": told}
        if not shown:
            await house.set_up()
        else:
            await house.pass_time(60)
        shown.append(value_of(hass, key))
    kept = ["3554.81", "3554.81", "3554.83", "3554.83", "3554.83", "3554.83", "3554.84"]
    assert shown == kept


async def test_device_status_that_is_not_known(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    cloud.inverter.device_status = 17
    await house.set_up()
    assert value_of(hass, "precheck_deviceStatus") == "unknown"
    with pytest.raises(HomeAssistantError) as refused:
        await house.press()
    assert refused.value.translation_key == "ct_blocked_unknown_status"


async def test_precheck_is_polled_as_often_as_chosen(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    await house.pass_time(310)
    assert cloud.counts["precheck"] == 2
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "solinteg"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"poll_minutes": 1.0}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.quiet()
    before = cloud.counts["precheck"]
    await house.pass_time(130)
    assert cloud.counts["precheck"] - before == 2


async def test_cloud_that_is_away_at_first(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    cloud.fail("precheck", faults.http(503))
    entry = await house.set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await house.pass_time(20)
    assert entry.state is ConfigEntryState.LOADED


async def test_cloud_that_goes_away(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await house.set_up()
    cloud.fail("*", faults.drop(), times=None)
    caplog.set_level(logging.INFO)
    caplog.clear()
    await house.pass_time(800)
    assert value_of(hass, "precheck_deviceStatus") == "unavailable"
    assert value_of(hass, "ctCheck_state") == "idle"
    assert caplog.text.count("is lost: it says nothing") == 1
    cloud.heal()
    await house.pass_time(320)
    assert value_of(hass, "precheck_deviceStatus") == "on_grid"
    assert caplog.text.count("is back") == 1
    assert SERIAL not in caplog.text


async def test_inverter_without_permission(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up(serials=[SERIAL, OTHER])
    assert entry.state is ConfigEntryState.LOADED
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{entry.entry_id}_not_permitted_{OTHER}")
    assert issue
    assert issue.translation_key == "ct_not_permitted"
    assert (issue.translation_placeholders or {})["name"] == "Solinteg M05B"
    assert value_of(hass, "ctCheck_ready") == "on"
    # Nothing is known of the inverter, and nothing can be asked of it.
    assert value_of(hass, "command_ct_check") == STATE_UNKNOWN
    assert value_of(hass, "command_ct_check", OTHER) == STATE_UNAVAILABLE
    assert value_of(hass, "event_ct_check", OTHER) == STATE_UNAVAILABLE


# Checking.


async def test_pass(hass: HomeAssistant, cloud: SimulatedSolinteg, house: House) -> None:
    await house.set_up()
    await house.press()
    assert check_of(hass) == "starting"
    assert value_of(hass, "ctCheck_active") == "on"
    assert value_of(hass, "ctCheck_ready") == "off"
    await house.pass_time(10)
    assert check_of(hass) == "running"
    assert await house.to_the_end() == "passed"
    state = state_of(hass, "ctCheck_state")
    assert state.attributes["origin"] == "here"
    finished = value_of(hass, "ctCheck_lastFinished").removesuffix("+00:00")
    assert state.attributes["finished_at"].startswith(finished)
    assert value_of(hass, "ctCheck_lastResult") == "passed"
    assert value_of(hass, "ctCheck_wiringProblem") == "off"
    assert value_of(hass, "ctCheck_active") == "off"
    assert value_of(hass, "ctCheck_ready") == "on"
    event = state_of(hass, "event_ct_check")
    assert event.attributes["event_type"] == "passed"
    assert cloud.inverter.starts == cloud.arrived["start"] == 1
    assert cloud.requests[-1].fields in ({"sn": SERIAL}, {"deviceSn": SERIAL})


async def test_nothing_starts_by_itself(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    await house.pass_time(700)
    await hass.config_entries.async_reload(entry.entry_id)
    await house.pass_time(30)
    assert cloud.arrived["start"] == cloud.counts["result"] == 0


SCENARIO_ENDS = [
    ("pass", "passed", None),
    ("wiring_fault", "wiring_fault", None),
    ("wiring_fault_details", "wiring_fault", None),
    ("fails", "failed", None),
    ("never_starts", "not_started", ["no_sign_of_a_check"]),
    ("hangs", "timed_out", None),
    ("stale", "unknown", ["only_an_old_result"]),
    ("offline", "timed_out", ["device_offline"]),
    ("token", "passed", None),
    ("server_errors", "passed", None),
    ("slow", "passed", None),
    ("web_pages", "passed", None),
    ("start_lost", "passed", None),
    ("start_never_arrives", "not_started", ["no_sign_of_a_check"]),
]


@pytest.mark.parametrize(("scenario", "end", "reasons"), SCENARIO_ENDS)
async def test_scenario(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    scenario: str,
    end: str,
    reasons: list[str] | None,
) -> None:
    await house.set_up()
    cloud.choose(scenario)
    press = asyncio.create_task(house.press())
    await cloud.asked("start", 1)
    assert await house.to_the_end(1100) == end
    await press
    assert state_of(hass, "ctCheck_state").attributes.get("reasons") == reasons
    assert state_of(hass, "event_ct_check").attributes["event_type"] == end
    assert cloud.arrived["start"] == 1


def test_every_scenario_is_played() -> None:
    assert {row[0] for row in SCENARIO_ENDS} | {"refused"} == set(SCENARIOS)


async def test_wiring_fault_is_an_issue_until_the_next_pass(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    issue_id = f"{entry.entry_id}_wiring_{SERIAL}"
    issues = ir.async_get(hass)
    cloud.choose("wiring_fault_details")
    await house.press()
    await house.to_the_end()
    assert value_of(hass, "ctCheck_wiringProblem") == "on"
    assert state_of(hass, "ctCheck_state").attributes["phases"] == ["L2", "L3"]
    assert [value_of(hass, f"checkResult_sensorAns{n}") for n in (1, 2, 3)] == ["off", "on", "on"]
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue
    assert issue.translation_key == "ct_wiring_fault_phases"
    assert (issue.translation_placeholders or {})["phases"] == "L2, L3"
    assert issue.learn_more_url
    assert issue.learn_more_url.endswith("docs/ct_check.md#ct-wiring-fault-phases")

    # Neither a check that fails nor a restart takes it back.
    cloud.choose("fails")
    await house.press()
    assert await house.to_the_end() == "failed"
    assert value_of(hass, "ctCheck_wiringProblem") == "on"
    await hass.config_entries.async_reload(entry.entry_id)
    assert issues.async_get_issue(DOMAIN, issue_id)

    cloud.choose("wiring_fault")
    await house.press()
    await house.to_the_end()
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue
    assert issue.translation_key == "ct_wiring_fault"
    assert state_of(hass, "ctCheck_state").attributes["notes"] == ["no_details_reported"]

    cloud.choose("pass")
    await house.press()
    assert await house.to_the_end() == "passed"
    assert issues.async_get_issue(DOMAIN, issue_id) is None


async def test_issue_goes_with_the_entry(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    cloud.choose("wiring_fault")
    await house.press()
    await house.to_the_end()
    assert ir.async_get(hass).issues
    await hass.config_entries.async_remove(entry.entry_id)
    assert not [key for key in ir.async_get(hass).issues if key[0] == DOMAIN]


@pytest.mark.usefixtures("all_enabled")
async def test_details_as_they_come(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    cloud.inverter.plan = Plan(with_details(WIRING_FAULT))
    await house.set_up()
    assert value_of(hass, "checkResult_meterStatus") == "unknown"
    await house.press()
    await house.to_the_end()
    word = state_of(hass, "checkResult_meterStatus")
    assert (word.state, word.attributes["hexadecimal"]) == ("1549", "0x60D")
    assert value_of(hass, "checkResult_bit0") == "on"
    assert value_of(hass, "checkResult_phaseFlag2") == "3"
    assert value_of(hass, "checkResult_inverterSide2") == "B"
    assert value_of(hass, "checkResult_smartSide2") == "C"


async def test_press_while_a_check_runs(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    await house.press()
    await house.pass_time(10)
    with pytest.raises(HomeAssistantError) as refused:
        await house.press()
    assert refused.value.translation_key == "ct_already_running"
    assert await house.to_the_end() == "passed"
    assert cloud.arrived["start"] == 1


@pytest.mark.parametrize(
    ("changes", "key", "reasons"),
    [
        ({"device_status": 0}, "ct_blocked_standby", ["standby"]),
        ({"device_status": None}, "ct_blocked_no_data", ["no_data"]),
        ({"meter_status": 0}, "ct_blocked_meter_fault", ["meter_fault"]),
        ({"fault_flags": 1}, "ct_blocked_bms_comm_fault", ["bms_comm_fault"]),
        (
            {"fault_flags": "6", "meter_status": False},
            "ct_blocked",
            ["unknown_alarm", "meter_fault"],
        ),
    ],
)
async def test_press_when_not_ready(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    changes: dict[str, Any],
    key: str,
    reasons: list[str],
) -> None:
    await house.set_up()
    for name, value in changes.items():
        setattr(cloud.inverter, name, value)
    with pytest.raises(HomeAssistantError) as refused:
        await house.press()
    assert refused.value.translation_key == key
    assert check_of(hass) == "blocked"
    assert state_of(hass, "ctCheck_state").attributes["reasons"] == reasons
    assert state_of(hass, "event_ct_check").attributes["event_type"] == "blocked"
    assert cloud.arrived["start"] == 0


@pytest.mark.parametrize(
    ("endpoint", "fault", "key", "words"),
    [
        (
            "start",
            faults.error({"description": "设备正忙"}),
            "ct_not_started",
            "设备正忙",
        ),
        ("start", faults.error("busy"), "ct_not_started", "busy"),
        ("start", faults.error(None), "ct_not_started", "errorCode 1"),
        ("start", faults.envelope(body=False), "ct_not_started", "body: False"),
        ("start", faults.envelope(body="false"), "ct_not_started", "body: 'false'"),
        ("start", faults.envelope(body=None), "ct_not_started", "body: None"),
        ("start", faults.envelope(successful="false"), "ct_not_started", "errorCode 0"),
        ("start", faults.http(404), "ct_not_started", "HTTP 404"),
        ("start", faults.http(429), "ct_not_started", "HTTP 429"),
        ("precheck", faults.http(500), "ct_no_answer_from_the_cloud", None),
        ("result", faults.html(), "ct_no_answer_from_the_cloud", None),
        ("result", faults.envelope(body=None), "ct_no_answer_from_the_cloud", None),
        (
            "result",
            faults.error("You do not have permission for this device."),
            "ct_account_not_permitted",
            None,
        ),
    ],
)
async def test_press_that_starts_nothing(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    endpoint: str,
    fault: faults.Fault,
    key: str,
    words: str | None,
) -> None:
    await house.set_up()
    cloud.fail(endpoint, fault)
    with pytest.raises(HomeAssistantError) as refused:
        await house.press()
    assert refused.value.translation_key == key
    assert (refused.value.translation_placeholders or {}).get("words") == words
    assert check_of(hass) == "not_started"
    assert cloud.inverter.starts == 0
    # And then it works.
    await house.press()
    assert await house.to_the_end() == "passed"


async def test_press_that_cannot_be_written_down(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await house.set_up()

    async def full_disk(_: HubCoordinator) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(HubCoordinator, "save_now", full_disk)
        with pytest.raises(HomeAssistantError) as refused:
            await house.press()
    assert refused.value.translation_key == "ct_not_saved"
    assert check_of(hass) == "not_started"
    assert cloud.arrived["start"] == 0


async def test_press_does_not_wait_for_ever(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    cloud.fail("precheck", faults.slow(18))
    cloud.fail("result", faults.slow(18))
    press = asyncio.create_task(house.press())
    await cloud.asked("precheck", 2)
    for _ in range(5):
        await house.pass_time(6)
    await press
    assert check_of(hass) == "prechecking"
    await house.pass_time(6)
    assert await house.to_the_end() == "passed"


@pytest.mark.parametrize("body", [True, 1, "true", "1"])
async def test_start_that_is_confirmed_in_any_dress(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, body: Any
) -> None:
    await house.set_up()
    cloud.inverter.start()  # the fault answers in its place
    cloud.fail("start", faults.envelope(errorCode="0", body=body, successful="true"))
    cloud.inverter.stop()
    await house.press()
    assert check_of(hass) == "starting"
    cloud.inverter.start()
    assert await house.to_the_end() == "passed"


@pytest.mark.parametrize(
    "fault", [faults.lost(), faults.http(500), faults.http(502), faults.html(), faults.empty()]
)
async def test_unanswered_start_is_never_sent_again(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, fault: faults.Fault
) -> None:
    await house.set_up()
    cloud.fail("start", fault)
    await house.press()
    assert check_of(hass) == "starting"
    end = await house.to_the_end()
    assert end == ("passed" if cloud.inverter.starts else "not_started")
    assert cloud.arrived["start"] == 1


async def test_token_that_is_refused_at_the_start(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    """A refused token is no doubt: nothing was started, so the start is sent once more."""
    await house.set_up()
    await house.pass_time(20)
    cloud.fail("start", faults.http(401))
    await house.press()
    assert await house.to_the_end() == "passed"
    assert (cloud.arrived["start"], cloud.inverter.starts) == (2, 1)


async def test_errors_in_the_middle_are_shown(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    await house.press()
    await house.pass_time(10)
    cloud.fail("result", faults.error({"code": "error.1", "description": "系统繁忙"}))
    await house.pass_time(10)
    attributes = state_of(hass, "ctCheck_state").attributes
    assert attributes["last_error"] == "cloud_error"
    assert attributes["message"] == "系统繁忙"
    assert await house.to_the_end() == "passed"
    attributes = state_of(hass, "ctCheck_state").attributes
    assert "last_error" not in attributes
    assert "message" not in attributes


async def test_server_that_wants_to_be_left_alone(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    await house.press()
    cloud.fail("result", faults.http(429, retry_after=120))
    await house.pass_time(10)
    asked = cloud.counts["result"]
    await house.pass_time(110)
    assert cloud.counts["result"] == asked
    assert await house.to_the_end() == "passed"


async def test_permission_that_is_lost(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    await house.press()
    cloud.fail("result", faults.error("You do not have permission for this device."))
    assert await house.to_the_end() == "unknown"
    assert state_of(hass, "ctCheck_state").attributes["reasons"] == ["account_not_permitted"]


async def test_check_of_somebody_else_is_watched_when_pressed(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    cloud.inverter.start(Plan(dict(WIRING_FAULT), lag=0.0))
    await house.press()
    assert check_of(hass) == "running"
    assert state_of(hass, "ctCheck_state").attributes["origin"] == "elsewhere"
    assert await house.to_the_end() == "wiring_fault"
    assert cloud.arrived["start"] == 0


async def test_check_of_somebody_else_is_noticed(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    cloud.inverter.start(Plan(dict(PASSED), lag=290.0, duration=60.0))
    await house.pass_time(320)
    assert check_of(hass) == "running"
    assert await house.to_the_end() == "passed"
    assert cloud.arrived["start"] == 0


async def test_flag_that_is_stuck_is_not_watched_for_ever(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    cloud.inverter.start(Plan(None, lag=0.0))
    await house.set_up()
    await house.pass_time(700)
    assert check_of(hass) == "idle"
    assert value_of(hass, "ctCheck_active") == "on"
    assert cloud.counts["result"] == 0


# Restarts.


async def restart(hass: HomeAssistant, house: House, entry: MockConfigEntry) -> None:
    """Take the integration down and up again."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await house.quiet()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await house.quiet()


@pytest.mark.parametrize("after", [0.0, 10.0, 20.0])
async def test_restart_in_the_middle(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, after: float
) -> None:
    entry = await house.set_up()
    await house.press()
    await house.pass_time(after)
    before = check_of(hass)
    await restart(hass, house, entry)
    assert check_of(hass) in (before, "running")
    with pytest.raises(HomeAssistantError) as refused:
        await house.press()
    assert refused.value.translation_key == "ct_already_running"
    assert await house.to_the_end() == "passed"
    assert state_of(hass, "event_ct_check").attributes["event_type"] == "passed"
    assert cloud.arrived["start"] == 1


async def test_restart_while_the_start_is_on_its_way(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    hass_storage: dict[str, Any],
) -> None:
    entry = await house.set_up()
    arrived = asyncio.Event()
    cloud.fail("start", faults.held(arrived))
    press = asyncio.create_task(house.press())
    await cloud.asked("start", 1)
    # The record was on the disk before the start was sent.
    kept = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["source"][SERIAL]["check"]
    assert kept["run"]["proof"] == "none"
    assert check_of(hass) == "starting"
    await hass.config_entries.async_unload(entry.entry_id)
    arrived.set()
    await hass.config_entries.async_setup(entry.entry_id)
    await house.quiet()
    assert await house.to_the_end() == "passed"
    assert cloud.arrived["start"] == cloud.inverter.starts == 1
    press.cancel()
    await asyncio.wait([press])


async def test_restart_during_the_precheck_starts_nothing(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    never = asyncio.Event()
    cloud.fail("precheck", faults.held(never))
    press = asyncio.create_task(house.press())
    await cloud.asked("precheck", 2)
    assert check_of(hass) == "prechecking"
    await hass.config_entries.async_unload(entry.entry_id)
    never.set()
    press.cancel()
    await asyncio.wait([press])
    await hass.config_entries.async_setup(entry.entry_id)
    await house.pass_time(30)
    assert check_of(hass) == "idle"
    assert cloud.arrived["start"] == 0


async def test_restart_after_the_deadline(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    freezer: FrozenDateTimeFactory,
) -> None:
    entry = await house.set_up()
    await house.press()
    await house.pass_time(20)
    assert check_of(hass) == "running"
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.tick(3600)
    await hass.config_entries.async_setup(entry.entry_id)
    await house.quiet()
    assert check_of(hass) == "passed"
    assert state_of(hass, "ctCheck_state").attributes["notes"] == ["found_after_a_restart"]
    assert cloud.arrived["start"] == 1


async def test_ends_outlive_a_restart(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    cloud.choose("wiring_fault_details")
    await house.press()
    await house.to_the_end()
    cloud.inverter.meter_status = 0
    with pytest.raises(HomeAssistantError):
        await house.press()
    keys = (
        "ctCheck_state",
        "ctCheck_lastResult",
        "ctCheck_lastFinished",
        "ctCheck_wiringProblem",
        "checkResult_sensorAns2",
    )
    before = {key: value_of(hass, key) for key in keys}
    assert list(before.values())[:2] == ["blocked", "wiring_fault"]
    assert before["checkResult_sensorAns2"] == "on"
    attributes = state_of(hass, "ctCheck_state").attributes
    await restart(hass, house, entry)
    assert {key: value_of(hass, key) for key in keys} == before
    assert state_of(hass, "ctCheck_state").attributes == attributes


# Signing in again.


async def test_token_is_renewed_before_it_expires(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    await house.pass_time(2990)
    assert cloud.counts["login"] == 1
    await house.pass_time(600)
    assert cloud.counts["login"] == 2
    assert {request.status for request in cloud.requests} == {200}


@pytest.mark.parametrize(
    "refusal", [faults.http(401), faults.http(403), faults.error("Token已过期")]
)
async def test_token_that_is_refused(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House, refusal: faults.Fault
) -> None:
    await house.set_up()
    await house.pass_time(20)
    cloud.fail("realtime", refusal)
    await house.pass_time(60)
    assert cloud.counts["login"] == 2
    assert not hass.config_entries.flow.async_progress()


async def test_server_that_refuses_every_token(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    await house.set_up()
    await house.press()
    cloud.fail("result", faults.http(401), times=4)
    assert await house.to_the_end() == "passed"
    assert not hass.config_entries.flow.async_progress()


async def test_sign_in_again(hass: HomeAssistant, cloud: SimulatedSolinteg, house: House) -> None:
    entry = await house.set_up()
    await house.press()
    await house.pass_time(10)
    assert check_of(hass) == "running"
    cloud.account.password = "new"
    cloud.expire_tokens()
    await house.pass_time(10)
    assert check_of(hass) == "unknown"
    assert state_of(hass, "ctCheck_state").attributes["reasons"] == ["sign_in_refused"]
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["step_id"] == "solinteg_reauth_confirm"
    # A wrong password asked again and again would lock the account.
    logins = cloud.counts["login"]
    await house.pass_time(700)
    assert cloud.counts["login"] == logins
    assert value_of(hass, "command_ct_check") == STATE_UNAVAILABLE

    result = await go_on(hass, flow, {"password": "wrong"})
    assert result["errors"] == {"base": "invalid_auth"}
    result = await go_on(hass, flow, {"password": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await house.quiet()
    assert entry.data["password"] == "new"
    await house.press()
    assert await house.to_the_end() == "passed"


async def test_sign_in_refused_at_first(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up(password="wrong")
    assert entry.state is ConfigEntryState.SETUP_ERROR
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "solinteg_reauth_confirm"


# Changing.


async def test_reconfigure(hass: HomeAssistant, cloud: SimulatedSolinteg, house: House) -> None:
    entry = await house.set_up(serials=[SERIAL, OTHER])
    registry = dr.async_get(hass)
    assert registry.async_get_device_by_identifier((DOMAIN, OTHER), entry.entry_id)
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "solinteg_reconfigure"
    result = await go_on(hass, result, typed(cloud))
    assert result["step_id"] == "solinteg_inverters"
    [field] = result["data_schema"].schema
    assert field.description == {"suggested_value": [SERIAL, OTHER]}
    result = await go_on(hass, result, {"serials": [SERIAL]})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await house.quiet()
    assert entry.data["serials"] == [SERIAL]
    assert registry.async_get_device_by_identifier((DOMAIN, OTHER), entry.entry_id) is None


async def test_reconfigure_to_another_account(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    result = await entry.start_reconfigure_flow(hass)
    result = await go_on(hass, result, typed(cloud, account="other@example.com"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")


# Looking in.


async def test_diagnostics_hold_nothing_secret(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    cloud: SimulatedSolinteg,
    house: House,
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await house.set_up()
    cloud.choose("wiring_fault_details")
    await house.press()
    await house.to_the_end()
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, SERIAL), entry.entry_id)
    assert device
    for told in (
        await get_diagnostics_for_config_entry(hass, hass_client, entry),
        await get_diagnostics_for_device(hass, hass_client, entry, device),
    ):
        text = json.dumps(told)
        for secret in (SERIAL, cloud.account.name, cloud.base_url):
            assert secret not in text
        assert "1549" in text
        assert "meterCheckConfigVOS" in text


async def test_system_health(hass: HomeAssistant, house: House) -> None:
    await house.set_up()
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["source_1"].startswith("inverters: 1, checks: 0")


# Blueprints.


async def automate(hass: HomeAssistant, name: str, inputs: dict[str, Any]) -> None:
    """Make an automation of a blueprint."""
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


def told(message: str) -> list[dict[str, Any]]:
    return [{"action": "test.tell", "data": {"message": message}}]


@pytest.fixture
async def at_noon(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be a Saturday, noon."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-11-21 12:00:00+00:00")


@pytest.mark.usefixtures("at_noon")
async def test_schedule_blueprint(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    entry = await house.set_up()
    calls = async_mock_service(hass, "test", "tell")
    await automate(
        hass,
        "ct_check_schedule.yaml",
        {
            "button": entity_id(hass, "command_ct_check"),
            "ended": entity_id(hass, "event_ct_check"),
            "at": "12:01:00",
            "days": ["sat"],
            "on_fault": told("{{ inverter }}: {{ phases | join(', ') }}"),
            "on_no_result": told("{{ result }}: {{ reasons | join(', ') }}"),
        },
    )
    cloud.choose("wiring_fault_details")
    await house.pass_time(50)
    assert check_of(hass) == "idle"
    await house.pass_time(20)
    assert await house.to_the_end() == "wiring_fault"
    assert [call.data["message"] for call in calls] == ["Solinteg M04A: L2, L3"]

    # What was told before a restart is not told again.
    await hass.config_entries.async_reload(entry.entry_id)
    await house.quiet()
    assert len(calls) == 1

    # Sunday is not one of the days; next Saturday the inverter is not ready.
    await house.pass_days(1)
    assert cloud.arrived["start"] == 1
    cloud.choose("pass")
    cloud.inverter.meter_status = 0
    await house.pass_days(6)
    assert calls[-1].data["message"] == "blocked: meter_fault"
    cloud.inverter.meter_status = 1
    await house.pass_days(7)
    await house.to_the_end()
    assert len(calls) == 2
    assert cloud.arrived["start"] == 2


@pytest.mark.parametrize(
    ("answer", "scenario", "report"),
    [
        ("CT_CHECK_YES_", "pass", "Solinteg M04A: passed"),
        ("CT_CHECK_YES_", "refused", "Solinteg M04A: not started refused by the cloud"),
        ("CT_CHECK_NO_", "pass", None),
        (None, "pass", None),
    ],
)
async def test_ask_blueprint(
    hass: HomeAssistant,
    cloud: SimulatedSolinteg,
    house: House,
    answer: str | None,
    scenario: str,
    report: str | None,
) -> None:
    await house.set_up()
    house.somebody_waits = True
    phone = async_mock_service(hass, "notify", "my_phone")
    await automate(
        hass,
        "ct_check_ask.yaml",
        {
            "button": entity_id(hass, "command_ct_check"),
            "ready": entity_id(hass, "ctCheck_ready"),
            "ended": entity_id(hass, "event_ct_check"),
            "triggers": [{"trigger": "event", "event_type": "work_done"}],
            "notify": "notify.my_phone",
            "patience": {"minutes": 5},
        },
    )
    cloud.choose(scenario)
    hass.bus.async_fire("work_done")
    await house.quiet()
    [question] = phone
    assert question.data["message"].startswith("May Solinteg M04A check")
    offered = {choice["action"] for choice in question.data["data"]["actions"]}
    if answer:
        [chosen] = [action for action in offered if action.startswith(answer)]
        hass.bus.async_fire("mobile_app_notification_action", {"action": chosen})
        await house.quiet()
    else:
        await house.pass_time(360)
    assert cloud.arrived["start"] == (1 if report else 0)
    await house.pass_time(60)
    assert [call.data["message"].strip() for call in phone[1:]] == ([report] if report else [])


async def test_ask_blueprint_does_not_ask_in_vain(
    hass: HomeAssistant, cloud: SimulatedSolinteg, house: House
) -> None:
    cloud.inverter.device_status = STATUS["standby"]
    await house.set_up()
    phone = async_mock_service(hass, "notify", "my_phone")
    await automate(
        hass,
        "ct_check_ask.yaml",
        {
            "button": entity_id(hass, "command_ct_check"),
            "ready": entity_id(hass, "ctCheck_ready"),
            "ended": entity_id(hass, "event_ct_check"),
            "triggers": [{"trigger": "event", "event_type": "work_done"}],
            "notify": "notify.my_phone",
        },
    )
    hass.bus.async_fire("work_done")
    await house.quiet()
    assert phone == []


# The simulator's page and command.


async def test_simulator_page(cloud: SimulatedSolinteg) -> None:
    async with aiohttp.ClientSession(cloud.url) as person:
        for name, scenario in SCENARIOS.items():
            async with person.post(f"/simulator/next/{name}") as answer:
                assert scenario.title in await answer.text()
            assert cloud.scenario == name
        browser = {"Accept": "text/html"}
        async with person.post("/simulator/status/offline", headers=browser) as page:
            text = await page.text()
        assert cloud.inverter.precheck()["deviceStatus"] == STATUS["offline"]
        assert SERIAL in text
        assert all(scenario.title in text for scenario in SCENARIOS.values())
        for name in ("meter", "bms", "check"):
            async with person.post(f"/simulator/switch/{name}") as answer:
                assert answer.ok
        assert (cloud.inverter.meter_status, cloud.inverter.fault_flags) == (0, 1)
        assert cloud.inverter.starts == 1
        for path in ("next/nothing", "status/nothing", "switch/nothing"):
            async with person.post(f"/simulator/{path}") as answer:
                assert answer.status == 404


async def test_simulator_command(
    cloud: SimulatedSolinteg, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["simulator.solinteg", "hangs", f"--port={cloud.port}"])
    assert await asyncio.to_thread(main) == 0
    assert "never ends" in capsys.readouterr().out
    assert cloud.scenario == "hangs"
