"""Adding, signing in again, changing and tuning an EcoFlow account, as a person does it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
import re
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.powerocean.const import (
    DEFAULT_POLL_MINUTES,
    DEFAULT_UPDATE_SECONDS,
)
from simulator.powerocean import Fault, Listed
from simulator.powerocean.system import DELTA, OCEAN_2, SimulatedCloud

from .conftest import CLIENT_UUID, SetUp, entry_for
from .powerocean import SYSTEM, House

type Result = dict[str, Any]

_UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")
_PREFIX = "/app/1700000000000000001/R374ZSIM00000001/thing/property/"

SMALL: dict[str, Any] = {"packs": (), "wall_box": False}


@pytest.fixture
def simulation() -> dict[str, Any]:
    """Flows care little for what a system holds: a small one is quick."""
    return SMALL


@pytest.fixture
def _no_set_up() -> Iterator[None]:
    """Add entries without setting them up: quick, where only the dialog matters."""
    with (
        patch("custom_components.energy_storage_hub.async_setup_entry", return_value=True),
        patch("custom_components.energy_storage_hub.async_unload_entry", return_value=True),
    ):
        yield


dialog_only = pytest.mark.usefixtures("_no_set_up")


@pytest.fixture(autouse=True)
async def _unload(hass: HomeAssistant, cloud: SimulatedCloud) -> AsyncIterator[None]:
    """Take down what a dialog has set up before the cloud goes."""
    yield
    await hass.async_block_till_done()
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


def account(cloud: SimulatedCloud, **changes: Any) -> dict[str, Any]:
    """Return what a person types to sign in."""
    return {
        "email": cloud.account.email,
        "password": cloud.account.password,
        "advanced": {"server": cloud.base_url},
        **changes,
    }


async def start(hass: HomeAssistant) -> Result:
    """Open the dialog and choose PowerOcean."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.MENU
    assert "powerocean" in result["menu_options"]
    result = await go_on(hass, result, {"next_step_id": "powerocean"})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "powerocean")
    assert not result["errors"]
    return result


async def go_on(hass: HomeAssistant, result: Result, typed: dict[str, Any]) -> Result:
    """Submit a form."""
    return dict(await hass.config_entries.flow.async_configure(result["flow_id"], typed))


async def text_of(hass: HomeAssistant, error: str) -> str | None:
    """Return what a person reads."""
    texts = await async_get_translations(hass, "en", "config", {DOMAIN})
    return texts.get(f"component.{DOMAIN}.config.error.{error}")


async def finished(hass: HomeAssistant, result: Result) -> ConfigEntry:
    """Return the entry that the dialog has made, set up."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.LOADED
    return entry


# Adding an account.


async def test_signs_in_and_finds_the_system(hass: HomeAssistant, cloud: SimulatedCloud) -> None:
    result = await start(hass)
    typed = account(cloud, email=f" {cloud.account.email.title()} ")
    entry = await finished(hass, await go_on(hass, result, typed))

    assert entry.title == cloud.account.email
    assert entry.unique_id == f"powerocean_{cloud.account.user_id}"
    assert not entry.options
    assert dict(entry.data) == {
        "source": "powerocean",
        "email": cloud.account.email,
        "password": cloud.account.password,
        "server": cloud.base_url,
        "client_uuid": entry.data["client_uuid"],
    }
    assert _UUID.fullmatch(entry.data["client_uuid"])


@dialog_only
async def test_needs_no_server(
    hass: HomeAssistant, cloud: SimulatedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one the vendor's own hosts are asked: here the simulator stands in for them."""
    api = "custom_components.energy_storage_hub.powerocean.api"
    monkeypatch.setattr(f"{api}.LOGIN_HOSTS", (cloud.base_url,))
    monkeypatch.setattr(f"{api}.DATA_HOSTS", (cloud.other_region_url, cloud.base_url))
    result = await start(hass)
    entry = await finished(hass, await go_on(hass, result, account(cloud, advanced={})))
    assert "server" not in entry.data


