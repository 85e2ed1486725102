"""How a Solinteg account is made from its config entry."""

from __future__ import annotations

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..hub.coordinator import HubConfigEntry, HubCoordinator
from ..hub.devices import async_remove_others
from .client import Settings, Solinteg
from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_PASSWORD,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    DEFAULT_POLL_MINUTES,
)


def make(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that checks the entry's inverters."""
    data = entry.data
    poll_interval = timedelta(minutes=entry.options.get(CONF_POLL_MINUTES, DEFAULT_POLL_MINUTES))
    settings = Settings(
        account=data[CONF_ACCOUNT],
        password=data[CONF_PASSWORD],
        base_url=data[CONF_BASE_URL],
        serials=tuple(data[CONF_SERIALS]),
        poll_interval=poll_interval.total_seconds(),
    )
    async_remove_others(hass, entry.entry_id, settings.serials)
    return HubCoordinator(
        hass,
        entry,
        lambda listener: Solinteg(async_get_clientsession(hass), settings, listener),
        poll_interval=poll_interval,
        write_interval=0,
    )
