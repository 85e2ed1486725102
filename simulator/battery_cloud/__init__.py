"""An operator's runtime endpoint for swap batteries, simulated with a real server."""

from .battery import FAULT_NAMES, SimulatedBattery
from .cloud import SimulatedBatteryCloud
from .faults import Fault
from .fleet import (
    CHARGING,
    FAULTY,
    HEALTHY,
    IN_MILLIVOLT,
    OFFLINE,
    UNKNOWN,
    fleet,
    many,
)

__all__ = [
    "CHARGING",
    "FAULTY",
    "FAULT_NAMES",
    "HEALTHY",
    "IN_MILLIVOLT",
    "OFFLINE",
    "UNKNOWN",
    "Fault",
    "SimulatedBattery",
    "SimulatedBatteryCloud",
    "fleet",
    "many",
]
