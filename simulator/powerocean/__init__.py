"""EcoFlow's cloud and a PowerOcean system behind it, simulated with real servers."""

from .clock import ManualClock, PlantClock
from .cloud import Fault, Faults, Listed
from .device import Device
from .plant import Flow, Plant
from .system import SimulatedCloud

__all__ = [
    "Device",
    "Fault",
    "Faults",
    "Flow",
    "Listed",
    "ManualClock",
    "Plant",
    "PlantClock",
    "SimulatedCloud",
]
