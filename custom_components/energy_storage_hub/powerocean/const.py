"""Keys of a PowerOcean entry, and which of them no one else may read."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "powerocean"

CONF_CLIENT_UUID: Final = "client_uuid"
CONF_EMAIL: Final = "email"
CONF_GENTLE: Final = "gentle"
CONF_PASSWORD: Final = "password"  # noqa: S105 - a key
CONF_POLL_MINUTES: Final = "poll_minutes"
CONF_SERIALS: Final = "serials"
CONF_SERVER: Final = "server"
CONF_UPDATE_SECONDS: Final = "update_seconds"

DEFAULT_POLL_MINUTES: Final = 5
DEFAULT_UPDATE_SECONDS: Final = 10

SECRET: Final = frozenset({CONF_CLIENT_UUID, CONF_EMAIL, CONF_PASSWORD, CONF_SERIALS, CONF_SERVER})
PUBLIC: Final = frozenset({CONF_GENTLE, CONF_POLL_MINUTES, CONF_UPDATE_SECONDS})
