"""Keys of a Solinteg entry, and which of them no one else may read."""

from __future__ import annotations

from typing import Final

SOURCE: Final = "solinteg"

CONF_ACCOUNT: Final = "account"
CONF_BASE_URL: Final = "base_url"
CONF_PASSWORD: Final = "password"  # noqa: S105 - a key
CONF_POLL_MINUTES: Final = "poll_minutes"
CONF_SERIALS: Final = "serials"

DEFAULT_POLL_MINUTES: Final = 5

SECRET: Final = frozenset({CONF_ACCOUNT, CONF_BASE_URL, CONF_PASSWORD, CONF_SERIALS})
PUBLIC: Final = frozenset({CONF_POLL_MINUTES})
