"""What the entities of all platforms share: a row, a device, and the store behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..model.quantity import QUANTITIES, Kind
from ..model.states import AttributeRow, StateRow, Value
from .coordinator import HubCoordinator


class HubEntity(CoordinatorEntity[HubCoordinator]):
    """One state of one device."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: HubCoordinator, serial: str, row: StateRow) -> None:
        """Show the state of this row of the device with this serial number."""
        super().__init__(coordinator, context=(serial, row.key))
        self.row = row
        self._serial = serial
        self._values = coordinator.store(serial).values
        self._attr_unique_id = f"{serial}_{row.key}"
        self._attr_translation_key = row.translation_key
        self._attr_device_info = coordinator.device_info(serial)
        self._attr_entity_registry_enabled_default = row.enabled
        if row.diagnostic:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC
        self._attr_extra_state_attributes = {}
        self._take_all()

    @property
    def value(self) -> Value | None:
        """The state's last known value."""
        return self._values.get(self.row.key)

    def take(self, value: Value | None) -> None:
        """Turn the state's value into the entity's own attributes."""
        raise NotImplementedError

    def _take_all(self) -> None:
        """Take the state's value, and the values beside it that are known."""
        self.take(self.value)
        if self.row.attributes:
            self._attr_extra_state_attributes = {
                beside.attribute: _shown(beside, value)
                for beside in self.row.attributes
                if (value := self._values.get(self.row.attribute_key(beside.attribute))) is not None
            }

    @property
    @override
    def available(self) -> bool:
        return self.row.always or self.coordinator.available(self._serial)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the state, which may have changed since the entity was made."""
        await super().async_added_to_hass()
        self._take_all()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state: the coordinator calls only when it changed, or became unreachable."""
        self._take_all()
        self.async_write_ha_state()

    async def async_entity_id_changed(self) -> None:
        """Nothing depends on the entity id: it may be renamed in place."""


def _shown(beside: AttributeRow, value: Value) -> Any:
    if QUANTITIES[beside.quantity].kind is Kind.TIME and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat()
    return list(value) if isinstance(value, tuple) else value
