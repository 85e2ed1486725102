"""What holds for every source: its dialogs, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
import json
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownStep
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.battery_cloud import HEALTHY
from simulator.charging_pile import SimulatedPile

from . import dialogs as dialogs_of
from .dialogs import EVERY, Dialogs, Result, add, change_options, choose, go_on
from .piles import CODE, act, until

PACKAGE = f"custom_components.{DOMAIN}"


@pytest.fixture(params=EVERY, ids=lambda dialogs: dialogs.__name__)
async def dialogs(hass: HomeAssistant, request: pytest.FixtureRequest) -> AsyncIterator[Dialogs]:
    """What a person types, of every source; what was set up is taken down in time."""
    async with request.param() as dialogs:
        yield dialogs
        await hass.async_block_till_done()
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


def ignored_pile(hass: HomeAssistant) -> MockConfigEntry:
    """Add what is left of a discovery that a person does not want to see again."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"Charging pile {CODE}",
        unique_id=f"charging_pile_{CODE}",
        source=SOURCE_IGNORE,
        data={},
    )
    entry.add_to_hass(hass)
    return entry


# Secrets.


def declared(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return a source's secret and public keys."""
    const = import_module(f"{PACKAGE}.{source}.const")
    return const.SECRET, const.PUBLIC


def texts(node: Any) -> Iterator[str]:
    """Yield every text and name in a value."""
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from (name, *texts(inner))
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from texts(inner)
    elif isinstance(node, str) and node:
        yield node


async def test_every_key_of_an_entry_is_declared(hass: HomeAssistant, dialogs: Dialogs) -> None:
    """Whoever adds a key says whether others may read it."""
    secret, public = declared(dialogs.source)
    entry = await add(hass, dialogs)
    await change_options(hass, entry, dialogs)
    assert entry.options
    assert {*entry.data, *entry.options} - secret - public == {"source"}
    assert not secret & public


async def test_diagnostics_tell_no_secret(
    hass: HomeAssistant, dialogs: Dialogs, hass_client: ClientSessionGenerator
) -> None:
    entry = await add(hass, dialogs)
    await change_options(hass, entry, dialogs)
    if dialogs.source == "charging_pile":
        await admit_a_pile(hass, entry)
    secret, _ = declared(dialogs.source)
    kept = {**entry.data, **entry.options}
    secrets = {*texts([kept[key] for key in secret if key in kept]), entry.unique_id or ""}
    secrets -= {"", dialogs.source}
    assert len(secrets) > 2
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found["entry"]["title"] == "**REDACTED**"
    told = json.dumps(found, ensure_ascii=False)
    assert {text for text in secrets if text in told} == set()


async def admit_a_pile(hass: HomeAssistant, entry: ConfigEntry) -> None:
    async with SimulatedPile(entry.data["port"]):
        await until(hass.config_entries.flow.async_progress)
        await hass.async_block_till_done()
        (flow,) = hass.config_entries.flow.async_progress()
        await go_on(hass, flow, {})
        await until(lambda: entry.data["piles"] == [CODE])


async def test_diagnostics_hide_what_nobody_declared(
    hass: HomeAssistant, dialogs: Dialogs, hass_client: ClientSessionGenerator
) -> None:
    """Such as a key of a version of another time."""
    entry = await add(hass, dialogs)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(
        entry,
        data={**entry.data, "old_password": "hunter2"},
        options={**entry.options, "old_pin": 4711},
    )
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found["entry"]["data"]["old_password"] == "**REDACTED**"
    assert found["entry"]["options"]["old_pin"] == "**REDACTED**"
    assert found["entry"]["data"]["source"] == dialogs.source


# Discoveries that were ignored: entries without a source.


async def test_an_ignored_discovery_is_in_nobodys_way(
    hass: HomeAssistant, dialogs: Dialogs
) -> None:
    ignored_pile(hass)
    entry = await add(hass, dialogs)
    assert entry.state is ConfigEntryState.LOADED
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    health = await get_system_health_info(hass, DOMAIN)
    assert set(health) == {"sources", "source_1"}
    assert health["sources"] == 1


async def test_diagnostics_of_an_ignored_discovery(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    entry = ignored_pile(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    found: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert CODE not in json.dumps(found)


# Dialogs that were opened and left.


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> Result:
    """Open the dialog that changes an entry."""
    context: Any = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    return dict(await hass.config_entries.flow.async_init(DOMAIN, context=context))


async def test_a_dialog_that_was_left_blocks_no_other(
    hass: HomeAssistant, dialogs: Dialogs
) -> None:
    """Wherever it was left: opened, after a mistake, before the last form."""
    left = [await choose(hass, dialogs.source)]
    result = await choose(hass, dialogs.source)
    left.append(await go_on(hass, result, dialogs.mistake))
    assert left[-1]["errors"]
    for forms in range(1, len(dialogs.adding)):
        result = await choose(hass, dialogs.source)
        for typed in dialogs.adding[:forms]:
            result = await go_on(hass, result, typed)
        left.append(result)
    assert {result["type"] for result in left} == {FlowResultType.FORM}

    entry = await add(hass, dialogs)
    assert entry.state is ConfigEntryState.LOADED

    # And whoever comes back to one of them does not add the same once more.
    for result in [left[0], await choose(hass, dialogs.source)]:
        again = result
        if result["type"] is FlowResultType.FORM:
            again = await go_on(hass, result, dialogs.adding[0])
        assert again.get("reason") in ("already_configured", "server_configured") or again["errors"]
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_a_change_that_was_left_blocks_no_other(
    hass: HomeAssistant, dialogs: Dialogs
) -> None:
    entry = await add(hass, dialogs)
    left: list[Result] = []
    for forms in range(len(dialogs.changing)):
        result = await reconfigure(hass, entry)
        for typed in dialogs.changing[:forms]:
            result = await go_on(hass, result, typed)
        left.append(result)
    assert {result["type"] for result in left} == {FlowResultType.FORM}

    result = await reconfigure(hass, entry)
    for typed in dialogs.changing:
        assert (result["type"], result["errors"]) == (FlowResultType.FORM, {})
        result = await go_on(hass, result, typed)
    assert result["reason"] in ("reconfigure_successful", "server_changed")
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


# One dialog for all sources.


async def test_another_source_can_be_chosen_when_the_first_fails(hass: HomeAssistant) -> None:
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    async with dialogs_of.solinteg() as dialogs:
        flow: Any = import_module(f"{PACKAGE}.battery_cloud.flow").SourceFlow
        with (
            patch.object(flow, "async_step_battery_cloud", side_effect=OSError),
            pytest.raises(OSError),  # noqa: PT011 - whatever it is
        ):
            await go_on(hass, menu, {"next_step_id": "battery_cloud"})
        result = await go_on(hass, menu, {"next_step_id": "solinteg"})
        assert result["step_id"] == "solinteg"
        result = await go_on(hass, result, dialogs.mistake)
        assert result["errors"] == {"base": "invalid_auth"}


async def test_a_step_that_no_source_offers(hass: HomeAssistant) -> None:
    with pytest.raises(UnknownStep):
        await hass.config_entries.flow.async_init(DOMAIN, context={"source": "import"}, data={})


# Actions.


async def test_an_action_that_is_nothing_for_a_device(hass: HomeAssistant) -> None:
    """Every action can be called with every device: that is the caller's mistake."""
    async with dialogs_of.battery_cloud() as dialogs:
        entry = await add(hass, dialogs)
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "read_tariff", HEALTHY)
        assert refused.value.translation_key == "no_action"
        await hass.config_entries.async_unload(entry.entry_id)
