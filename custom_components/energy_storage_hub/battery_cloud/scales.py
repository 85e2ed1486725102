"""How a battery's numbers are to be read, where one sample could not settle it.

Every choice has the safest reading as its default; what does not fit it is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self


class VoltageUnit(StrEnum):
    """Unit of the pack's voltage."""

    AUTOMATIC = "automatic"
    VOLT = "v"
    TENTH_VOLT = "tenth_v"
    TEN_MILLIVOLT = "ten_mv"
    MILLIVOLT = "mv"


class TemperatureUnit(StrEnum):
    """Unit of all temperatures."""

    CELSIUS = "celsius"
    TENTH_CELSIUS = "tenth_celsius"


class CapacityUnit(StrEnum):
    """Unit of the capacities: their values overlap, so none is right until somebody chooses."""

    UNKNOWN = "unknown"
    AMPERE_HOUR = "ah"
    TENTH_AMPERE_HOUR = "tenth_ah"
    MILLIAMPERE_HOUR = "mah"


class FlagPolarity(StrEnum):
    """What the 1, 0 and -1 of the work status mean."""

    CAUTIOUS = "cautious"
    """1 on, 0 off, -1 not known."""
    MINUS_IS_OFF = "minus_is_off"
    """1 on, -1 off."""
    MINUS_IS_ON = "minus_is_on"
    """-1 on, 1 off: bits that are active when low."""


class FaultList(StrEnum):
    """What `true` in the fault list means."""

    AUTOMATIC = "automatic"
    TRUE_IS_FAULT = "true_is_fault"
    TRUE_IS_FINE = "true_is_fine"


@dataclass(frozen=True, slots=True)
class Scales:
    """The choices for one battery."""

    voltage: VoltageUnit = VoltageUnit.AUTOMATIC
    temperature: TemperatureUnit = TemperatureUnit.CELSIUS
    capacity: CapacityUnit = CapacityUnit.UNKNOWN
    flags: FlagPolarity = FlagPolarity.CAUTIOUS
    fault_list: FaultList = FaultList.AUTOMATIC

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Self:
        """Return the choices that were saved; what is not there is the default."""
        return cls(
            voltage=VoltageUnit(chosen.get("voltage", VoltageUnit.AUTOMATIC)),
            temperature=TemperatureUnit(chosen.get("temperature", TemperatureUnit.CELSIUS)),
            capacity=CapacityUnit(chosen.get("capacity", CapacityUnit.UNKNOWN)),
            flags=FlagPolarity(chosen.get("flags", FlagPolarity.CAUTIOUS)),
            fault_list=FaultList(chosen.get("fault_list", FaultList.AUTOMATIC)),
        )

    def choices(self) -> dict[str, StrEnum]:
        """Return all choices, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def chosen(self) -> dict[str, str]:
        """Return the choices that differ from the default, to be saved."""
        default = type(self)().choices()
        return {
            name: str(choice) for name, choice in self.choices().items() if choice != default[name]
        }
