"""Binary sensors: flags, connections and faults."""

from __future__ import annotations

from functools import partial
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .hub.entity import StateEntity
from .hub.quantities import BINARY_SENSORS, platform_of
from .model.quantity import QUANTITIES, Kind
from .model.states import StateRow, Value

PARALLEL_UPDATES = 0  # states come by push, nothing is asked per entity


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a binary sensor for every flag and fault, as it is first reported."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_states(
        lambda row: platform_of(row.quantity) is Platform.BINARY_SENSOR,
        partial(HubBinarySensor.of, coordinator),
        async_add_entities,
    )


class HubBinarySensor(StateEntity, BinarySensorEntity):
    """A state that is yes or no."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: StateRow) -> None:
        """Present the row as its quantity demands."""
        self._attr_device_class = BINARY_SENSORS[row.quantity]
        super().__init__(coordinator, serial, row)

    @staticmethod
    def of(coordinator: HubCoordinator, serial: str, row: StateRow) -> HubBinarySensor:
        """Return the binary sensor for a row."""
        is_code = QUANTITIES[row.quantity].kind is Kind.FAULT
        return (FaultSensor if is_code else HubBinarySensor)(coordinator, serial, row)

    @override
    def take(self, value: Value | None) -> None:
        self._attr_is_on = None if value is None else bool(value)


class FaultSensor(HubBinarySensor):
    """A fault code: on while there is one, with the raw code beside it."""

    @override
    def take(self, value: Value | None) -> None:
        super().take(value)
        codes = list(value) if isinstance(value, tuple) else value
        self._attr_extra_state_attributes = {"code": codes}
