"""Energies that are counted here, for what the vendor does not count: see `energies.py`."""

from __future__ import annotations

from ..model.states import StateRow
from .rows import Q, with_report

ENERGY: tuple[StateRow, ...] = with_report(
    "energy",
    (
        StateRow("gridImport", "Grid energy imported", Q.ENERGY_TOTAL, enabled=True),
        StateRow("gridExport", "Grid energy exported", Q.ENERGY_TOTAL, enabled=True),
        StateRow("home", "Energy consumed at home", Q.ENERGY_TOTAL, enabled=True),
        StateRow("solar", "Solar energy", Q.ENERGY_TOTAL, enabled=True),
        StateRow("batteryCharge", "Battery energy in", Q.ENERGY_TOTAL, enabled=True),
        StateRow("batteryDischarge", "Battery energy out", Q.ENERGY_TOTAL, enabled=True),
    ),
)
