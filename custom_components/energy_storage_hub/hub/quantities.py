"""What a quantity is in Home Assistant: platform, device class, unit, state class, precision."""

from __future__ import annotations

from dataclasses import dataclass

from homeassistant.components.binary_sensor import (  # type: ignore[attr-defined]
    BinarySensorDeviceClass,  # from 2026.10 on it comes from const.py, which 2026.9 lacks
)
from homeassistant.components.number import NumberDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    Platform,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactivePower,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
)

from ..model.states import Quantity, SettingRow

Q = Quantity

_MEASUREMENT = SensorStateClass.MEASUREMENT
_TOTAL_INCREASING = SensorStateClass.TOTAL_INCREASING


@dataclass(frozen=True, slots=True)
class SensorMeaning:
    """How a sensor of a quantity presents itself."""

    device_class: SensorDeviceClass | None = None
    unit: str | None = None
    state_class: SensorStateClass | None = None
    precision: int | None = None


@dataclass(frozen=True, slots=True)
class NumberMeaning:
    """How a number that a person can set presents itself."""

    device_class: NumberDeviceClass | None
    unit: str | None


SENSORS: dict[Q, SensorMeaning] = {
    Q.POWER: SensorMeaning(SensorDeviceClass.POWER, UnitOfPower.WATT, _MEASUREMENT, 0),
    Q.REACTIVE_POWER: SensorMeaning(
        SensorDeviceClass.REACTIVE_POWER, UnitOfReactivePower.VOLT_AMPERE_REACTIVE, _MEASUREMENT, 0
    ),
    Q.APPARENT_POWER: SensorMeaning(
        SensorDeviceClass.APPARENT_POWER, UnitOfApparentPower.VOLT_AMPERE, _MEASUREMENT, 0
    ),
    Q.VOLTAGE: SensorMeaning(
        SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT, _MEASUREMENT, 1
    ),
    Q.VOLTAGE_DIFFERENCE: SensorMeaning(
        SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.MILLIVOLT, _MEASUREMENT, 0
    ),
    Q.CURRENT: SensorMeaning(
        SensorDeviceClass.CURRENT, UnitOfElectricCurrent.AMPERE, _MEASUREMENT, 1
    ),
    Q.LEAKAGE_CURRENT: SensorMeaning(
        SensorDeviceClass.CURRENT, UnitOfElectricCurrent.MILLIAMPERE, _MEASUREMENT, 1
    ),
    Q.FREQUENCY: SensorMeaning(SensorDeviceClass.FREQUENCY, UnitOfFrequency.HERTZ, _MEASUREMENT, 2),
    Q.TEMPERATURE: SensorMeaning(
        SensorDeviceClass.TEMPERATURE, UnitOfTemperature.CELSIUS, _MEASUREMENT, 1
    ),
    Q.STATE_OF_CHARGE: SensorMeaning(SensorDeviceClass.BATTERY, PERCENTAGE, _MEASUREMENT, 0),
    Q.STATE_OF_HEALTH: SensorMeaning(None, PERCENTAGE, _MEASUREMENT, 0),
    Q.PERCENTAGE: SensorMeaning(None, PERCENTAGE, _MEASUREMENT, 0),
    Q.RATIO: SensorMeaning(None, None, _MEASUREMENT, 3),
    Q.POWER_FACTOR: SensorMeaning(SensorDeviceClass.POWER_FACTOR, None, _MEASUREMENT, 2),
    Q.RESISTANCE: SensorMeaning(None, "kΩ", _MEASUREMENT, 0),
    Q.MEASURE: SensorMeaning(None, None, _MEASUREMENT, 2),
    Q.ENERGY_TOTAL: SensorMeaning(
        SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, _TOTAL_INCREASING, 2
    ),
    Q.ENERGY_DAY: SensorMeaning(
        SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, _TOTAL_INCREASING, 2
    ),
    Q.ENERGY_STORED: SensorMeaning(
        SensorDeviceClass.ENERGY_STORAGE, UnitOfEnergy.KILO_WATT_HOUR, _MEASUREMENT, 2
    ),
    Q.ENERGY_TARGET: SensorMeaning(SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, None, 2),
    Q.ENERGY_AMOUNT: SensorMeaning(SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, None, 2),
    Q.VOLUME: SensorMeaning(SensorDeviceClass.VOLUME_STORAGE, UnitOfVolume.LITERS, None, 0),
    Q.CHARGE_TOTAL: SensorMeaning(None, "Ah", _TOTAL_INCREASING, 0),
    Q.CAPACITY: SensorMeaning(None, "Ah", None, 1),
    Q.MONEY: SensorMeaning(SensorDeviceClass.MONETARY, "CNY", None, 2),
    Q.COUNT: SensorMeaning(None, None, _MEASUREMENT, 0),
    Q.CYCLES: SensorMeaning(None, None, _TOTAL_INCREASING, 0),
    Q.DURATION_MS: SensorMeaning(SensorDeviceClass.DURATION, UnitOfTime.MILLISECONDS, None, 0),
    Q.DURATION_S: SensorMeaning(SensorDeviceClass.DURATION, UnitOfTime.SECONDS, None, 0),
    Q.DURATION_MIN: SensorMeaning(SensorDeviceClass.DURATION, UnitOfTime.MINUTES, None, 0),
    Q.TIMESTAMP: SensorMeaning(SensorDeviceClass.TIMESTAMP),
    Q.SETTING: SensorMeaning(),
    Q.COORDINATE: SensorMeaning(None, DEGREE, None, 5),
    Q.ENUM: SensorMeaning(SensorDeviceClass.ENUM),
    Q.CODE: SensorMeaning(),
    Q.TEXT: SensorMeaning(),
    Q.VERSION: SensorMeaning(),
    Q.VOLTAGE_ARRAY: SensorMeaning(
        SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT, _MEASUREMENT, 3
    ),
    Q.TEMPERATURE_ARRAY: SensorMeaning(
        SensorDeviceClass.TEMPERATURE, UnitOfTemperature.CELSIUS, _MEASUREMENT, 1
    ),
    Q.POWER_ARRAY: SensorMeaning(SensorDeviceClass.POWER, UnitOfPower.WATT, _MEASUREMENT, 0),
    Q.ENERGY_ARRAY: SensorMeaning(SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, None, 2),
    Q.NUMBER_ARRAY: SensorMeaning(None, None, _MEASUREMENT, 3),
    Q.TEXT_ARRAY: SensorMeaning(),
}

