"""The sources there are: how each is made from its config entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from homeassistant.const import CONF_EMAIL, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.ssl import get_default_context

from .const import (
    CONF_CLIENT_UUID,
    CONF_GENTLE,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    CONF_SERVER,
    CONF_SOURCE,
    CONF_UPDATE_SECONDS,
    DEFAULT_POLL_MINUTES,
    DEFAULT_UPDATE_SECONDS,
)
from .coordinator import HubConfigEntry, HubCoordinator
from .powerocean.client import PowerOcean, Settings

POWEROCEAN = "powerocean"


def _powerocean(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    data, options = entry.data, entry.options
    poll_interval = timedelta(minutes=options.get(CONF_POLL_MINUTES, DEFAULT_POLL_MINUTES))
    settings = Settings(
        email=data[CONF_EMAIL],
        password=data[CONF_PASSWORD],
        server=data.get(CONF_SERVER, ""),
        serials=tuple(data.get(CONF_SERIALS, ())),
        client_uuid=data[CONF_CLIENT_UUID],
        gentle=options.get(CONF_GENTLE, False),
        poll_interval=poll_interval.total_seconds(),
    )
    return HubCoordinator(
        hass,
        entry,
        lambda listener: PowerOcean(
            async_get_clientsession(hass), settings, listener, get_default_context()
        ),
        poll_interval=poll_interval,
        write_interval=options.get(CONF_UPDATE_SECONDS, DEFAULT_UPDATE_SECONDS),
    )


_MAKERS: dict[str, Callable[[HomeAssistant, HubConfigEntry], HubCoordinator]] = {
    POWEROCEAN: _powerocean,
}


def make_coordinator(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that runs the entry's source."""
    return _MAKERS[entry.data[CONF_SOURCE]](hass, entry)
