"""Sensors: numbers, enumerations, texts and arrays."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import override

from homeassistant.components.sensor import SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .hub.coordinator import HubConfigEntry, HubCoordinator
from .hub.entity import StateEntity
from .hub.quantities import SENSORS, platform_of, state_class_of
from .model.quantity import QUANTITIES, Counter, Kind, Quantity, Shown
from .model.states import StateRow, Take, Value

PARALLEL_UPDATES = 0  # states come by push, nothing is asked per entity


async def async_setup_entry(
    hass: HomeAssistant, entry: HubConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a sensor for every numeric, textual or enumerated state, as it is first reported."""
    coordinator = entry.runtime_data
    coordinator.adding.async_add_states(
        lambda row: platform_of(row.quantity) is Platform.SENSOR,
        partial(HubSensor.of, coordinator),
        async_add_entities,
    )


class HubSensor(StateEntity, SensorEntity):
    """A state that is a number, a text or one of several options."""

    def __init__(self, coordinator: HubCoordinator, serial: str, row: StateRow) -> None:
        """Present the row as its quantity demands."""
        meaning, words = QUANTITIES[row.quantity], SENSORS[row.quantity]
        self._attr_device_class = words.device_class
        self._attr_native_unit_of_measurement = meaning.unit or None
        self._attr_state_class = state_class_of(row.quantity)
        if words.precision is not None:
            self._attr_suggested_display_precision = (
                words.precision if row.digits is None else row.digits
            )
        if row.options is not None and meaning.kind is Kind.ENUMERATION:
            self._attr_options = list(dict.fromkeys(row.options.values()))
        super().__init__(coordinator, serial, row)

    @staticmethod
    def of(coordinator: HubCoordinator, serial: str, row: StateRow) -> HubSensor:
        """Return the sensor for a row."""
        return _class_for(row.quantity)(coordinator, serial, row)

    @override
    def take(self, value: Value | None) -> None:
        self._attr_native_value = value  # type: ignore[assignment]


class CounterSensor(HubSensor):
    """A state that is counted for life, and when that began again, as with a new device."""

    @override
    def take(self, value: Value | None) -> None:
        super().take(value)
        guard = self.coordinator.store(self._serial).guards.get(self.row.key)
        began = guard.reset_at if guard else None
        self._attr_last_reset = None if began is None else datetime.fromtimestamp(began, UTC)


class TimestampSensor(HubSensor):
    """A state that is a point in time."""

    @override
    def take(self, value: Value | None) -> None:
        self._attr_native_value = (
            datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
        )


class ArraySensor(HubSensor):
    """A state of many numbers: their mean or sum, with the elements beside it.

    A row that takes the last element (meters: phases, then total) shows that one.
    """

    _unrecorded_attributes = frozenset({"elements"})

    @override
    def take(self, value: Value | None) -> None:
        elements = [e for e in value if isinstance(e, float)] if isinstance(value, tuple) else []
        self._attr_extra_state_attributes = {"elements": elements}
        if not elements:
            self._attr_native_value = None
        elif self.row.take is Take.LAST:
            self._attr_native_value = elements[-1]
        elif _shown(self.row.quantity) is Shown.SUM:
            self._attr_native_value = round(sum(elements), 4)
        else:
            self._attr_native_value = round(sum(elements) / len(elements), 4)


class TextArraySensor(HubSensor):
    """A state of many texts: how many, with the texts beside it."""

    _unrecorded_attributes = frozenset({"elements"})

    @override
    def take(self, value: Value | None) -> None:
        known = isinstance(value, tuple)
        self._attr_extra_state_attributes = {"elements": list(value) if known else []}  # type: ignore[arg-type]
        self._attr_native_value = len(value) if known else None  # type: ignore[arg-type]


def _shown(quantity: Quantity) -> Shown | None:
    """Return how one state is made of many values, if it is."""
    array = QUANTITIES[quantity].array
    return array.shown if array else None


def _class_for(quantity: Quantity) -> type[HubSensor]:
    match _shown(quantity):
        case Shown.MEAN | Shown.SUM:
            return ArraySensor
        case Shown.COUNT:
            return TextArraySensor
        case None:
            if QUANTITIES[quantity].counter is Counter.LIFE:
                return CounterSensor
            is_time = QUANTITIES[quantity].kind is Kind.TIME
            return TimestampSensor if is_time else HubSensor
