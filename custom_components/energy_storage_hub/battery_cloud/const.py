"""Keys of a battery cloud's entry, and which of them no one else may read."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "battery_cloud"

CONF_BATTERIES: Final = "batteries"
CONF_HEADER: Final = "header"
CONF_POLL_SECONDS: Final = "poll_seconds"
CONF_TOKEN: Final = "token"  # noqa: S105 - a key
CONF_URL: Final = "url"

DEFAULT_POLL_SECONDS: Final = 120

SECRET: Final = frozenset({CONF_BATTERIES, CONF_TOKEN, CONF_URL})
PUBLIC: Final = frozenset({CONF_HEADER, CONF_POLL_SECONDS})
