"""All states of swap batteries."""

from __future__ import annotations

from ..model.states import KindTable, SourceTable
from .states import ROWS

BATTERY = "battery"

TABLE = SourceTable("Battery cloud", {BATTERY: KindTable("Swap battery", ROWS)})
