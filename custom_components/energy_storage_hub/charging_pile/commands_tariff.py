"""Commands 1101 to 1105 and 1302: the tariff of twelve slots, and the whitelist's answer."""

from __future__ import annotations

from .command_numbers import Cmd
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
    Command(Cmd.TARIFF_QUERY_RESPONSE, *_slots("energy_price")),
    Command(Cmd.TARIFF_SET_REQUEST, *_slots("energy_price")),
    Command(Cmd.TARIFF_SET_RESPONSE, choice(1, "result", RESULT)),
    Command(
        Cmd.TARIFF_WITH_SERVICE_SET_REQUEST,
        *_slots("energy_price", "service_price"),
    ),
    Command(
        Cmd.WHITELIST_RESPONSE,
        *RESERVED,
        CODE,
        uint(1, "whitelist_type"),
        uint(1, "operation"),
        uint(4, "whitelist_version"),
        choice(1, "result", RESULT),
    ),
)

NOT_IN_SEED = (Command(Cmd.TARIFF_QUERY_REQUEST),)
