"""States of a pile: login (106), alarms (108), tariff (1102), connection."""

from __future__ import annotations

from ..model.states import AttributeRow, StateRow
from .alarms import ALARMS
from .command_numbers import Cmd
from .rows import Q, Report, shown, technical

_LOGIN = Report(Cmd.LOGIN)
_ALARMS = Report(Cmd.ALARM_REPORT)
_TARIFF = Report(Cmd.TARIFF_QUERY_RESPONSE)

NO_ALARM = -1
ACTIVE = "active"

ONLINE = StateRow(
    "online", "Online", Q.CONNECTIVITY, "connection", enabled=True, diagnostic=True, always=True
)

HEARTBEAT_INTERVAL = _LOGIN.told("heartbeat_interval", "Heartbeat interval", Q.DURATION_S)

LOGIN: tuple[StateRow, ...] = technical(
    ONLINE,
    *shown(
        _LOGIN.made("firmware_version", "Firmware version", Q.TEXT),
        _LOGIN.told("boot_count", "Boot count", Q.CYCLES),
    ),
    _LOGIN.made("protocol_version", "Protocol version", Q.TEXT),
    _LOGIN.told("connector_count", "Number of connectors", Q.COUNT),
    HEARTBEAT_INTERVAL,
    _LOGIN.told("heartbeat_timeout_count", "Heartbeats missed before reconnecting", Q.CODE),
    _LOGIN.told("login_interval", "Login interval", Q.DURATION_MIN),
    _LOGIN.told("record_count", "Records kept", Q.COUNT),
    _LOGIN.made("clock_deviation", "Clock deviation", Q.DURATION_S),
    _LOGIN.told("upload_mode", "Upload mode", Q.ENUM),
    _LOGIN.told("run_mode", "Run mode", Q.ENUM),
    _LOGIN.told("project_type", "Project type", Q.CODE),
    _LOGIN.told("device_type", "Device type", Q.CODE),
    _LOGIN.told("whitelist_version", "Whitelist version", Q.CODE),
    _LOGIN.told("asset_id", "Asset number", Q.TEXT, private=True),
    _LOGIN.made("encryption_supported", "Encryption supported", Q.FLAG),
)

ALARM = _ALARMS.made(
    "alarm",
    "Alarm",
    Q.ENUM,
    options={NO_ALARM: "none", **{alarm.index: alarm.slug for alarm in ALARMS}},
    enabled=True,
    diagnostic=True,
    attributes=(
        AttributeRow(
            ACTIVE,
            "Active alarms",
            Q.TEXT_ARRAY,
            slugs=tuple(dict.fromkeys(alarm.slug for alarm in ALARMS)),
        ),
    ),
)

UNKNOWN_BITS = _ALARMS.made("unknown_bits", "Unknown alarm bits", Q.TEXT_ARRAY, diagnostic=True)

ALARM_BITS = {
    alarm.index: _ALARMS.made(
        f"byte{alarm.index // 8 + 1}_bit{alarm.index % 8}", alarm.name, Q.PROBLEM, diagnostic=True
    )
    for alarm in ALARMS
}
"""By the bit's place, as `alarms.py` counts it."""

TARIFF = _TARIFF.made("slots", "Tariff slots", Q.TEXT_ARRAY, enabled=True, diagnostic=True)
