"""How the server for charging piles is made from its config entry."""

from __future__ import annotations

from collections.abc import Callable

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.discovery_flow import async_create_flow

from ..const import CONF_SOURCE, DOMAIN
from ..hub.coordinator import HubConfigEntry, HubCoordinator
from ..model.source import SourceListener
from .client import ChargingPiles, Settings
from .const import (
    CONF_ACCEPT_ALL,
    CONF_CARDS,
    CONF_CODE,
    CONF_HOST,
    CONF_PILES,
    CONF_PORT,
    CONF_SET_CLOCK,
    CONF_SHOW_IDENTITIES,
    CONF_TIME_ZONE,
    CONF_UPDATE_SECONDS,
    CONF_VINS,
    DEFAULT_UPDATE_SECONDS,
    SOURCE,
)


def make(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that runs the entry's server."""
    data, options = entry.data, entry.options
    settings = Settings(
        host=data[CONF_HOST],
        port=data[CONF_PORT],
        piles=tuple(data.get(CONF_PILES, ())),
        cards=tuple(options.get(CONF_CARDS, ())),
        vins=tuple(options.get(CONF_VINS, ())),
        accept_all=options.get(CONF_ACCEPT_ALL, False),
        time_zone=options.get(CONF_TIME_ZONE) or hass.config.time_zone,
        set_clock=options.get(CONF_SET_CLOCK, True),
        show_identities=options.get(CONF_SHOW_IDENTITIES, False),
    )

    @callback
    def keep(codes: tuple[str, ...]) -> None:
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PILES: [*codes]})

    def make(listener: SourceListener) -> ChargingPiles:
        source = ChargingPiles(settings, listener, found=_discover(hass), keep=keep)
        # Also where setting up fails after the server has begun to listen.
        entry.async_on_unload(source.close)
        return source

    return HubCoordinator(
        hass,
        entry,
        make,
        poll_interval=None,  # piles report by themselves
        write_interval=options.get(CONF_UPDATE_SECONDS, DEFAULT_UPDATE_SECONDS),
    )


def _discover(hass: HomeAssistant) -> Callable[[str], None]:
    """Return what offers an unknown pile to the person."""

    @callback
    def found(code: str) -> None:
        async_create_flow(
            hass,
            DOMAIN,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={CONF_SOURCE: SOURCE, CONF_CODE: code},
        )

    return found
