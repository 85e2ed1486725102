"""What the entities of all platforms share: a row, a device, and the store behind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.entity import Entity

from ..model.quantity import QUANTITIES, Kind
from ..model.states import AttributeRow, CommandRow, EventRow, SettingRow, StateRow, Value
from .coordinator import HubCoordinator


class HubEntity[Row: StateRow | CommandRow | EventRow | SettingRow](Entity):
    """What a row describes, of one device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, coordinator: HubCoordinator, serial: str, row: Row) -> None:
        """Present the row for the device with this serial number."""
        self.coordinator = coordinator
        self.row = row
        self._serial = serial
        self._attr_unique_id = f"{serial}_{row.key}"
        self._attr_translation_key = row.translation_key
        self._attr_device_info = coordinator.device_info(serial)
        self._attr_entity_registry_enabled_default = row.enabled
        if isinstance(row, SettingRow):
            self._attr_entity_category = EntityCategory.CONFIG
        elif row.diagnostic:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.available(self._serial)

    @property
    def _written_with(self) -> tuple[str, ...]:
        """Keys of the states that it is written with when they change."""
        return (self.row.key,)

    @override
    async def async_added_to_hass(self) -> None:
        """Be written when the state changes, or the device is lost or back."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.writer.add(self._serial, self._written_with, self._async_write)
        )

    @callback
    def _async_write(self) -> None:
        self.async_write_ha_state()

    async def async_update(self) -> None:
        """Ask the source for everything, as a person wishes who updates an entity."""
        await self.coordinator.async_request_refresh()

    async def async_entity_id_changed(self) -> None:
        """Nothing depends on the entity id: it may be renamed in place."""


class ValueEntity[Row: StateRow | SettingRow](HubEntity[Row]):
    """Something that shows the value of a state."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: Row) -> None:
        """Show the state as it is known now."""
        super().__init__(coordinator, serial, row)
        self._values: Mapping[str, Value | None] = coordinator.store(serial).values
        self._take_all()

    def take(self, value: Value | None) -> None:
        """Turn the state's value into the entity's own attributes."""
        raise NotImplementedError

    def _take_all(self) -> None:
        self.take(self._values.get(self._written_with[0]))

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the state, which may have changed since the entity was made."""
        await super().async_added_to_hass()
        self._take_all()

    @callback
    @override
    def _async_write(self) -> None:
        """Write the state: called only when it changed, or the device became unreachable."""
        self._take_all()
        self.async_write_ha_state()


class StateEntity(ValueEntity[StateRow]):
    """One state of one device."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: StateRow) -> None:
        """Show the state of this row."""
        self._attr_extra_state_attributes = {}
        super().__init__(coordinator, serial, row)

    @override
    def _take_all(self) -> None:
        """Take the state's value, and the values beside it that are known."""
        super()._take_all()
        if self.row.attributes:
            self._attr_extra_state_attributes = {
                beside.attribute: _shown(beside, value)
                for beside in self.row.attributes
                if (value := self._values.get(self.row.attribute_key(beside.attribute))) is not None
            }

    @property
    @override
    def available(self) -> bool:
        return self.row.always or super().available


class SettingEntity(ValueEntity[SettingRow]):
    """One setting of one device: it shows what the device reports."""

    @property
    @override
    def _written_with(self) -> tuple[str, ...]:
        bounds = (self.row.least, self.row.most)
        return (
            self.row.shown_by,
            *(bound.key for bound in bounds if isinstance(bound, StateRow)),
        )

    async def change(self, value: Value) -> None:
        """Have the device set to another value. Raises HomeAssistantError."""
        await self.coordinator.async_change(self._serial, self.row, value)


def _shown(beside: AttributeRow, value: Value) -> Any:
    if QUANTITIES[beside.quantity].kind is Kind.TIME and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat()
    return list(value) if isinstance(value, tuple) else value
