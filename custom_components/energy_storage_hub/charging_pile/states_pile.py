"""States of a pile: login (106), alarms (108), tariff (1102), connection."""

from __future__ import annotations

from ..model.states import AttributeRow, StateRow
from .alarms import ALARMS
from .rows import Q, made, shown, technical, told

NO_ALARM = -1
ACTIVE = "active"

ONLINE = StateRow(
    "online", "Online", Q.CONNECTIVITY, "connection", enabled=True, diagnostic=True, always=True
)

LOGIN: tuple[StateRow, ...] = technical(
    ONLINE,
    *shown(
        made(106, "firmware_version", "Firmware version", Q.TEXT),
        told(106, "boot_count", "Boot count", Q.CYCLES),
    ),
    made(106, "protocol_version", "Protocol version", Q.TEXT),
    told(106, "connector_count", "Number of connectors", Q.COUNT),
    told(106, "heartbeat_interval", "Heartbeat interval", Q.DURATION_S),
    told(106, "heartbeat_timeout_count", "Heartbeats missed before reconnecting", Q.CODE),
    told(106, "login_interval", "Login interval", Q.DURATION_MIN),
    told(106, "record_count", "Records kept", Q.COUNT),
    made(106, "clock_deviation", "Clock deviation", Q.DURATION_S),
    told(106, "upload_mode", "Upload mode", Q.ENUM),
    told(106, "run_mode", "Run mode", Q.ENUM),
    told(106, "project_type", "Project type", Q.CODE),
    told(106, "device_type", "Device type", Q.CODE),
    told(106, "whitelist_version", "Whitelist version", Q.CODE),
    told(106, "asset_id", "Asset number", Q.TEXT, private=True),
    made(106, "encryption_supported", "Encryption supported", Q.FLAG),
)

_SUMMARY = StateRow(
    "alarm",
    "Alarm",
    Q.ENUM,
    "cmd108",
    options={NO_ALARM: "none", **{alarm.index: alarm.slug for alarm in ALARMS}},
    enabled=True,
    attributes=(
        AttributeRow(
            ACTIVE,
            "Active alarms",
            Q.TEXT_ARRAY,
            slugs=tuple(dict.fromkeys(alarm.slug for alarm in ALARMS)),
        ),
    ),
)


def bit_state(index: int) -> str:
    """Return the name of an alarm bit's state."""
    return f"byte{index // 8 + 1}_bit{index % 8}"


ALARM_STATES: tuple[StateRow, ...] = technical(
    _SUMMARY,
    made(108, "unknown_bits", "Unknown alarm bits", Q.TEXT_ARRAY),
    *(made(108, bit_state(alarm.index), alarm.name, Q.PROBLEM) for alarm in ALARMS),
)

TARIFF_STATES: tuple[StateRow, ...] = technical(
    *shown(made(1102, "slots", "Tariff slots", Q.TEXT_ARRAY)),
)
