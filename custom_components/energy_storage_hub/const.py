"""Names that several modules share."""

from __future__ import annotations

import logging
from typing import Final

DOMAIN: Final = "energy_storage_hub"

LOGGER = logging.getLogger(__package__)

CONF_CLIENT_UUID: Final = "client_uuid"
CONF_GENTLE: Final = "gentle"
CONF_POLL_MINUTES: Final = "poll_minutes"
CONF_SERIALS: Final = "serials"
CONF_SERVER: Final = "server"
CONF_SOURCE: Final = "source"
CONF_UPDATE_SECONDS: Final = "update_seconds"

DEFAULT_POLL_MINUTES: Final = 5
DEFAULT_UPDATE_SECONDS: Final = 5
