"""What the tests of the battery cloud share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.battery_cloud import SimulatedBatteryCloud

SEED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures/seed_battery_cloud.json").read_text()
)
INFO = "runtimeInfo_"
WORK = "workStatus_"
LIST = "batteryFaultCodeList_"


def entry_for(cloud: SimulatedBatteryCloud, *serials: str, **options: Any) -> MockConfigEntry:
    """Return a config entry for batteries of the simulated server."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="127.0.0.1",
        data={
            "source": "battery_cloud",
            "url": cloud.url,
            "header": cloud.header,
            "token": cloud.token,
        },
        options={"batteries": {serial: {} for serial in serials}, **options},
    )


class States:
    """States of the integration's entities, by serial number and key."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    def entity_id(self, serial: str, key: str) -> str | None:
        registry = er.async_get(self._hass)
        for platform in ("sensor", "binary_sensor"):
            if entity_id := registry.async_get_entity_id(platform, DOMAIN, f"{serial}_{key}"):
                return entity_id
        return None

    def __call__(self, serial: str, key: str) -> str | None:
        """Return a state; None for what is disabled or not there."""
        entity_id = self.entity_id(serial, key)
        state = self._hass.states.get(entity_id) if entity_id else None
        return state.state if state else None

    def of(self, serial: str) -> dict[str, str]:
        """Return all states of a battery, by key."""
        registry = er.async_get(self._hass)
        return {
            entry.unique_id.removeprefix(f"{serial}_"): state.state
            for entry in registry.entities.values()
            if entry.unique_id.startswith(f"{serial}_")
            and (state := self._hass.states.get(entry.entity_id))
        }
