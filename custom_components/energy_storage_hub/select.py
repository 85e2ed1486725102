"""Selects: settings of a device that have options."""

from __future__ import annotations

from functools import partial
from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .hub.entity import SettingEntity
from .hub.quantities import setting_platform_of
from .model.states import SettingRow, Value

PARALLEL_UPDATES = 1  # a device is set to one thing after the other


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a select for every setting with options, as its state is first reported."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_settings(
        lambda row: setting_platform_of(row) is Platform.SELECT,
        partial(HubSelect, coordinator),
        async_add_entities,
    )


class HubSelect(SettingEntity, SelectEntity):
    """A setting that is one of several options."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: SettingRow) -> None:
        """Offer the options of the row."""
        self._attr_options = list(row.options)
        super().__init__(coordinator, serial, row)

    @override
    def take(self, value: Value | None) -> None:
        """Show an option; what may only be shown, not chosen, is listed while it is so."""
        self._attr_current_option = value if isinstance(value, str) else None
        self._attr_options = list(self.row.options)
        if isinstance(value, str) and value not in self._attr_options:
            self._attr_options.append(value)

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose an option."""
        await self.change(option)
