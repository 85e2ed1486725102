"""Which product a serial number stands for [SHUETTE]."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Family(Enum):
    """Systems that speak alike."""

    PLUS = "plus"
    OCEAN = "ocean"
    SINGLE_PHASE = "single_phase"
    FIT = "fit"


@dataclass(frozen=True, slots=True)
class Model:
    """A product: how it is called, how it speaks, and its number in the HTTPS API."""

    name: str
    family: Family
    product_type: int
    rated_power: float
    """Of one inverter, W; of the largest of its series where the serial number says no more."""


_PLUS = Model("PowerOcean Plus", Family.PLUS, 87, 29_900.0)
_SINGLE = Model("PowerOcean single-phase", Family.SINGLE_PHASE, 86, 6_000.0)

_SUPPORTED = {
    "HJ31": Model("PowerOcean 10 kW", Family.OCEAN, 83, 10_000.0),
    "HJ35": Model("PowerOcean 6 kW", Family.OCEAN, 83, 6_000.0),
    "HJ36": Model("PowerOcean 8 kW", Family.OCEAN, 83, 8_000.0),
    "HJ37": Model("PowerOcean 12 kW", Family.OCEAN, 83, 12_000.0),
    "J32": _SINGLE,
    "R37": _PLUS,
    "HJ3C": _PLUS,
    "HC31": Model("PowerOcean DC Fit", Family.FIT, 85, 30_000.0),
}

_UNSUPPORTED = {
    "RE11": "Ocean 2",
    "RE17": "Ocean 2",
    "HR51": "Ocean Pro",
    "HR61": "Ocean Pro",
}
"""Relatives that speak another protocol: named instead of failing."""

PARTS = ("HJ32", "HJ3A", "C376", "AC31", "HF3", "HW52", "BK31")
"""Batteries, wall boxes, heating rods, plugs and meters: never asked for by themselves."""


def model_of(serial: str) -> Model | None:
    """Return the model of a system's serial number, None for anything else."""
    return _longest(_SUPPORTED, serial)


def product_type(serial: str) -> int:
    """Return the number of a system's product in the HTTPS API, 0 for anything else."""
    model = model_of(serial)
    return model.product_type if model else 0


def unsupported(serial: str) -> str | None:
    """Return the name of a related product that speaks another protocol."""
    return _longest(_UNSUPPORTED, serial)


def _longest[T](table: dict[str, T], serial: str) -> T | None:
    for length in (4, 3):
        if (found := table.get(serial[:length].upper())) is not None:
            return found
    return None


def is_inverter(serial: str) -> bool:
    """Whether this can be an inverter of a parallel system, whose list has other parts too."""
    return not serial.startswith(PARTS)
