"""Switches: settings of a device that are on or off."""

from __future__ import annotations

from functools import partial
from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry
from .hub.entity import SettingEntity
from .hub.quantities import setting_platform_of
from .model.states import Value

PARALLEL_UPDATES = 1  # a device is set to one thing after the other


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a switch for every setting that is on or off, as its state is first reported."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_settings(
        lambda row: setting_platform_of(row) is Platform.SWITCH,
        partial(HubSwitch, coordinator),
        async_add_entities,
    )


class HubSwitch(SettingEntity, SwitchEntity):
    """A setting that is on or off."""

    @override
    def take(self, value: Value | None) -> None:
        self._attr_is_on = None if value is None else bool(value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Set it on."""
        await self.change(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Set it off."""
        await self.change(False)
