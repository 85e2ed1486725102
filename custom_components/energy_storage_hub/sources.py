"""The sources there are: how each is made from its config entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util.ssl import get_default_context

from .accounts import async_account
from .const import (
    CONF_CLIENT_UUID,
    CONF_GENTLE,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    CONF_SOURCE,
    CONF_UPDATE_SECONDS,
    DEFAULT_POLL_MINUTES,
    DEFAULT_UPDATE_SECONDS,
)
from .coordinator import HubConfigEntry, HubCoordinator
from .make_battery_cloud import battery_cloud
from .make_charging_pile import charging_pile
from .make_solinteg import solinteg
from .powerocean.client import PowerOcean, Settings

BATTERY_CLOUD = "battery_cloud"
CHARGING_PILE = "charging_pile"
POWEROCEAN = "powerocean"
SOLINTEG = "solinteg"


def _powerocean(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    data, options = entry.data, entry.options
    poll_interval = timedelta(minutes=options.get(CONF_POLL_MINUTES, DEFAULT_POLL_MINUTES))
    settings = Settings(
        serials=tuple(data.get(CONF_SERIALS, ())),
        client_uuid=data[CONF_CLIENT_UUID],
        gentle=options.get(CONF_GENTLE, False),
        poll_interval=poll_interval.total_seconds(),
    )
    return HubCoordinator(
        hass,
        entry,
        lambda listener: PowerOcean(
            async_account(hass, data), settings, listener, get_default_context()
        ),
        poll_interval=poll_interval,
        write_interval=options.get(CONF_UPDATE_SECONDS, DEFAULT_UPDATE_SECONDS),
    )


_MAKERS: dict[str, Callable[[HomeAssistant, HubConfigEntry], HubCoordinator]] = {
    BATTERY_CLOUD: battery_cloud,
    CHARGING_PILE: charging_pile,
    POWEROCEAN: _powerocean,
    SOLINTEG: solinteg,
}


def make_coordinator(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that runs the entry's source."""
    return _MAKERS[entry.data[CONF_SOURCE]](hass, entry)
