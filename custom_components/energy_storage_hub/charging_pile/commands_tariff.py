"""Commands 1101 to 1105 and 1302: the tariff of twelve slots, and the whitelist's answer."""

from __future__ import annotations

from .enums import RESULT
from .fields import CODE, RESERVED, Command, Field, choice, uint

SLOTS = 12


def _slots(*prices: str) -> tuple[Field, ...]:
    """Return twelve slots: from, to, and the prices that hold there."""
    return tuple(
        field
        for slot in range(1, SLOTS + 1)
        for field in (
            uint(1, f"start_hour_{slot}", 1, "h"),
            uint(1, f"start_minute_{slot}", 1, "min"),
            uint(1, f"end_hour_{slot}", 1, "h"),
            uint(1, f"end_minute_{slot}", 1, "min"),
            *(uint(4, f"{price}_{slot}", 0.01, "CNY/kWh") for price in prices),
        )
    )


TARIFF = (
    Command(1102, "tariff_query_response", *_slots("energy_price")),
    Command(1103, "tariff_set_request", *_slots("energy_price")),
    Command(1104, "tariff_set_response", choice(1, "result", RESULT)),
    Command(
        1105,
        "tariff_with_service_set_request",
        *_slots("energy_price", "service_price"),
    ),
    Command(
        1302,
        "whitelist_response",
        *RESERVED,
        CODE,
        uint(1, "whitelist_type"),
        uint(1, "operation"),
        uint(4, "whitelist_version"),
        choice(1, "result", RESULT),
    ),
)

NOT_IN_SEED = (Command(1101, "tariff_query_request"),)
