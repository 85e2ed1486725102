"""Events: what happens at a device, for automations to react to."""

from __future__ import annotations

from functools import partial
from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .hub.entity import HubEntity
from .model.source import Happening
from .model.states import EventRow

PARALLEL_UPDATES = 0  # events come by push


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add an event entity for every kind of event of every device."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_events(partial(HubEvent, coordinator), async_add_entities)


class HubEvent(HubEntity[EventRow], EventEntity):
    """One kind of event of one device."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: EventRow) -> None:
        """Wait for the events of this row."""
        super().__init__(coordinator, serial, row)
        self._attr_event_types = list(row.types)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the device."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_listen_event(self._serial, self.row.key, self._happened)
        )

    @callback
    def _happened(self, happening: Happening) -> None:
        self._trigger_event(happening.type, dict(happening.details))
        self.async_write_ha_state()
