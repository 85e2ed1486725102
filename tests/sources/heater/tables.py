"""What a heater tells and does."""

from __future__ import annotations

from ..model.quantity import Quantity
from ..model.states import CommandRow, EventRow, KindTable, SettingRow, SourceTable, StateRow

Q = Quantity

POWER = StateRow("power", "Power", Q.POWER, "now", enabled=True)
LIMIT = StateRow("limit", "Power limit", Q.POWER, "now", enabled=True)
LARGEST = StateRow("largest", "Largest power", Q.POWER, "now", enabled=True)
MODE = StateRow(
    "mode",
    "Mode",
    Q.ENUM,
    "now",
    options={0: "off", 1: "eco", 2: "boost", 3: "error"},
    enabled=True,
)
CHILD_LOCK = StateRow("lock", "Child lock", Q.FLAG, "now", enabled=True)
ENERGY = StateRow("energy", "Energy", Q.ENERGY_TOTAL, "now", enabled=True)

SET_LIMIT = SettingRow(
    setting="limit",
    name="Power limit",
    state=LIMIT,
    least=100.0,
    most=LARGEST,
    step=50.0,
    within=5.0,
    enabled=True,
)
SET_MODE = SettingRow(
    setting="mode",
    name="Mode",
    state=MODE,
    options=("off", "eco", "boost"),
    within=5.0,
    enabled=True,
)
SET_LOCK = SettingRow(setting="lock", name="Child lock", state=CHILD_LOCK, within=5.0, enabled=True)

TABLE = SourceTable(
    "Heaters",
    {
        "heater": KindTable(
            "Heater",
            (POWER, LIMIT, LARGEST, MODE, CHILD_LOCK, ENERGY),
            commands=(CommandRow("boost", "Boost"),),
            events=(EventRow("door", "Door", ("opened",)),),
            settings=(SET_LIMIT, SET_MODE, SET_LOCK),
        )
    },
)
