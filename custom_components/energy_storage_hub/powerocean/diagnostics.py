"""What a system's diagnostics say: enough to mend a decoder, nothing that names an owner."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from google.protobuf.unknown_fields import UnknownFieldSet

from .context import RouteRecord
from .decode import Decoder
from .envelope import Route
from .messages import DecodeError, parse

if TYPE_CHECKING:
    from .system import System

_SERIAL_LIKE = re.compile(rb"[A-Z0-9]{12,24}|[0-9]{18,22}")
"""Serial numbers of EcoFlow, SIM card numbers, user ids: nothing else in a report looks so."""


def describe_system(system: System) -> dict[str, Any]:
    """Describe a system: last raw frame of each route, unknown fields, energies by hour."""
    now = time.monotonic()
    decoder = system.decoder
    return {
        "model": system.model.name,
        "available": system.available(),
        "offline": system.offline,
        "seconds_since_data": round(system.heard.silent),
        "seconds_since_mqtt": round(system.mqtt_heard.silent),
        "seconds_since_powers_by_mqtt": round(system.powers_heard.silent),
        "parts": [
            {
                "kind": decoder.kind_of(serial),
                "available": system.available(serial),
                "seconds_since_data": round(heard.silent),
            }
            for serial, heard in system.parts_heard.items()
        ],
        "snapshots": system.snapshots,
        "packs_in_slots": sorted(decoder.slots),
        "broken_payloads": decoder.broken,
        "reports_with_impossible_powers": decoder.refused
        + sum(unit.refused for unit in decoder.units.values()),
        "power_balance": decoder.balance.describe(),
        "routes": {
            f"{func}/{cmd}": _describe_route(decoder, (func, cmd), record, now)
            for (func, cmd), record in sorted(decoder.routes.items())
        },
        "other_inverters": [
            {
                f"{func}/{cmd}": _describe_route(decoder, (func, cmd), record, now)
                for (func, cmd), record in sorted(unit.routes.items())
            }
            for unit in decoder.units.values()
        ],
        "hourly_energy": [
            {"day": day, "type": watth_type, "wh": list(watth)}
            for (day, watth_type), watth in sorted(decoder.hours.items())
        ],
        "hourly_balance": [
            {"day": day, "largest_residual_wh": residual}
            for day in sorted({day for day, _ in decoder.hours})
            if (residual := _residual(decoder, day)) is not None
        ],
        **system.energies.described(),
    }


_SOURCES, _SINKS = (1, 32, 48), (80, 16, 64)
"""Types of hourly energies on the Fit: solar, from battery, from grid; home, into both."""


def _residual(decoder: Decoder, day: int) -> int | None:
    """Return by how much the day's hours fail to add up if the types mean what the Fit's do.

    A few Wh, the rounding, on a system where they do. None without all six.
    """
    flows = [decoder.hours.get((day, number)) for number in (*_SOURCES, *_SINKS)]
    told = [flow for flow in flows if flow is not None]
    if len(told) < len(flows):
        return None
    hours = zip(*told, strict=False)
    return max((abs(sum(hour[:3]) - sum(hour[3:])) for hour in hours), default=0)


def scrub(data: bytes) -> bytes:
    """Mask whatever looks like a serial number, keeping the length."""
    return _SERIAL_LIKE.sub(lambda match: b"X" * len(match.group()), data)


def _describe_route(
    decoder: Decoder, route: Route, record: RouteRecord, now: float
) -> dict[str, Any]:
    return {
        "known": decoder.knows(route),
        "count": record.count,
        "failed": record.failed,
        "seconds_ago": round(now - record.at),
        "last": scrub(record.last).hex(),
        "unknown_fields": _unknown_fields(decoder, route, record.last),
    }


def _unknown_fields(decoder: Decoder, route: Route, data: bytes) -> list[int]:
    """Numbers of the fields that the report has and our message has not."""
    carried = decoder.report_type(route)
    if carried is None:
        return []
    try:
        message = parse(carried.message, data)
    except DecodeError:
        return []
    unknown: Any = UnknownFieldSet(message)
    return sorted({entry.field_number for entry in unknown})
