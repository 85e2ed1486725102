"""Names that several modules share."""

from __future__ import annotations

import logging
from typing import Final

DOMAIN: Final = "energy_storage_hub"

LOGGER = logging.getLogger(__package__)

CONF_ACCEPT_ALL: Final = "accept_all"
CONF_ACCOUNT: Final = "account"
CONF_BASE_URL: Final = "base_url"
CONF_BATTERIES: Final = "batteries"
CONF_CARDS: Final = "cards"
CONF_CLIENT_UUID: Final = "client_uuid"
CONF_ENTRY_ID: Final = "entry_id"
CONF_GENTLE: Final = "gentle"
CONF_HEADER: Final = "header"
CONF_PILES: Final = "piles"
CONF_POLL_MINUTES: Final = "poll_minutes"
CONF_POLL_SECONDS: Final = "poll_seconds"
CONF_SERIALS: Final = "serials"
CONF_SERVER: Final = "server"
CONF_SET_CLOCK: Final = "set_clock"
CONF_SHOW_IDENTITIES: Final = "show_identities"
CONF_SOURCE: Final = "source"
CONF_UPDATE_SECONDS: Final = "update_seconds"
CONF_VINS: Final = "vins"

DEFAULT_POLL_MINUTES: Final = 5
DEFAULT_POLL_SECONDS: Final = 120
DEFAULT_UPDATE_SECONDS: Final = 10