BINARY_SENSORS: dict[Q, BinarySensorDeviceClass | None] = {
    Q.FLAG: None,
    Q.CONNECTIVITY: BinarySensorDeviceClass.CONNECTIVITY,
    Q.PROBLEM: BinarySensorDeviceClass.PROBLEM,
    Q.FAULT: BinarySensorDeviceClass.PROBLEM,
}

_NUMBER_CLASSES = {str(known): known for known in NumberDeviceClass}

NUMBERS: dict[Q, NumberMeaning] = {
    quantity: NumberMeaning(_NUMBER_CLASSES.get(str(meaning.device_class)), meaning.unit)
    for quantity, meaning in SENSORS.items()
}
"""How a setting of a quantity presents itself: as its sensor does."""

MEASURED = frozenset(
    quantity
    for quantity, meaning in SENSORS.items()
    if meaning.state_class is not None or quantity is Q.TIMESTAMP
)
"""Quantities that change with every report: written at the chosen rate. The rest at once."""


def platform_of(quantity: Q) -> Platform:
    """Return the platform that shows a quantity."""
    return Platform.BINARY_SENSOR if quantity in BINARY_SENSORS else Platform.SENSOR


def setting_platform_of(row: SettingRow) -> Platform:
    """Return the platform that offers a setting."""
    if row.state.quantity is Q.ENUM:
        return Platform.SELECT
    return Platform.SWITCH if row.state.quantity is Q.FLAG else Platform.NUMBER
