"""Keys of an entry."""

from __future__ import annotations

from typing import Final

CONF_PASSWORD: Final = "password"

SECRET: Final = frozenset({CONF_PASSWORD})
PUBLIC: Final = frozenset({"source"})