@pytest.mark.parametrize(
    "server",
    [
        "http://ecoflow.example",
        "ftp://127.0.0.1",
        "127.0.0.1:8124",
        "https://",
        "https://user:secret@ecoflow.example",
        "https://ecoflow.example/path",
        "https://ecoflow.example?query=1",
        "https://ecoflow.example#part",
        "https://ecoflow.example:99999",
        "nonsense",
    ],
)
@dialog_only
async def test_refuses_a_server_that_is_none(
    hass: HomeAssistant, cloud: SimulatedCloud, server: str
) -> None:
    result = await start(hass)
    result = await go_on(hass, result, account(cloud, advanced={"server": server}))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_server"}
    assert not cloud.cloud.requests  # nothing was sent anywhere

    await finished(hass, await go_on(hass, result, account(cloud)))


@pytest.mark.parametrize(
    ("endpoint", "fault", "error"),
    [
        ("login", Fault.http(503), "cannot_connect"),
        ("login", Fault.http(429, retry_after=30), "cannot_connect"),
        ("login", Fault.drop(), "cannot_connect"),
        ("login", Fault.api("500"), "cannot_connect"),
        ("login", Fault.html(), "web_page"),
        ("login", Fault.empty(), "bad_answer"),
        ("login", Fault.endless(), "bad_answer"),
        ("login", Fault.raw(b"[]"), "bad_answer"),
        ("login", Fault.raw(b'{"code":"0","data":{"token":"x"}}'), "bad_answer"),
        ("login", Fault.api("2026"), "invalid_auth"),
        ("devices", Fault.http(500), "cannot_connect"),
        ("devices", Fault.http(403), "cannot_connect"),  # the next login has to wait
        ("devices", Fault.html(), "web_page"),
        ("devices", Fault.api("1006"), "not_allowed"),
        ("devices", Fault.api("0"), "wrong_region"),
        ("devices", Fault.api("8512"), "cannot_connect"),
    ],
    ids=str,
)
@dialog_only
async def test_says_what_is_wrong_with_the_account(
    hass: HomeAssistant, cloud: SimulatedCloud, endpoint: str, fault: Fault, error: str
) -> None:
    result = await start(hass)
    cloud.faults.add(endpoint, fault)
    result = await go_on(hass, result, account(cloud))
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "powerocean"
    assert result["errors"] == {"base": error}
    assert await text_of(hass, error)

    cloud.faults.clear()
    await finished(hass, await go_on(hass, result, account(cloud)))


