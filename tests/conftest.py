"""What the tests share: the integration is found, sockets to this machine are open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
import os
from typing import Any

from homeassistant.core import HomeAssistant
from hypothesis import settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.powerocean.system import SimulatedCloud

# The same examples every time where a change is judged; new ones wherever somebody works.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

CLIENT_UUID = "0F8FAD5B-D9CB-469F-A165-70867728950E"

type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def _integration(enable_custom_integrations: None, socket_enabled: None) -> None:
    """Let Home Assistant load the integration, and let tests talk to 127.0.0.1."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the event loop's debug mode off, which doubles the time: some tests turn it on."""


@pytest.fixture
def simulation() -> dict[str, Any]:
    """How the cloud is simulated: for tests to parametrize."""
    return {}


@pytest.fixture
async def cloud(simulation: dict[str, Any]) -> AsyncIterator[SimulatedCloud]:
    """EcoFlow's cloud with one PowerOcean Plus that says nothing by itself."""
    async with SimulatedCloud(**simulation) as cloud:
        yield cloud


def entry_for(cloud: SimulatedCloud, **options: Any) -> MockConfigEntry:
    """Return a config entry for the simulated account."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="demo@example.com",
        unique_id=f"powerocean_{cloud.account.user_id}",
        data={
            "source": "powerocean",
            "email": cloud.account.email,
            "password": cloud.account.password,
            "server": cloud.base_url,
            "client_uuid": CLIENT_UUID,
        },
        options=options,
    )


@pytest.fixture
async def set_up(hass: HomeAssistant, cloud: SimulatedCloud) -> AsyncIterator[SetUp]:
    """Set up an entry for the simulated account; it is unloaded when the test ends."""
    entries: list[MockConfigEntry] = []

    async def set_up(**options: Any) -> MockConfigEntry:
        entry = entry_for(cloud, **options)
        entries.append(entry)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    yield set_up
    await hass.async_block_till_done()  # reloads, for instance
    for entry in entries:
        if hass.config_entries.async_get_entry(entry.entry_id):
            await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
