"""Events: what happens at a device, for automations to react to."""

from __future__ import annotations

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .model.source import Happening
from .model.states import EventRow

PARALLEL_UPDATES = 0  # events come by push


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add an event entity for every kind of event of every device."""
    entry.runtime_data.async_add_events(HubEvent, async_add_entities)


class HubEvent(EventEntity):
    """One kind of event of one device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, coordinator: HubCoordinator, serial: str, row: EventRow) -> None:
        """Wait for the events of this row."""
        self._coordinator = coordinator
        self._serial = serial
        self._row = row
        self._attr_event_types = list(row.types)
        self._attr_unique_id = f"{serial}_{row.key}"
        self._attr_translation_key = row.translation_key
        self._attr_device_info = coordinator.device_info(serial)
        self._attr_entity_registry_enabled_default = row.enabled
        if row.diagnostic:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the device."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._coordinator.async_listen_event(self._serial, self._row.key, self._happened)
        )

    @callback
    def _happened(self, happening: Happening) -> None:
        self._trigger_event(happening.type, dict(happening.details))
        self.async_write_ha_state()

    async def async_entity_id_changed(self) -> None:
        """Nothing depends on the entity id: it may be renamed in place."""
