"""Charging piles that dial in over AA F5, simulated with real sockets."""

from .dialects import Dialect
from .pile import SimulatedPile

__all__ = ["Dialect", "SimulatedPile"]
