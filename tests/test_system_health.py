"""System health: each source's reach and last data, without anything that names an owner."""

from __future__ import annotations

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.powerocean import Fault
from simulator.powerocean.system import SimulatedCloud

from .conftest import SetUp
from .powerocean import SYSTEM, House


@pytest.fixture
def simulation() -> dict[str, Any]:
    """A small system will do."""
    return {"packs": (), "wall_box": False}


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return the page's part."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    return dict(await get_system_health_info(hass, DOMAIN))


async def test_a_source_at_work(hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp) -> None:
    await set_up()
    await House(hass, cloud).online()
    info = await health(hass)
    assert info["sources"] == 1
    assert info["source_1"] == "connected: True, systems: 1, seconds_since_data: 0"
    for secret in (SYSTEM, cloud.account.email, cloud.account.user_id):
        assert secret not in str(info)


async def test_a_source_that_could_not_be_set_up(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.faults.add("*", Fault.drop())
    await set_up()
    assert await health(hass) == {"sources": 1, "source_1": "setup_retry"}
