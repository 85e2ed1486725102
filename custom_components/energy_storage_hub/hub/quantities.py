"""Home Assistant's words for a quantity: platform, device class, state class, precision."""

from __future__ import annotations

from dataclasses import dataclass

from homeassistant.components.binary_sensor import (  # type: ignore[attr-defined]
    BinarySensorDeviceClass,  # from 2026.10 on it comes from const.py, which 2026.9 lacks
)
from homeassistant.components.number import NumberDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import Platform

from ..model.quantity import QUANTITIES, Counter, Quantity
from ..model.states import SettingRow

Q = Quantity
D = SensorDeviceClass


@dataclass(frozen=True, slots=True)
class SensorWords:
    """How a sensor of a quantity presents itself. Its unit is the quantity's."""

    device_class: SensorDeviceClass | None = None
    precision: int | None = None
    """Decimals displayed; None for what is no number, or one of no known size."""
    measured: bool = False
    """What it was over time is worth a statistic."""


def _measured(device_class: SensorDeviceClass | None, precision: int) -> SensorWords:
    return SensorWords(device_class, precision, measured=True)


SENSORS: dict[Q, SensorWords] = {
    Q.POWER: _measured(D.POWER, 0),
    Q.REACTIVE_POWER: _measured(D.REACTIVE_POWER, 0),
    Q.APPARENT_POWER: _measured(D.APPARENT_POWER, 0),
    Q.VOLTAGE: _measured(D.VOLTAGE, 1),
    Q.VOLTAGE_DIFFERENCE: _measured(D.VOLTAGE, 0),
    Q.CURRENT: _measured(D.CURRENT, 1),
    Q.LEAKAGE_CURRENT: _measured(D.CURRENT, 1),
    Q.FREQUENCY: _measured(D.FREQUENCY, 2),
    Q.TEMPERATURE: _measured(D.TEMPERATURE, 1),
    Q.STATE_OF_CHARGE: _measured(D.BATTERY, 0),
    Q.STATE_OF_HEALTH: _measured(None, 0),
    Q.PERCENTAGE: _measured(None, 0),
    Q.RATIO: _measured(None, 3),
    Q.POWER_FACTOR: _measured(D.POWER_FACTOR, 2),
    Q.RESISTANCE: _measured(None, 0),
    Q.MEASURE: _measured(None, 2),
    Q.ENERGY_TOTAL: SensorWords(D.ENERGY, 2),
    Q.ENERGY_DAY: SensorWords(D.ENERGY, 2),
    Q.ENERGY_SESSION: SensorWords(D.ENERGY, 2),
    Q.ENERGY_STORED: _measured(D.ENERGY_STORAGE, 2),
    Q.ENERGY_TARGET: SensorWords(D.ENERGY, 2),
    Q.ENERGY_AMOUNT: SensorWords(D.ENERGY, 2),
    Q.VOLUME: SensorWords(D.VOLUME_STORAGE, 0),
    Q.CHARGE_TOTAL: SensorWords(None, 0),
    Q.CAPACITY: SensorWords(None, 1),
    Q.MONEY: SensorWords(D.MONETARY, 2),
    Q.COUNT: _measured(None, 0),
    Q.CYCLES: SensorWords(None, 0),
    Q.DURATION_MS: SensorWords(D.DURATION, 0),
    Q.DURATION_S: SensorWords(D.DURATION, 0),
    Q.DURATION_MIN: SensorWords(D.DURATION, 0),
    Q.TIMESTAMP: SensorWords(D.TIMESTAMP),
    Q.SETTING: SensorWords(),
    Q.COORDINATE: SensorWords(None, 5),
    Q.ENUM: SensorWords(D.ENUM),
    Q.CODE: SensorWords(),
    Q.TEXT: SensorWords(),
    Q.VERSION: SensorWords(),
    Q.VOLTAGE_ARRAY: _measured(D.VOLTAGE, 3),
    Q.TEMPERATURE_ARRAY: _measured(D.TEMPERATURE, 1),
    Q.POWER_ARRAY: _measured(D.POWER, 0),
    Q.ENERGY_ARRAY: SensorWords(D.ENERGY, 2),
    Q.NUMBER_ARRAY: _measured(None, 3),
    Q.TEXT_ARRAY: SensorWords(),
}

BINARY_SENSORS: dict[Q, BinarySensorDeviceClass | None] = {
    Q.FLAG: None,
    Q.CONNECTIVITY: BinarySensorDeviceClass.CONNECTIVITY,
    Q.PROBLEM: BinarySensorDeviceClass.PROBLEM,
    Q.FAULT: BinarySensorDeviceClass.PROBLEM,
}


_NUMBER_CLASSES = {str(known): known for known in NumberDeviceClass}


def number_class_of(quantity: Q) -> NumberDeviceClass | None:
    """Return how a number that a person can set presents itself: as its sensor does."""
    return _NUMBER_CLASSES.get(str(SENSORS[quantity].device_class))


def state_class_of(quantity: Q) -> SensorStateClass | None:
    """Return how Home Assistant keeps statistics of a quantity, if at all.

    A counter for life is a total that tells when it began again: should a wrong value get
    through after all, it cancels out when the right one comes back, where one that is said to be
    increasing would count the way back up as energy. What starts again with each day or session
    is increasing: it falls to zero by itself.
    """
    match QUANTITIES[quantity].counter:
        case Counter.LIFE:
            return SensorStateClass.TOTAL
        case Counter.DAY | Counter.SESSION:
            return SensorStateClass.TOTAL_INCREASING
    return SensorStateClass.MEASUREMENT if SENSORS[quantity].measured else None


def platform_of(quantity: Q) -> Platform:
    """Return the platform that shows a quantity."""
    return Platform.BINARY_SENSOR if quantity in BINARY_SENSORS else Platform.SENSOR


def setting_platform_of(row: SettingRow) -> Platform:
    """Return the platform that offers a setting."""
    if row.state.quantity is Q.ENUM:
        return Platform.SELECT
    return Platform.SWITCH if row.state.quantity is Q.FLAG else Platform.NUMBER
