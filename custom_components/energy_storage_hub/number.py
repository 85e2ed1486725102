"""Numbers: settings of a device that have a range."""

from __future__ import annotations

from functools import partial
from typing import override

from homeassistant.components.number import NumberEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .hub.entity import SettingEntity
from .hub.quantities import number_class_of, setting_platform_of
from .hub.settings import range_of
from .model.quantity import QUANTITIES
from .model.states import SettingRow, Value

PARALLEL_UPDATES = 1  # a device is set to one thing after the other


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a number for every setting with a range, as its state is first reported."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_settings(
        lambda row: setting_platform_of(row) is Platform.NUMBER,
        partial(HubNumber, coordinator),
        async_add_entities,
    )


class HubNumber(SettingEntity, NumberEntity):
    """A setting that is a number."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: SettingRow) -> None:
        """Present the number as the quantity of its state demands."""
        self._attr_device_class = number_class_of(row.state.quantity)
        self._attr_native_unit_of_measurement = QUANTITIES[row.state.quantity].unit or None
        self._attr_native_step = row.step
        super().__init__(coordinator, serial, row)

    @override
    def take(self, value: Value | None) -> None:
        self._attr_native_value = value if isinstance(value, int | float) else None
        if allowed := range_of(self.row, self._values):
            self._attr_native_min_value = allowed.least
            self._attr_native_max_value = allowed.most

    @property
    @override
    def available(self) -> bool:
        """Not while its range is not known: whatever was typed would be refused."""
        return super().available and range_of(self.row, self._values) is not None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the number."""
        await self.change(value)