@dialog_only
async def test_a_wrong_password_can_be_corrected(
    hass: HomeAssistant, cloud: SimulatedCloud
) -> None:
    result = await start(hass)
    result = await go_on(hass, result, account(cloud, password="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    await finished(hass, await go_on(hass, result, account(cloud)))


@dialog_only
async def test_two_factor_sign_in_is_named(hass: HomeAssistant, cloud: SimulatedCloud) -> None:
    result = await start(hass)
    cloud.faults.two_factor = True
    result = await go_on(hass, result, account(cloud))
    assert result["errors"] == {"base": "two_factor"}
    cloud.faults.clear()
    await finished(hass, await go_on(hass, result, account(cloud)))


@dialog_only
async def test_what_nobody_expected_is_told_and_logged(
    hass: HomeAssistant, cloud: SimulatedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    result = await start(hass)
    with patch(
        "custom_components.energy_storage_hub.powerocean.flow.Account.login",
        side_effect=RuntimeError("of another world"),
    ):
        result = await go_on(hass, result, account(cloud))
    assert result["errors"] == {"base": "unknown"}
    assert "of another world" in caplog.text
    await finished(hass, await go_on(hass, result, account(cloud)))


@dialog_only
async def test_one_account_is_added_once(hass: HomeAssistant, cloud: SimulatedCloud) -> None:
    entry_for(cloud).add_to_hass(hass)
    result = await go_on(hass, await start(hass), account(cloud))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["client_uuid"] == CLIENT_UUID


# Serial numbers typed by hand.


async def serials_form(hass: HomeAssistant, cloud: SimulatedCloud) -> Result:
    """Sign in to an account whose list is empty."""
    cloud.faults.no_devices = True
    result = await go_on(hass, await start(hass), account(cloud))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "powerocean_serials")
    assert not result["errors"]
    return result


async def test_serial_numbers_can_be_typed(hass: HomeAssistant, cloud: SimulatedCloud) -> None:
    result = await serials_form(hass, cloud)
    result = await go_on(hass, result, {"serials": [f" {SYSTEM.lower()} ", SYSTEM]})
    entry = await finished(hass, result)
    assert entry.data["serials"] == [SYSTEM]
    # One login for the dialog, one for the set-up: typing costs none.
    assert cloud.cloud.counts["login"] <= 2


@pytest.mark.parametrize(
    ("serials", "error", "placeholders"),
    [
        ([], "unknown_serial", {}),
        (["PIGGYBANK"], "unknown_serial", {}),
        (["HJ3AZSIM00000001"], "serial_of_part", {}),
        (["AC31ZSIM00000001"], "serial_of_part", {}),
        ([SYSTEM, "RE11ZSIM00000001"], "unsupported_model", {"model": "Ocean 2"}),
        (["R374ZSIM99999999"], "slave_serial", {}),  # the cloud calls it an illegal device
    ],
)
@dialog_only
async def test_says_what_is_wrong_with_a_serial_number(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    serials: list[str],
    error: str,
    placeholders: dict[str, str],
) -> None:
    result = await serials_form(hass, cloud)
    result = await go_on(hass, result, {"serials": serials})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"serials": error}
    assert await text_of(hass, error)
    assert placeholders.items() <= (result["description_placeholders"] or {}).items()
    await finished(hass, await go_on(hass, result, {"serials": [SYSTEM]}))


@pytest.mark.parametrize(
    ("faults", "fault", "error"),
    [
        ({"illegal_device": True}, None, "slave_serial"),
        ({"wrong_region": True}, None, "wrong_region"),
        ({"not_allowed": True}, None, "not_allowed"),
        ({}, Fault.api("6012"), "system_offline"),
        ({}, Fault.http(502), "cannot_connect"),
        ({}, Fault.html(), "web_page"),
    ],
    ids=str,
)
@dialog_only
async def test_says_what_the_cloud_has_against_a_serial_number(
    hass: HomeAssistant,
    cloud: SimulatedCloud,
    faults: dict[str, bool],
    fault: Fault | None,
    error: str,
) -> None:
    result = await serials_form(hass, cloud)
    for name, value in faults.items():
        setattr(cloud.faults, name, value)
    if fault:
        cloud.faults.add("detail", fault)
    result = await go_on(hass, result, {"serials": [SYSTEM]})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"serials": error}
    assert await text_of(hass, error)

    cloud.faults.clear()
    await finished(hass, await go_on(hass, result, {"serials": [SYSTEM]}))


@pytest.mark.parametrize(
    "simulation", [SMALL | {"serial": "RE11ZSIM00000002", "extra_devices": (DELTA, OCEAN_2)}]
)
@dialog_only
async def test_names_systems_that_are_not_supported(
    hass: HomeAssistant, cloud: SimulatedCloud
) -> None:
    result = await go_on(hass, await start(hass), account(cloud))
    assert result["errors"] == {"base": "only_unsupported"}
    assert result["description_placeholders"] == {"models": "Ocean 2"}
    # The person binds a PowerOcean to the account and tries again.
    cloud.listed[SYSTEM] = Listed(SYSTEM)
    result = await go_on(hass, result, account(cloud))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("simulation", [SMALL | {"shared": True, "extra_devices": (DELTA,)}])
@dialog_only
async def test_a_shared_system_is_found(hass: HomeAssistant, cloud: SimulatedCloud) -> None:
    await finished(hass, await go_on(hass, await start(hass), account(cloud)))


