"""Solinteg's OpenAPI and an inverter behind it, simulated with a real server."""

from .cloud import Account, SimulatedSolinteg
from .faults import Fault
from .inverter import Inverter, Plan
from .scenarios import SCENARIOS, Scenario

__all__ = [
    "SCENARIOS",
    "Account",
    "Fault",
    "Inverter",
    "Plan",
    "Scenario",
    "SimulatedSolinteg",
]
