"""The config entries that hold a source."""

from __future__ import annotations

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import CONF_SOURCE, DOMAIN


@callback
def async_entries(hass: HomeAssistant, source: str | None = None) -> list[ConfigEntry]:
    """Return the entries of all sources, or of one kind.

    A discovery that was ignored is an entry as well, without a source and without data.
    """
    return [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if source in (None, entry.data[CONF_SOURCE])
    ]
