"""How a Solinteg account is made from its config entry."""

from __future__ import annotations

from datetime import timedelta

from homeassistant.const import CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    DEFAULT_POLL_MINUTES,
    DOMAIN,
)
from ..hub.coordinator import HubConfigEntry, HubCoordinator
from .client import Settings, Solinteg


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
    _remove_others(hass, entry, settings.serials)
    return HubCoordinator(
        hass,
        entry,
        lambda listener: Solinteg(async_get_clientsession(hass), settings, listener),
        poll_interval=poll_interval,
        write_interval=0,
    )


def _remove_others(hass: HomeAssistant, entry: HubConfigEntry, serials: tuple[str, ...]) -> None:
    """Remove the devices of inverters that were taken out of the entry."""
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if not any(domain == DOMAIN and serial in serials for domain, serial in device.identifiers):
            registry.async_remove_device(device.id)