# Signing in again.


async def test_reauthentication(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up()
    cloud.account.password = "new"
    result = dict(await entry.start_reauth_flow(hass))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "reauth_confirm")
    assert result["description_placeholders"]["email"] == cloud.account.email

    result = await go_on(hass, result, {"password": "wrong"})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_auth"}

    cloud.faults.add("login", Fault.http(503, times=1))
    result = await go_on(hass, result, {"password": "new"})
    assert result["errors"] == {"base": "cannot_connect"}

    result = await go_on(hass, result, {"password": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["password"] == "new"
    assert entry.data["client_uuid"] == CLIENT_UUID


async def test_reauthentication_with_another_account(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    result = dict(await entry.start_reauth_flow(hass))
    cloud.account.user_id = "1700000000000000002"
    result = await go_on(hass, result, {"password": cloud.account.password})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")


# Changing an account.


async def test_reconfiguration(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    entry = await set_up()
    cloud.account.email, cloud.account.password = "new@example.com", "new"
    result = dict(await entry.start_reconfigure_flow(hass))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "reconfigure")
    schema = result["data_schema"].schema
    suggested = {str(key): key.description for key in schema if key.description}
    assert suggested["email"] == {"suggested_value": "demo@example.com"}

    result = await go_on(hass, result, account(cloud, password="wrong"))
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_auth"}

    result = await go_on(hass, result, account(cloud))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["email"] == "new@example.com"
    assert entry.data["password"] == "new"
    assert entry.data["client_uuid"] == CLIENT_UUID  # at most ten a day are accepted
    assert entry.title == "new@example.com"


async def test_reconfiguration_with_typed_serials(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    cloud.faults.no_devices = True
    result = await go_on(hass, dict(await entry.start_reconfigure_flow(hass)), account(cloud))
    assert result["step_id"] == "powerocean_serials"
    result = await go_on(hass, result, {"serials": [SYSTEM]})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["serials"] == [SYSTEM]
    assert entry.data["client_uuid"] == CLIENT_UUID


async def test_a_title_of_the_owner_survives(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, title="Home")
    result = await go_on(hass, dict(await entry.start_reconfigure_flow(hass)), account(cloud))
    assert result["reason"] == "reconfigure_successful"
    assert entry.title == "Home"


async def test_reconfiguration_with_another_account(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    cloud.account.user_id = "1700000000000000002"
    result = await go_on(hass, dict(await entry.start_reconfigure_flow(hass)), account(cloud))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")


# Options.


async def test_options_take_effect(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    await cloud.broker.wait_for_publish(f"{_PREFIX}set")

    assert entry.supports_options
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "init")
    defaults = {str(key): key.default() for key in result["data_schema"].schema}
    assert defaults == {
        "update_seconds": DEFAULT_UPDATE_SECONDS,
        "poll_minutes": DEFAULT_POLL_MINUTES,
        "gentle": False,
    }
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"update_seconds": 1.0, "poll_minutes": 10.0, "gentle": True}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.options == {"update_seconds": 1, "poll_minutes": 10, "gentle": True}

    # Reloaded: connected once more, and now nothing is written to the system.
    written = cloud.broker.publish_counts[f"{_PREFIX}set"]
    await house.online(2)
    assert cloud.broker.app_connects == 2
    assert cloud.broker.publish_counts[f"{_PREFIX}set"] == written


@pytest.mark.parametrize(
    "options",
    [
        {"update_seconds": 0, "poll_minutes": 5, "gentle": False},
        {"update_seconds": 61, "poll_minutes": 5, "gentle": False},
        {"update_seconds": 5, "poll_minutes": 0, "gentle": False},
        {"update_seconds": 5, "poll_minutes": 61, "gentle": False},
    ],
)
async def test_options_have_limits(
    hass: HomeAssistant, cloud: SimulatedCloud, options: dict[str, Any]
) -> None:
    entry = entry_for(cloud)
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(result["flow_id"], options)
    assert not entry.options
