"""Keys of the entry of a server for charging piles, and which of them no one else may read."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "charging_pile"

CONF_ACCEPT_ALL: Final = "accept_all"
CONF_CARDS: Final = "cards"
CONF_CODE: Final = "code"
"""Of a discovery: the pile that was found."""
CONF_HOST: Final = "host"
CONF_PILES: Final = "piles"
CONF_PORT: Final = "port"
CONF_SET_CLOCK: Final = "set_clock"
CONF_SHOW_IDENTITIES: Final = "show_identities"
CONF_TIME_ZONE: Final = "time_zone"
CONF_UPDATE_SECONDS: Final = "update_seconds"
CONF_VINS: Final = "vins"

DEFAULT_UPDATE_SECONDS: Final = 10

SECRET: Final = frozenset({CONF_CARDS, CONF_HOST, CONF_PILES, CONF_VINS})
PUBLIC: Final = frozenset(
    {
        CONF_ACCEPT_ALL,
        CONF_PORT,
        CONF_SET_CLOCK,
        CONF_SHOW_IDENTITIES,
        CONF_TIME_ZONE,
        CONF_UPDATE_SECONDS,
    }
)
