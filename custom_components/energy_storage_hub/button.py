"""Buttons: what a person can make a device do."""

from __future__ import annotations

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .model.states import CommandRow

PARALLEL_UPDATES = 0  # sources order their commands: a stop must not wait for a slow start


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a button for every command of every device."""
    entry.runtime_data.async_add_commands(HubButton, async_add_entities)


class HubButton(ButtonEntity):
    """One command of one device."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: HubCoordinator, serial: str, row: CommandRow) -> None:
        """Offer the command of this row."""
        self._coordinator = coordinator
        self._serial = serial
        self._row = row
        self._attr_unique_id = f"{serial}_{row.key}"
        self._attr_translation_key = row.translation_key
        self._attr_device_info = coordinator.device_info(serial)
        self._attr_entity_registry_enabled_default = row.enabled
        if row.diagnostic:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    async def async_press(self) -> None:
        """Run the command."""
        await self._coordinator.async_run_command(self._serial, self._row.command)
