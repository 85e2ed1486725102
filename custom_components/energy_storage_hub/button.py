"""Buttons: what a person can make a device do."""

from __future__ import annotations

from functools import partial
from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry
from .hub.entity import HubEntity
from .model.states import CommandRow

PARALLEL_UPDATES = 0  # sources order their commands: a stop must not wait for a slow start


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a button for every command of every device."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_commands(partial(HubButton, coordinator), async_add_entities)


class HubButton(HubEntity[CommandRow], ButtonEntity):
    """One command of one device."""

    @override
    async def async_press(self) -> None:
        """Run the command."""
        await self.coordinator.async_run_command(self._serial, self.row.command)
