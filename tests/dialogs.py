"""A person at the dialogs of every source, whose other side is simulated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.battery_cloud import HEALTHY, SimulatedBatteryCloud
from simulator.powerocean.system import SimulatedCloud
from simulator.solinteg import SimulatedSolinteg
from simulator.solinteg.inverter import SERIAL

from .piles import free_port
from .powerocean import SYSTEM

type Result = dict[str, Any]
type Form = dict[str, Any]


@dataclass(frozen=True)
class Dialogs:
    """What a person types into the forms of a source."""

    source: str
    adding: list[Form]
    mistake: Form
    """For the first form: it is shown again."""
    changing: list[Form]
    """When the entry is reconfigured, as it is."""
    options: list[Form]


@asynccontextmanager
async def powerocean(*, listed: bool = True) -> AsyncIterator[Dialogs]:
    async with SimulatedCloud(packs=(), wall_box=False) as cloud:
        account = {
            "email": cloud.account.email,
            "password": cloud.account.password,
            "advanced": {"server": cloud.base_url},
        }
        adding: list[Form] = [account]
        if not listed:
            cloud.faults.no_devices = True
            adding.append({"serials": [SYSTEM]})
        options = {"update_seconds": 20, "poll_minutes": 10, "gentle": True}
        yield Dialogs("powerocean", adding, account | {"password": "x"}, adding, [options])


@asynccontextmanager
async def solinteg() -> AsyncIterator[Dialogs]:
    async with SimulatedSolinteg() as cloud:
        account = {
            "account": cloud.account.name,
            "password": cloud.account.password,
            "advanced": {"base_url": cloud.base_url},
        }
        adding: list[Form] = [account, {"serials": [SERIAL]}]
        mistake = account | {"password": "x"}
        yield Dialogs("solinteg", adding, mistake, adding, [{"poll_minutes": 10}])


@asynccontextmanager
async def battery_cloud() -> AsyncIterator[Dialogs]:
    async with SimulatedBatteryCloud() as server:
        endpoint = {"url": server.url, "header": server.header, "token": server.token}
        adding = endpoint | {"batteries": [HEALTHY]}
        options: list[Form] = [{"next_step_id": "battery_polling"}, {"poll_seconds": 300}]
        yield Dialogs("battery_cloud", [adding], adding | {"token": "x"}, [endpoint], options)


@asynccontextmanager
async def charging_pile() -> AsyncIterator[Dialogs]:
    options = {
        "time_zone": "Asia/Shanghai",
        "set_clock": False,
        "cards": ["1234567890"],
        "vins": ["LSVAU2180N2000001"],
        "accept_all": False,
        "show_identities": True,
        "update_seconds": 20,
    }
    server = {"host": "127.0.0.1", "port": free_port()}
    mistake = server | {"host": "192.0.2.1"}
    yield Dialogs("charging_pile", [server], mistake, [server], [options])


@asynccontextmanager
async def powerocean_typed() -> AsyncIterator[Dialogs]:
    async with powerocean(listed=False) as dialogs:
        yield dialogs


EVERY: list[Callable[[], AbstractAsyncContextManager[Dialogs]]] = [
    powerocean,
    powerocean_typed,
    solinteg,
    battery_cloud,
    charging_pile,
]
"""The dialogs of every source, also where they take another way."""


async def choose(hass: HomeAssistant, source: str) -> Result:
    """Open the dialog and choose a source; the first form."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    return await go_on(hass, menu, {"next_step_id": source})


async def go_on(hass: HomeAssistant, result: Any, typed: Form) -> Result:
    """Submit a form."""
    return dict(await hass.config_entries.flow.async_configure(result["flow_id"], typed))


async def add(hass: HomeAssistant, dialogs: Dialogs) -> ConfigEntry:
    """Go through the dialog to its end; the entry, set up."""
    result = await choose(hass, dialogs.source)
    for typed in dialogs.adding:
        assert (result["type"], result["errors"]) == (FlowResultType.FORM, {})
        result = await go_on(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry


async def change_options(hass: HomeAssistant, entry: ConfigEntry, dialogs: Dialogs) -> None:
    """Go through the options to their end."""
    flows = hass.config_entries.options
    result: Any = await flows.async_init(entry.entry_id)
    for typed in dialogs.options:
        assert result["type"] in (FlowResultType.FORM, FlowResultType.MENU), result
        result = await flows.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
