"""All states, commands and events of inverters."""

from __future__ import annotations

from ..model.states import CommandRow, EventRow, KindTable, SourceTable
from .ct_events import ENDS
from .states import ROWS

INVERTER = "inverter"

RUN_CT_CHECK = CommandRow("ct_check", "Run CT check")
CT_CHECK_ENDED = EventRow("ct_check", "CT check ended", types=tuple(str(end) for end in ENDS))

TABLE = SourceTable(
    "Inverter CT check (Solinteg)",
    {INVERTER: KindTable("Inverter", ROWS, commands=(RUN_CT_CHECK,), events=(CT_CHECK_ENDED,))},
)
