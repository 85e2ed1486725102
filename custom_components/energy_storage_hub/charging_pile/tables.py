"""All states and commands of piles and their connectors."""

from __future__ import annotations

from ..model.states import CommandRow, EventRow, KindTable, SettingRow, SourceTable
from .states_bms import BMS
from .states_connector import HIGHEST_ALARM, PERIODS, RECORD, START, STATUS
from .states_pile import ALARM, ALARM_BITS, HEARTBEAT_INTERVAL, LOGIN, TARIFF, UNKNOWN_BITS

PILE = "charging_pile"
CONNECTOR = "connector"

START_CHARGING = "start"
STOP_CHARGING = "stop"
REPORT_NOW = "report_now"
REBOOT = "reboot"
SET_CLOCK = "set_clock"

SESSION_EVENT = EventRow("session", "Charging session", ("started", "start_failed", "ended"))
CARD_EVENT = EventRow(
    "card",
    "Authorization",
    ("card_accepted", "card_refused", "vin_accepted", "vin_refused"),
    enabled=False,
)

SET_HEARTBEAT_INTERVAL = SettingRow(
    setting="heartbeat_interval",
    name="Heartbeat interval",
    state=HEARTBEAT_INTERVAL,
    # Firmware clamps less than 3 s [WOGEE]; a field of one byte holds no more than 255.
    least=5,
    most=60,
)

TABLE = SourceTable(
    "Charging piles",
    {
        PILE: KindTable(
            "Charging pile",
            (*LOGIN, ALARM, UNKNOWN_BITS, *ALARM_BITS.values(), *HIGHEST_ALARM, TARIFF),
            commands=(
                CommandRow(REPORT_NOW, "Report now", diagnostic=True),
                CommandRow(SET_CLOCK, "Synchronize clock", diagnostic=True),
                CommandRow(REBOOT, "Reboot", diagnostic=True),
            ),
            settings=(SET_HEARTBEAT_INTERVAL,),
        ),
        CONNECTOR: KindTable(
            "Connector of a charging pile",
            (*STATUS, *START, *RECORD, PERIODS, *BMS),
            commands=(
                CommandRow(START_CHARGING, "Start charging"),
                CommandRow(STOP_CHARGING, "Stop charging"),
                CommandRow(REPORT_NOW, "Report now", diagnostic=True),
            ),
            events=(SESSION_EVENT, CARD_EVENT),
        ),
    },
)
